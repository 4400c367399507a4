/** Writes fixtures/golden/recorded.json anew. Read the diff before you commit it: every change is a change of behaviour. */
import { writeFileSync } from 'node:fs'
import { createGoldenResults, fixturesFolder } from '../src/index.ts'

const results = createGoldenResults()
writeFileSync(new URL('golden/recorded.json', fixturesFolder), `${JSON.stringify(results, null, 1)}\n`)
console.log(`${Object.keys(results).length} results written; read the diff`)
