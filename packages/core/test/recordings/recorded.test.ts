import { mergeEvents, readGoldenResults, readRecordings, resultOf, runParser } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'

const recordings = readRecordings()
const golden = readGoldenResults()

describe('recorded texts', () => {
  it.each(recordings)('$id: as judged', (recording) => {
    expect(resultOf(recording)).toEqual(golden[recording.id])
  })

  it.each(recordings)('$id: token cuts change nothing', ({ text, chunks, format, tools }) => {
    expect(chunks.join('')).toBe(text)
    const options = { format, ...(tools ? { tools } : {}) }
    expect(mergeEvents(runParser(options, chunks))).toEqual(mergeEvents(runParser(options, [text])))
  })

  it('has a golden result for each recording and no other', () => {
    expect(Object.keys(golden)).toEqual(recordings.map(({ id }) => id))
  })

  const foreign = recordings.filter(({ folder }) => folder === 'qwen3-coder-custom-tags')
  it.each(foreign)("$id: calls in an agent's own tags come back byte for byte", ({ text, format }) => {
    const result = resultOf({ text, format } as (typeof foreign)[number])
    expect(result.calls).toEqual([])
    expect(result.reasoning).toBeNull()
    expect(result.content).toBe(text)
  })
})
