// Bundles the command and the benchmark's processes from their sources with esbuild, the builder that also makes dist, and runs the
// benchmark. Dependencies are loaded as they are installed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const benchFolder = join(root, 'bench/dist/proxy')
// Inside its package, so that the command's dependencies are found from it.
const commandFolder = join(root, 'packages/proxy/node_modules/.tooldelta-bench')

if (!existsSync(join(root, 'bench/node_modules'))) {
  const code = await run([join(root, 'scripts/setup.mjs')])
  if (code !== 0) process.exit(code)
}

const require = createRequire(join(root, 'bench/package.json'))
const { build } = require('esbuild')
const shared = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@tooldelta/source'],
  sourcemap: true,
  logLevel: 'warning',
}
await build({
  ...shared,
  entryPoints: ['main', 'upstream', 'forwarder'].map((name) => join(root, `bench/src/proxy/${name}.ts`)),
  outdir: benchFolder,
  outExtension: { '.js': '.mjs' },
  external: ['undici'],
})
const { dependencies } = require(join(root, 'packages/proxy/package.json'))
await build({
  ...shared,
  entryPoints: [join(root, 'packages/proxy/src/cli.ts')],
  outdir: commandFolder,
  outExtension: { '.js': '.mjs' },
  external: Object.keys(dependencies).filter((name) => !name.startsWith('@tooldelta/')),
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
})
process.env.BENCH_COMMAND = join(commandFolder, 'cli.mjs')
process.exitCode = await run(['--enable-source-maps', join(benchFolder, 'main.mjs'), ...process.argv.slice(2)])

function run(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  return new Promise((done, reject) => {
    child.on('error', reject)
    child.on('close', (code) => done(code ?? 1))
  })
}
