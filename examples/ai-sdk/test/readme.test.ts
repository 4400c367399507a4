import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createObedientModel, startFakeUpstream } from '@tooldelta/testbed/upstreams'
import { expect, it } from 'vitest'
import { runScript } from '../../run-script.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(new URL('../../../packages/ai-sdk/README.md', import.meta.url), 'utf8')

it('the block of the README of @tooldelta/ai-sdk runs as it stands', async () => {
  const upstream = await startFakeUpstream({
    kind: 'vllm-new',
    model: 'Qwen/Qwen3-Coder-30B-A3B-Instruct',
    answer: createObedientModel(),
  })
  mkdirSync(`${folder}/node_modules`, { recursive: true })
  // In this package, so that the block's imports are found.
  const work = mkdtempSync(`${folder}/node_modules/block-`)
  try {
    const block = /^```ts\n(.*?)^```$/ms.exec(readme)![1]!
    writeFileSync(`${work}/block.mts`, block.replaceAll('http://127.0.0.1:8000', upstream.url))
    const result = await runScript(folder, [`${work}/block.mts`])
    expect(result).toEqual({ code: 0, errors: '', output: 'The tool said: Oslo: 3 degrees, rain\n' })
  } finally {
    rmSync(work, { recursive: true, force: true })
    await upstream.close()
  }
})
