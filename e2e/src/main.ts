import { parseArgs } from 'node:util'
import { clients } from './clients/index.ts'
import { runClients } from './run-clients.ts'
import { mergeResults, readResults, writeResults } from './results.ts'
import type { Client } from './types.ts'

const help = `npm run e2e -- [--only <clients>] [--quick] [--json] [--list] [--no-write] [--sources]

Runs real clients against tooldelta serve, in front of a model server that has no tool parser and a model that says what a
script tells it. Each client calls its own tools; what it wrote is compared byte by byte.

  --only a,b   only these clients, or all whose names begin so: --only openai,cn
  --quick      only those that the gate runs
  --list       names the clients and ends
  --json       the results on standard output, as they stand in e2e/results.json
  --no-write   leaves e2e/results.json and docs/clients.md as they are
  --sources    runs the proxy from its sources, not from its build
  --jobs <n>   clients at once (default: 2)

Clients are installed at their first run, into e2e/installs/*/node_modules, as the lock files there say.

Exit code 0: every row is as it should be. 1: a row fails, or a client could not be installed. 2: wrong usage.
`

const { values } = readFlags()
if (values.help) {
  process.stdout.write(help)
  process.exit(0)
}
if (values.list) {
  for (const { id, title, node, isQuick } of clients) {
    process.stdout.write(`${id.padEnd(12)} ${title}${node === 22 ? ', on Node 22' : ''}${isQuick ? ' (gate)' : ''}\n`)
  }
  process.exit(0)
}
const chosen = choose(values.only, values.quick)
const tell = (line: string): boolean => process.stderr.write(`${line}\n`)
const results = await runClients(chosen, { isFromSources: values.sources, jobs: Number(values.jobs), tell })
if (!values['no-write']) await writeResults(mergeResults(await readResults(), results))
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
const verdicts = results.flatMap(({ notRun, rows }) =>
  notRun === undefined ? rows.map(({ verdict }) => verdict) : ['fails'],
)
const failed = verdicts.filter((verdict) => verdict === 'fails').length
const good = verdicts.filter((verdict) => verdict === 'works' || verdict === 'finding').length
tell(`${good} rows are as they should be, ${failed} fail`)
// Not later than this: a library may keep its sockets open for a while.
process.exit(failed > 0 ? 1 : 0)

function readFlags(): ReturnType<typeof parse> {
  try {
    return parse()
  } catch (error) {
    return misuse((error as Error).message)
  }
}

function parse() {
  return parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'no-write': { type: 'boolean', default: false },
      sources: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '2' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
}

function choose(only: string | undefined, isQuick: boolean): Client[] {
  const names = only?.split(',').filter((name) => name !== '')
  const unknown = names?.find((name) => !clients.some(({ id }) => id.startsWith(name)))
  if (unknown !== undefined) {
    misuse(`There is no client '${unknown}'. There are ${clients.map(({ id }) => id).join(', ')}.`)
  }
  return clients.filter(
    (client) =>
      (names === undefined || names.some((name) => client.id.startsWith(name))) && (!isQuick || client.isQuick),
  )
}

function misuse(message: string): never {
  process.stderr.write(`${message}\nnpm run e2e -- --help tells the flags.\n`)
  process.exit(2)
}
