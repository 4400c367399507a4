import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('builds for browsers without anything of Node', async () => {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@tooldelta/source'],
    logLevel: 'silent',
  })
  expect(result.errors).toEqual([])
  const imports = Object.values(result.metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path))
  expect(imports.filter((path) => path.startsWith('node:'))).toEqual([])
  expect(result.outputFiles[0]!.text).not.toMatch(/\brequire\(|\bBuffer\.|\bprocess\.(?!env\.NODE_ENV)/)
})
