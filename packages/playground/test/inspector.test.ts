import { describe, expect, it } from 'vitest'
import type { InspectEvent, StreamDetail, StreamPiece, StreamSummary } from '../../proxy/src/inspect/types.ts'
import { Answer } from '../src/inspector/answer.ts'
import { createFollowed, follow } from '../src/inspector/followed.ts'
import { toCase, toTraceOptions, withPrefill } from '../src/inspector/reading.ts'
import { Trace } from '../src/trace/trace.ts'

const stream: StreamSummary = {
  id: '7',
  requestId: 'r',
  at: '2026-01-01T00:00:00.000Z',
  path: '/v1/chat/completions',
  model: 'm',
  upstream: 'u',
  format: 'qwen3_coder',
  isStream: true,
  state: 'running',
  finishReasons: [],
  calls: { complete: 0, repaired: 0, truncated: 0 },
  diagnostics: 0,
  pieces: 0,
  isCut: false,
}
const detail: StreamDetail = { stream, attempt: 1, warnings: [] }

function piece(content: string, more: object = {}, index = 0): StreamPiece {
  return { ms: 1, data: JSON.stringify({ choices: [{ index, delta: { content }, ...more }] }) }
}

describe('an answer', () => {
  it('is put together from what comes, also from what comes twice', () => {
    const answer = new Answer()
    answer.push(0, [piece('a'), piece('b')])
    answer.push(1, [piece('b'), piece('c', { finish_reason: 'length' })])
    expect(answer.chunks(0)).toEqual(['a', 'b', 'c'])
    expect(answer.finish(0)).toBe('length')
    expect(answer.pieces).toBe(3)
  })

  it('has each choice by itself', () => {
    const answer = new Answer()
    answer.push(0, [piece('a', {}, 1), piece('b', {}, 0), piece('c', { finish_reason: 'stop' }, 1)])
    expect([answer.count, answer.chunks(0), answer.chunks(1), answer.finish(0), answer.finish(1)]).toEqual([
      2,
      ['b'],
      ['a', 'c'],
      undefined,
      'stop',
    ])
  })

  it.each([
    ['a whole answer', { choices: [{ index: 0, message: { content: 'text' } }] }, ['text']],
    ['a completion', { choices: [{ index: 0, text: 'text' }] }, ['text']],
    ['usage', { choices: [], usage: {} }, []],
    ['an error', { error: { message: 'x' } }, []],
    ['calls of the server', { choices: [{ delta: { tool_calls: [] } }] }, []],
    ['rubbish', { choices: [null, 5, { delta: 3 }] }, []],
  ])('has of %s what is text', (_what, data, chunks) => {
    const answer = new Answer()
    answer.push(0, [{ ms: 1, data: JSON.stringify(data) }])
    expect(answer.chunks(0)).toEqual(chunks)
  })

  it('leaves out what is no JSON', () => {
    const answer = new Answer()
    answer.push(0, [{ ms: 1, data: '{"choi' }, piece('a')])
    expect([answer.pieces, answer.chunks(0)]).toEqual([2, ['a']])
  })
})

describe('an exchange that is followed', () => {
  const events: InspectEvent[] = [
    { type: 'stream', detail },
    { type: 'pieces', attempt: 1, from: 0, pieces: [piece('first')] },
  ]

  it('forgets an answer that was not good enough', () => {
    const before = events.reduce(follow, createFollowed('7'))
    expect(before?.answer.chunks(0)).toEqual(['first'])
    const after = [
      { type: 'stream', detail: { ...detail, attempt: 2 } },
      { type: 'pieces', attempt: 2, from: 0, pieces: [piece('second')] },
    ].reduce((now, event) => follow(now, event as InspectEvent), before)
    expect(after?.answer.chunks(0)).toEqual(['second'])
  })

  it('stays in the page when the proxy no longer has it', () => {
    const gone = [...events, { type: 'gone', id: '7' } as const].reduce(follow, createFollowed('7'))
    expect([gone?.isGone, gone?.answer.chunks(0)]).toEqual([true, ['first']])
  })
})

describe('the reading of an exchange', () => {
  const tools = [{ type: 'function', function: { name: 'a' } }]
  const prefill = '<tool_call>\n<function=a>\n'
  const rest = ['<parameter=b>\n1\n</parameter>', '\n</function>\n</tool_call>']
  const read: StreamDetail = {
    ...detail,
    reading: {
      format: 'qwen3_coder',
      tools,
      prefill,
      repair: false,
      toolNames: {},
      singleCall: true,
      requiresCall: true,
    },
  }

  it('is traced as the proxy reads it, with what was put into the mouth of the model', () => {
    const trace = new Trace(toTraceOptions(read))
    for (const chunk of withPrefill(rest, read)) trace.push(chunk)
    trace.end('stop')
    expect(trace.message(trace.length - 1).calls).toMatchObject([{ name: 'a', status: 'complete' }])
  })

  it('becomes a case of the playground that gives the same', () => {
    expect(toCase(read, withPrefill(rest, read), 'stop')).toMatchObject({
      text: prefill + rest.join(''),
      format: 'qwen3_coder',
      tools: JSON.stringify(tools, null, 2),
      cuts: { kind: 'marks', at: [prefill.length, prefill.length + rest[0]!.length] },
      options: { repair: false },
    })
  })

  it('is what the parser would make of it where it was passed on', () => {
    expect(toTraceOptions(detail)).toEqual({ format: 'qwen3_coder' })
    expect(toCase({ ...read, reading: { format: { type: 'object' } } }, ['a'], 'stop').format).toBe('auto')
  })
})
