// Measures packages as a bundler would ship them and holds each against the number that its README promises.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { measurePage } from './measure-page.mjs'
import { root } from './workspace.mjs'

const packages = [
  { name: 'core', readme: 'README.md', external: [] },
  // zod is a peer of the AI SDK: its users have it.
  { name: 'ai-sdk', readme: 'packages/ai-sdk/README.md', external: ['zod'] },
]

for (const one of packages) {
  const budget = readPromise(one.readme)
  const { minified, zipped } = await measure(one)
  console.log(
    `@tooldelta/${one.name}: ${zipped.toFixed(1)} kB minified and gzipped (${minified.toFixed(1)} kB minified); ${one.readme} promises ${budget} kB`,
  )
  if (zipped <= budget) continue
  console.error(`${one.name} has outgrown its README. Make it smaller, or state the new size there and in the change.`)
  process.exitCode = 1
}

/** What docs/playground.md promises, in kB. */
const pageBudget = 120
const page = await measurePage()
console.log(
  `@tooldelta/playground: ${page.toFixed(1)} kB gzipped to load; docs/playground.md promises ${pageBudget} kB`,
)
if (page > pageBudget) {
  console.error('The playground has outgrown docs/playground.md. See what its bundles hold, and make it smaller.')
  process.exitCode = 1
}

function readPromise(readme) {
  const promise = /(\d+(?:\.\d+)?) kB\s+minified\s+and\s+gzipped/.exec(readFileSync(join(root, readme), 'utf8'))
  if (promise === null) throw new Error(`${readme} has to state the size as "N kB minified and gzipped".`)
  return Number(promise[1])
}

async function measure({ name, external }) {
  const { outputFiles } = await build({
    entryPoints: [join(root, `packages/${name}/src/index.ts`)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@tooldelta/source'],
    target: 'es2022',
    external,
  })
  const [{ contents }] = outputFiles
  return { minified: contents.length / 1000, zipped: gzipSync(contents, { level: 9 }).length / 1000 }
}
