import type { FormatInfo } from '@tooldelta/core'

const INTRODUCTION = `# Formats

Every format that the parser reads, by family. \`tooldelta formats\` prints the same. The ids are vLLM's \`--tool-call-parser\` names; SGLang's names
and the names of other servers are aliases. This page is generated: \`pnpm --filter @tooldelta/testbed formats-page\`.

- **Reasoning** names the markers of a thought and where the output starts: \`tags\` (the model writes the opener), \`open\` (the prompt has written it),
  \`auto\` (the first marker decides; text before it waits). \`reasoning\` of the parser's options overrides it.
- **Upstream** is what a request to the model server must carry so that the markers arrive as text. \`@tooldelta/openai\` adds it.
- **End tokens** are removed where they leak into the text.
- \`auto\` chooses among the formats in this order by the first call in the text. Formats that only ever look like another one are found as that one.
`

/** docs/formats.md. */
export function renderFormatPage(formats: readonly FormatInfo[]): string {
  const families = [...new Set(formats.map(({ family }) => family))]
  const sections = families.map((family) => {
    const rows = formats.filter((format) => format.family === family).map(renderRow)
    const head = '| id | aliases | models | reasoning | upstream | end tokens |\n|---|---|---|---|---|---|'
    return `## ${family}\n\n${[head, ...rows].join('\n')}\n`
  })
  return [INTRODUCTION, ...sections].join('\n')
}

function renderRow({ id, aliases, models, reasoning, upstream, endTokens }: FormatInfo): string {
  const pairs = reasoning === undefined ? [] : [reasoning, ...(reasoning.others ?? [])]
  const thought = pairs.map(({ open, close }) => `${code(open)} ${code(close)}`).join(', ')
  const cells = [
    code(id),
    aliases.map(code).join(', '),
    models.join(', '),
    reasoning === undefined ? '' : `${reasoning.start}: ${thought}`,
    Object.entries(upstream)
      .map(([key, value]) => code(`${key}: ${JSON.stringify(value)}`))
      .join(', '),
    endTokens.map(code).join(' '),
  ]
  return `| ${cells.map((cell) => cell || '-').join(' | ')} |`
}

/** A Markdown code span in a table: bars are escaped, line breaks are spelled. */
function code(text: string): string {
  return `\`${text.replaceAll('\n', String.raw`\n`).replaceAll('|', String.raw`\|`)}\``
}
