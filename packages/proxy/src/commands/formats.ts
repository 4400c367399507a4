import { findFormat, type FormatInfo, formats } from '@tooldelta/core'
import type { Command } from 'commander'
import { checkFormat } from '../input/read-format.ts'
import type { ReportExitCode } from '../exit-code.ts'
import { renderTable } from '../output/table.ts'

const help = `
Examples:
  tooldelta formats
  tooldelta formats glm45
  tooldelta formats --json | jq '.[].id'`

/** Adds `tooldelta formats`: what the parser reads, as a table or as JSON. */
export function addFormatsCommand(program: Command, report: ReportExitCode): void {
  program
    .command('formats')
    .description('lists the tool-call formats, their models and what a request to the server must say')
    .argument('[ID]', 'one format, by id or alias, with all that is known about it')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action((id: string | undefined, flags: { json?: boolean }) => {
      if (id !== undefined) checkFormat(id)
      const chosen = id === undefined ? formats : [findFormat(id)]
      process.stdout.write(`${flags.json === true ? toJson(chosen, id) : toText(chosen, id)}\n`)
      report(0)
    })
}

function toJson(chosen: readonly FormatInfo[], id: string | undefined): string {
  return JSON.stringify(id === undefined ? chosen : chosen[0], null, 2)
}

function toText(chosen: readonly FormatInfo[], id: string | undefined): string {
  return id === undefined ? toOverview(chosen) : toDetails(chosen[0] as FormatInfo)
}

function toOverview(chosen: readonly FormatInfo[]): string {
  const width = process.stdout.isTTY === true ? process.stdout.columns : undefined
  const rows = chosen.map((format) => [
    format.id,
    format.family,
    format.reasoning?.start ?? '-',
    Object.keys(format.upstream).length > 0 ? 'yes' : '-',
    [...format.aliases, ...format.models].join(', '),
  ])
  return renderTable(['FORMAT', 'FAMILY', 'REASONING', 'UPSTREAM', 'ALIASES AND MODELS'], rows, width)
}

function toDetails({ id, aliases, models, family, reasoning, upstream, endTokens }: FormatInfo): string {
  const lines: [string, string][] = [
    ['format', id],
    ['aliases', aliases.join(', ')],
    ['models', models.join(', ')],
    ['family', family],
    [
      'reasoning',
      reasoning === undefined ? '' : `${reasoning.open} ... ${reasoning.close}, default ${reasoning.start}`,
    ],
    ['upstream', Object.keys(upstream).length === 0 ? '' : JSON.stringify(upstream)],
    ['end tokens', endTokens.join(' ')],
  ]
  return lines.map(([name, value]) => `${name.padEnd(12)}${value === '' ? '-' : value}`).join('\n')
}
