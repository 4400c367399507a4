import { describeAllowed, listSettings, type Setting, type SettingPath, variableName } from '../src/config/settings.ts'

const introduction = `# Settings

\`tooldelta serve\` reads its settings from a file, then from the environment, then from its flags; the later ones win. This page is generated:
\`pnpm --filter @tooldelta/proxy configuration-page\`.

\`\`\`yaml
listen:
  host: 0.0.0.0
keys:
  - name: editors
    env: TOOLDELTA_KEY
upstreams:
  - name: gpu
    urls: [http://gpu1:8000, http://gpu2:8000]
models:
  - name: coder
    aliases: [gpt-4o]
    upstream: gpu
    upstreamModel: Qwen/Qwen3-Coder-30B-A3B-Instruct
    format: qwen3_coder
\`\`\`

- **\`tooldelta config check\`** says what is wrong, with line and mend; \`config init\` writes a file to begin with, \`config import\` translates one of
  LiteLLM, \`config show\` prints what serve would use, and \`config schema\` prints a JSON Schema for editors.
- **The file** is the one of \`--config\`, else of \`TOOLDELTA_CONFIG\`, else \`tooldelta.yaml\` in the current folder. Without one the environment and the
  flags are enough: \`TOOLDELTA_UPSTREAM=http://gpu:8000 TOOLDELTA_FORMAT=qwen3_coder tooldelta serve\`.
- **Texts of the file** may hold \`\${VARIABLE}\` or \`\${VARIABLE:-DEFAULT}\`. Relative paths are relative to the file.
- **Keys are never in the file.** It names a variable (\`env\`, \`keyEnv\`), which may hold several keys of clients with commas between, or a file
  (\`file\`, \`keyFile\`), with one key a line. A key that is written into the file is refused.
- **Variables.** Every setting has one, named in the tables; \`N\` is the number of an entry, from 0. An empty one is not set. Lists have commas between
  their entries; whole sections can be written as YAML: \`TOOLDELTA_MODELS='[{name: coder, upstream: gpu}]'\`. Names of headers are written in capitals, with
  \`_\` for \`-\`. Systematic names of settings that do not exist are refused.
- **Short variables.** \`TOOLDELTA_UPSTREAM\` (addresses of the one upstream, commas between), \`TOOLDELTA_FORMAT\` (of the one model, or of every model
  where none is listed), \`TOOLDELTA_HOST\`, \`TOOLDELTA_PORT\`, \`TOOLDELTA_KEY\` and \`TOOLDELTA_KEYS\` (keys of clients, beside those of the file),
  \`TOOLDELTA_UPSTREAM_KEY\` (the key of the one upstream), \`TOOLDELTA_CONFIG\`.
- **Without models** every name is served by the first upstream, as it is, in the format that the name tells, else in \`auto\`. A model named \`*\` takes
  every name that no other one has.
- **Without keys** only this machine is served; another \`listen.host\` is refused unless \`listen.allowWithoutKey\` is true.
`

const head = '| setting | value | default | variable | meaning |\n| --- | --- | --- | --- | --- |'

/** docs/configuration.md. */
export function renderConfigurationPage(): string {
  const settings = listSettings()
  const sections = [...new Set(settings.map(({ path }) => path[0] as string))]
  const tables = sections.map((section) => {
    const rows = settings.filter(({ path }) => path[0] === section).map(renderRow)
    return `## ${section}\n\n${[head, ...rows].join('\n')}\n`
  })
  return [introduction, ...tables].join('\n')
}

function renderRow({ path, node, isRequired }: Setting): string {
  const fallback = isRequired ? 'required' : node.default === undefined ? '' : code(JSON.stringify(node.default))
  const cells = [
    code(formatPath(path)),
    describeAllowed(node),
    fallback,
    code(variableName(path)),
    node.description ?? '',
  ]
  return `| ${cells.map((cell) => cell || '-').join(' | ')} |`
}

function formatPath(path: SettingPath): string {
  return path.map((step, place) => (step === 'N' ? '[N]' : place === 0 ? step : `.${step}`)).join('')
}

/** A Markdown code span in a table. */
function code(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``
}
