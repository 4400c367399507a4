// Measures @tooldelta/core as a bundler would ship it and holds it against the number that the README promises.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './workspace.mjs'

const promise = /(\d+(?:\.\d+)?) kB minified and gzipped/.exec(readFileSync(join(root, 'README.md'), 'utf8'))
if (promise === null) throw new Error('README.md has to state the size of core as "N kB minified and gzipped".')
const budget = Number(promise[1])

const { outputFiles } = await build({
  entryPoints: [join(root, 'packages/core/src/index.ts')],
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
})
const [{ contents }] = outputFiles
const size = gzipSync(contents, { level: 9 }).length / 1000

console.log(
  `@tooldelta/core: ${size.toFixed(1)} kB minified and gzipped (${(contents.length / 1000).toFixed(1)} kB minified); the README promises ${budget} kB`,
)
if (size > budget) {
  console.error('Core has outgrown the README. Make it smaller, or state the new size there and in the change.')
  process.exitCode = 1
}
