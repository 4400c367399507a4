import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readRecordings } from '../src/recordings.ts'
import { listScenarios } from '../src/scenarios.ts'

const folder = mkdtempSync(join(tmpdir(), 'tooldelta-bench-'))
afterAll(() => rmSync(folder, { recursive: true }))

const turn = {
  chunks: ['Hi', ' there'],
  expected: {
    content: 'Hi there',
    calls: [{ name: 'run', arguments: { command: 'echo "a line"\n<tool_call> here\nls', limit: 3 } }],
  },
}

describe('readRecordings', () => {
  it('collects tokens, prose and argument lines, none of them with a marker', () => {
    const marked = { chunks: ['<think>'], expected: { content: 'a <think> b', calls: [] } }
    writeFileSync(join(folder, 're-rendered.jsonl'), `${JSON.stringify(turn)}\n${JSON.stringify(marked)}\n`)
    writeFileSync(join(folder, 'recorded.jsonl'), `${JSON.stringify({ chunks: ['漢'] })}\n`)
    const recordings = readRecordings(folder)
    expect(recordings.turns).toHaveLength(2)
    expect(recordings.prose).toEqual(['Hi there'])
    expect(recordings.argumentLines).toEqual(['echo "a line"'])
    expect([...recordings.vocabulary]).toEqual(['Hi', ' there', '<think>', '漢'])
  })
})

describe('listScenarios', () => {
  it('names every row once and keeps slow rows out of the quick run', () => {
    const rows = listScenarios()
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length)
    expect(rows.filter((row) => row.isQuick && row.isSlow === true)).toEqual([])
    expect(rows.filter((row) => row.isQuick).length).toBeGreaterThan(20)
  })
})
