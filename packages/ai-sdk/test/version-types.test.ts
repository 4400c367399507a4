import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const folder = fileURLToPath(new URL('types', import.meta.url))

const ai7 = new URL('../../../e2e/installs/node-22/node_modules/ai/package.json', import.meta.url)

/** With the types of ai 6 it is checked as every other file is. */
it('the middleware has the type that ai 5 wants', { timeout: 180_000 }, () => {
  const { files, ...rest } = checkTypes('tsconfig.ai5.json')
  expect(rest).toEqual({ status: 0, errors: [] })
  // That the types of this version were read, and of no other.
  const versions = files.flatMap((file) => /\.pnpm\/(ai@\d)/.exec(file)?.[1] ?? [])
  expect(new Set(versions)).toEqual(new Set(['ai@5']))
})

/** The workspace cannot have ai 7, because it needs Node 22; `npm run e2e` installs it. */
it.skipIf(!existsSync(ai7))(
  'and the one that ai 7 wants (skipped where e2e has not installed it)',
  { timeout: 180_000 },
  () => {
    const { files, ...rest } = checkTypes('tsconfig.ai7.json')
    expect(rest).toEqual({ status: 0, errors: [] })
    const folders = files.flatMap((file) => /[^/]+(?=\/node_modules\/ai\/dist\/index\.d\.ts$)/.exec(file)?.[0] ?? [])
    expect(new Set(folders)).toEqual(new Set(['node-22']))
  },
)

function checkTypes(project: string): { status: number | null; errors: string[]; files: string[] } {
  const args = [tsc, '-p', project, '--listFiles']
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  const [errors, files] = [true, false].map((isError) =>
    stdout.split('\n').filter((line) => line.includes('error TS') === isError),
  )
  return { status, errors: errors!, files: files! }
}
