import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runScript } from '../../run-script.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(new URL('../../../docs/response-templates.md', import.meta.url), 'utf8')
const block = /^```ts\n(.*?)^```$/ms.exec(page)![1]!

it('docs/response-templates.md: the template works as it stands', async () => {
  mkdirSync(`${folder}/node_modules`, { recursive: true })
  // In this package, so that the block's imports are found.
  const work = mkdtempSync(`${folder}/node_modules/template-`)
  try {
    writeFileSync(`${work}/template.mts`, `${block}console.log(JSON.stringify(message))\n`)
    const { code, output, errors } = await runScript(folder, [`${work}/template.mts`])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(JSON.parse(output)).toMatchObject({
      reasoning: 'Look.',
      content: 'One moment.',
      toolCalls: [{ function: { name: 'ls', arguments: '{"path": "a </call> b"}' }, status: 'complete' }],
      diagnostics: [],
    })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
})
