// Builds the playground and measures what a browser loads before it can be used.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readJson, root, run } from './workspace.mjs'

/** @returns the page, what it names, and its worker, gzipped, in kB */
export async function measurePage() {
  const directory = join(root, 'packages/playground')
  const { bin } = readJson('packages/playground/node_modules/vite/package.json')
  const output = mkdtempSync(join(tmpdir(), 'tooldelta-page-'))
  try {
    const vite = join(directory, 'node_modules/vite', bin.vite)
    const command = [process.execPath, vite, 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', output]
    const built = await run(command, { cwd: directory, output: 'keep' })
    if (built.code !== 0) throw new Error(built.output)
    const sizes = listFirstFiles(output).map((file) => gzipSync(readFileSync(join(output, file)), { level: 9 }).length)
    return sizes.reduce((sum, size) => sum + size, 0) / 1000
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
}

function listFirstFiles(output) {
  const html = readFileSync(join(output, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file)
  const worker = readdirSync(join(output, 'assets')).filter((file) => /^trace-worker-.*\.js$/.test(file))
  if (named.length < 2 || worker.length !== 1)
    throw new Error(`index.html names ${named}; there are workers ${worker}.`)
  return ['index.html', ...named, ...worker.map((file) => `assets/${file}`)]
}
