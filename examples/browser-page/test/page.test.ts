import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import type { createAnswerReader } from '../read-answer.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

async function bundle(file: string): Promise<{ code: string; imports: string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    globalName: 'bundle',
    platform: 'browser',
    conditions: ['@tooldelta/source'],
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path))
  return { code: outputFiles[0]!.text, imports }
}

it('builds for browsers and is loaded by the page', async () => {
  const { imports } = await bundle('page.ts')
  expect(imports.filter((path) => path.startsWith('node:'))).toEqual([])
  expect(readFileSync(`${folder}/index.html`, 'utf8')).toContain('src="dist/page.js"')
})

it('reads an answer where nothing but the language itself exists', async () => {
  const { code } = await bundle('read-answer.ts')
  // A context of its own has neither Node's globals nor a browser's.
  const context = createContext({})
  runInContext(code, context)
  const create = runInContext('bundle.createAnswerReader', context) as typeof createAnswerReader
  const reader = create('qwen3_coder')
  for (const piece of ['Hi\n<tool_', 'call>\n<function=f>\n<parameter=x>\n1', '0\n</para']) reader.add(piece)
  expect(JSON.parse(JSON.stringify(reader.add('')))).toEqual({
    content: 'Hi',
    reasoning: '',
    calls: [{ name: 'f', arguments: '{"x":"10', status: 'streaming' }],
  })
  reader.add('meter>\n</function>\n</tool_call>')
  expect(JSON.parse(JSON.stringify(reader.end()))).toEqual({
    content: 'Hi',
    reasoning: '',
    calls: [{ name: 'f', arguments: '{"x":"10"}', status: 'complete' }],
  })
})
