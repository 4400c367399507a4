import { build } from './build.ts'
import { install, readVersion } from './installs.ts'
import { explainNoNode22 } from './node-22.ts'
import { knownFindings } from './known-findings.ts'
import { tryClient } from './scenarios.ts'
import { startStand, type Stand } from './stand.ts'
import type { Client, ClientResult, Row } from './types.ts'

/** How clients are run. */
export interface RunOptions {
  isFromSources: boolean
  /** Clients at once. */
  jobs: number
  tell(line: string): void
}

/** Runs clients, each against a model server and a proxy that are its own while it runs. */
export async function runClients(clients: readonly Client[], options: RunOptions): Promise<ClientResult[]> {
  const obstacles = new Map([...(await installAll(clients, options)), ...(await buildAll(clients))])
  const results = new Map<Client, ClientResult>()
  const waiting = [...clients]
  const work = async (): Promise<void> => {
    if (waiting.length === 0) return
    const stand = await startStand(options.isFromSources)
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const result = await runClient(next, stand, findObstacle(next, obstacles))
        results.set(next, result)
        report(result, options.tell)
      }
    } finally {
      await stand.close()
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, work))
  return clients.map((client) => results.get(client)!)
}

/** One after the other: some of them are large. */
async function installAll(clients: readonly Client[], { tell }: RunOptions): Promise<Map<string, string>> {
  const obstacles = new Map<string, string>()
  for (const name of new Set(clients.flatMap((client) => client.installs))) {
    const obstacle = await install(name, tell)
    if (obstacle !== undefined) obstacles.set(name, obstacle)
  }
  return obstacles
}

/** One after the other, because they need the same packages. */
async function buildAll(clients: readonly Client[]): Promise<Map<string, string>> {
  const obstacles = new Map<string, string>()
  for (const name of new Set(clients.map(({ embeds }) => embeds))) {
    const obstacle = name === undefined ? undefined : await build(name)
    if (obstacle !== undefined) obstacles.set(name!, obstacle)
  }
  return obstacles
}

/** Why a client cannot run: the first of what it needs that is not there. */
function findObstacle({ installs, embeds }: Client, obstacles: ReadonlyMap<string, string>): string | undefined {
  const needs = embeds === undefined ? installs : [...installs, embeds]
  return needs.map((name) => obstacles.get(name)).find((obstacle) => obstacle !== undefined)
}

async function runClient(client: Client, stand: Stand, obstacle: string | undefined): Promise<ClientResult> {
  const { id, title, ran, node } = client
  const result: ClientResult = { client: id, title, version: '', node: `${node}`, ran, rows: [], tools: {} }
  const notRun = obstacle ?? (node === 22 ? explainNoNode22() : undefined)
  if (notRun !== undefined) return { ...result, notRun }
  const version = await readVersion(client.installs[0]!, client.package)
  const { rows, tools } = await tryClient(client, stand)
  return { ...result, version, rows: rows.map((row) => explainKnown(id, row)), tools }
}

/** A fault of the client whose cause is known does not fail the run; one that is gone does, so that its entry goes too. */
function explainKnown(client: string, row: Row): Row {
  const known = knownFindings[client]?.[row.scenario]
  if (known === undefined) return row
  if (row.verdict === 'fails') return { ...row, verdict: 'finding', detail: known }
  return { ...row, verdict: 'fails', detail: `It works now; take the known finding away: ${known}` }
}

function report({ title, version, rows, notRun }: ClientResult, tell: RunOptions['tell']): void {
  if (notRun !== undefined) return tell(`not run  ${title}: ${notRun}`)
  const passed = rows.filter(({ verdict }) => verdict === 'works').length
  tell(`${title} (${version}): ${passed} of ${rows.length} rows work`)
  for (const { scenario, verdict, detail } of rows) {
    if (verdict !== 'works') tell(`  ${verdict.padEnd(8)} ${scenario}: ${detail ?? ''}`)
  }
}
