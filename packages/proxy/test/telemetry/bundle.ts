import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Runs a script with the telemetry's sources in a Node process of its own, other packages as they are installed.
 *
 * @returns what it has printed
 */
export async function runScript(source: string, env: Record<string, string> = {}): Promise<string> {
  const parent = join(root, 'node_modules/.tooldelta-test')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'telemetry-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const entry = join(folder, 'entry.ts')
  writeFileSync(entry, source.replaceAll('SRC', join(root, 'src')))
  await build({
    entryPoints: [entry],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    alias: { '@tooldelta/openai': join(root, '../openai/src/index.ts') },
    logLevel: 'warning',
  })
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'entry.mjs')], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  return stdout
}
