import { describe, expect, it } from 'vitest'
import { collectAnswer } from '../src/proxy/client.ts'
import { checkAnswer } from '../src/proxy/measure.ts'
import {
  chunksOfStream,
  completion,
  makeLargeRequest,
  makeSmallRequest,
  makeStreamEvents,
  makeStreamRequest,
} from '../src/proxy/requests.ts'
import { judge, percentile, printResults, summarize } from '../src/proxy/summary.ts'

describe('requests of the proxy benchmark', () => {
  it('are of the sizes that they are named after', () => {
    expect(Buffer.byteLength(makeSmallRequest().body)).toBeLessThan(350)
    const large = Buffer.byteLength(makeLargeRequest(400_000).body)
    expect(large).toBeGreaterThanOrEqual(400_000)
    expect(large).toBeLessThan(415_000)
  })

  it('are answered with one call in 2,000 chunks', () => {
    const { content } = collectAnswer(makeStreamRequest(), makeStreamEvents().join(''))
    expect(content).toMatch(/^<tool_call>\n<function=write_file>/)
    // Role, text, finish, usage and [DONE].
    expect(makeStreamEvents().length - 4).toBe(chunksOfStream)
  })
})

describe('checkAnswer', () => {
  const forwarder = { name: 'forwarder', url: '', pid: 0 }
  const tooldelta = { name: 'tooldelta', url: '', pid: 0 }

  it('takes the raw text from those that pass it on', () => {
    checkAnswer(forwarder, makeSmallRequest(), completion)
    checkAnswer(forwarder, makeStreamRequest(), makeStreamEvents().join(''))
  })

  it('refuses raw text from tooldelta, and a stream without an end from anyone', () => {
    expect(() => checkAnswer(tooldelta, makeSmallRequest(), completion)).toThrow(/0 calls/)
    expect(() => checkAnswer(forwarder, makeStreamRequest(), makeStreamEvents().slice(0, -1).join(''))).toThrow(/DONE/)
  })
})

describe('the summary', () => {
  const rows = summarize([
    { target: 'forwarder', request: 'small', times: [1, 1, 1] },
    { target: 'tooldelta', request: 'small', times: [1.2, 1.4, 9] },
    { target: 'forwarder', request: 'stream', times: [100] },
    { target: 'tooldelta', request: 'stream', times: [220] },
    { target: 'portkey', request: 'stream', times: [], failure: 'portkey answered 500' },
  ])

  it('holds medians against the forwarder', () => {
    expect(rows[1]?.overhead).toBeCloseTo(0.4)
    expect(rows[3]?.overheadPerChunk).toBeCloseTo(60)
  })

  it('judges what was promised and measured', () => {
    expect(judge(rows).map(({ limit, isMet }) => [limit, isMet])).toEqual([
      [0.5, true],
      [50, false],
    ])
  })

  it('says why a row has no numbers', () => {
    const text = printResults({ date: '', machine: '', load: 0, rows, throughput: [], targets: judge(rows) })
    expect(text).toContain('portkey answered 500')
    expect(text).toContain('MISSED')
  })

  it('takes percentiles from below', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    expect([0.5, 0.95, 0.99].map((part) => percentile(values, part))).toEqual([51, 96, 100])
    expect(percentile([7], 0.99)).toBe(7)
  })
})
