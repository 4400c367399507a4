import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const folder = fileURLToPath(new URL('types', import.meta.url))

/** With the types of ai 6 it is checked as every other file is. */
it('the middleware has the type that ai 5 wants', { timeout: 180_000 }, () => {
  const args = [tsc, '-p', 'tsconfig.ai5.json', '--listFiles']
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  const lines = stdout.split('\n')
  expect({ status, errors: lines.filter((line) => line.includes('error TS')) }).toEqual({ status: 0, errors: [] })
  // That the types of this version were read, and of no other.
  const versions = lines.flatMap((file) => /\.pnpm\/(ai@\d)/.exec(file)?.[1] ?? [])
  expect(new Set(versions)).toEqual(new Set(['ai@5']))
})
