import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runScript } from '../../run-script.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(new URL('../../../docs/adding-a-format.md', import.meta.url), 'utf8')
const block = /^```ts\n(.*?)^```$/ms.exec(page)![1]!

it('docs/adding-a-format.md: the row works as it stands, in under 60 lines', async () => {
  expect(block.trimEnd().split('\n').length).toBeLessThan(60)
  mkdirSync(`${folder}/node_modules`, { recursive: true })
  // In this package, so that the block's imports are found.
  const work = mkdtempSync(`${folder}/node_modules/row-`)
  try {
    writeFileSync(`${work}/row.mts`, block)
    const { code, output, errors } = await runScript(folder, [`${work}/row.mts`])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const [report, events] = output.trimEnd().split('\n')
    expect(report).toMatch(/^\d{3,} parses with other cuts and \d{2,} ends agree$/)
    expect(events).toBe('reasoning content tool-call-start tool-call-arguments tool-call-end diagnostic')
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
})
