import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { clients } from './clients/index.ts'
import { renderPage } from './page.ts'
import type { ClientResult } from './types.ts'

const resultsFile = new URL('../results.json', import.meta.url)
const pageFile = new URL('../../docs/clients.md', import.meta.url)

/** What the last runs have found. */
export async function readResults(): Promise<ClientResult[]> {
  return existsSync(resultsFile) ? (JSON.parse(await readFile(resultsFile, 'utf8')) as ClientResult[]) : []
}

/** New results take the place of a client's old ones. */
export function mergeResults(before: readonly ClientResult[], now: readonly ClientResult[]): ClientResult[] {
  return clients.flatMap(({ id }) => {
    const found = now.find(({ client }) => client === id) ?? before.find(({ client }) => client === id)
    return found === undefined ? [] : [found]
  })
}

/** Writes the results, and the page that tells them. */
export async function writeResults(results: readonly ClientResult[]): Promise<void> {
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`)
  await writeFile(pageFile, renderPage(results))
}
