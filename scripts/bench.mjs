// Bundles the benchmark with the packages' sources into one file, as a user's bundler would, and runs that. Nothing is measured through a
// loader that compiles on the way.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bundle = join(root, 'bench/dist/bench.mjs')

if (!existsSync(join(root, 'bench/node_modules'))) {
  const code = await run([join(root, 'scripts/setup.mjs')])
  if (code !== 0) process.exit(code)
}

const { build } = createRequire(join(root, 'bench/package.json'))('esbuild')
await build({
  entryPoints: [join(root, 'bench/src/main.ts')],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@tooldelta/source'],
  // What is compared with is measured as its maintainers built it.
  external: ['mitata', 'fast-xml-parser', 'ai', '@ai-sdk-tool/parser'],
  sourcemap: true,
  logLevel: 'warning',
})
process.exitCode = await run(['--expose-gc', '--enable-source-maps', bundle, ...process.argv.slice(2)])

function run(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  return new Promise((done, reject) => {
    child.on('error', reject)
    child.on('close', (code) => done(code ?? 1))
  })
}
