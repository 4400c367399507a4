import {
  createChunk,
  createStreamAnswer,
  createVllmEvents,
  cutText,
  startScriptedUpstream,
  toEvent,
  type ScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createUpstreamHandler, ToolCallTransformStream, transformResponse, type KnownRequest } from '../src/index.ts'
import { call, requestBody } from './helpers.ts'

const role = toEvent(createChunk({ role: 'assistant', content: '' }))
const text = (content: string): string => toEvent(createChunk({ content }))
const opening = '<tool_call>\n<function=get_weather>\n<parameter=city>\nTro'
const end = [toEvent(createChunk({}, 'stop')), 'data: [DONE]\n\n']
const qwen = { format: 'qwen3_coder' }

/** A stream of the upstream that a test moves on by hand, and what the client has got of it. */
function openStream(options: object, init: { pipe?: boolean } = {}) {
  const encoder = new TextEncoder()
  const source = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 100 }, { highWaterMark: 100 })
  const writer = source.writable.getWriter()
  const all = { ...qwen, ...options }
  const body = init.pipe
    ? source.readable.pipeThrough(new ToolCallTransformStream(all))
    : transformResponse(new Response(source.readable, { headers: { 'content-type': 'text/event-stream' } }), all).body!
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let got = ''
  const over = (async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      got += decoder.decode(value, { stream: true })
    }
  })()
  over.catch(() => {})
  return {
    reader,
    over,
    write: (...events: string[]) => Promise.all(events.map((event) => writer.write(encoder.encode(event)))),
    close: () => writer.close(),
    abort: (reason: unknown) => writer.abort(reason),
    got: () => got,
    /** The pieces of arguments so far. */
    pieces: () => [...got.matchAll(/"function":\{"arguments":"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => piece),
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

describe.each([{ pipe: false }, { pipe: true }])('coalesceArguments.maxDelayMs, as a pipe: $pipe', (init) => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('sends what is collected when the first piece has waited so long, while the upstream is silent', async () => {
    const stream = openStream({ coalesceArguments: { maxDelayMs: 100 } }, init)
    await stream.write(role, text(opening))
    await vi.advanceTimersByTimeAsync(60)
    await stream.write(text('ms'))
    await vi.advanceTimersByTimeAsync(39)
    expect(stream.got()).toContain('get_weather')
    expect(stream.pieces()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.pieces()).toHaveLength(1)
    expect(stream.pieces()[0]).toMatch(/Trom/)

    // The time begins anew with the next piece.
    await vi.advanceTimersByTimeAsync(500)
    await stream.write(text('ø'), text(' is far'))
    await vi.advanceTimersByTimeAsync(99)
    expect(stream.pieces()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.pieces()).toHaveLength(2)

    await stream.write(text('\n</parameter>\n</function>\n</tool_call>'), ...end)
    await stream.close()
    await stream.over
    const { choices } = foldStrictly(readEventData(stream.got()))
    expect(JSON.parse(choices[0]!.calls[0]!.arguments)).toEqual({ city: 'Tromsø is far' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('starts anew when minChars have sent the pieces before', async () => {
    const stream = openStream({ coalesceArguments: { minChars: 30, maxDelayMs: 100 } }, init)
    await stream.write(role, text(opening))
    await vi.advanceTimersByTimeAsync(90)
    await stream.write(text('x'.repeat(40)))
    await settle()
    expect(stream.pieces()).toHaveLength(1)
    await stream.write(text('yyy'), text('zzz'))
    await vi.advanceTimersByTimeAsync(99)
    expect(stream.pieces()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.pieces()).toHaveLength(2)
    await stream.reader.cancel()
    expect(stream.pieces().join('')).toMatch(/x{40}/)
  })

  it('keeps no timer when the call has ended', async () => {
    const stream = openStream({ coalesceArguments: { maxDelayMs: 100 } }, init)
    await stream.write(role, text(opening))
    await settle()
    expect(vi.getTimerCount()).toBe(1)
    await stream.write(text('\n</parameter>\n</function>\n</tool_call>'))
    await settle()
    expect(stream.pieces()).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
    await stream.write(...end)
    await stream.close()
    await stream.over
  })

  it('survives a client that leaves while something is collected', async () => {
    const stream = openStream({ coalesceArguments: { maxDelayMs: 100 } }, init)
    await stream.write(role, text(opening))
    await settle()
    await stream.reader.cancel()
    await vi.advanceTimersByTimeAsync(1000)
    expect(stream.pieces()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('coalesceArguments', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('sends what is collected, then the error, when the upstream breaks during and after a wait', async () => {
    const stream = openStream({ coalesceArguments: { maxDelayMs: 100 } })
    await stream.write(role, text(opening))
    await vi.advanceTimersByTimeAsync(100)
    await stream.write(text('ms'), text('ø'))
    await settle()
    expect(stream.pieces()).toHaveLength(1)
    void stream.abort(new TypeError('broken'))
    await stream.over
    expect(stream.pieces().join('')).toMatch(/Troms/)
    expect(foldStrictly(readEventData(stream.got())).error).toMatchObject({ type: 'upstream_error' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells the next reader of a break that comes between two reads, and nobody twice', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', note)
    const source = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 9 }, { highWaterMark: 9 })
    const writer = source.writable.getWriter()
    const response = new Response(source.readable, { headers: { 'content-type': 'text/event-stream' } })
    const reader = transformResponse(response, { ...qwen, coalesceArguments: { maxDelayMs: 50 } }).body!.getReader()
    await writer.write(new TextEncoder().encode(role + text(opening)))
    await reader.read()
    const held = reader.read()
    await vi.advanceTimersByTimeAsync(50)
    expect(new TextDecoder().decode((await held).value)).toContain('Tro')
    await writer.abort(new TypeError('broken'))
    await vi.advanceTimersByTimeAsync(10)
    vi.useRealTimers()
    await new Promise((resolve) => setImmediate(resolve))
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('upstream_error')
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })

  it('sends what is collected at once to a client that comes back after the time', async () => {
    const source = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 9 }, { highWaterMark: 9 })
    const writer = source.writable.getWriter()
    const response = new Response(source.readable, { headers: { 'content-type': 'text/event-stream' } })
    const reader = transformResponse(response, { ...qwen, coalesceArguments: { maxDelayMs: 50 } }).body!.getReader()
    await writer.write(new TextEncoder().encode(role + text(opening)))
    await reader.read()
    await vi.advanceTimersByTimeAsync(500)
    const late = reader.read()
    await settle()
    expect(vi.getTimerCount()).toBe(0)
    expect(new TextDecoder().decode((await late).value)).toContain('Tro')
    await reader.cancel()
  })

  it('sets no timer where only the characters count', async () => {
    const stream = openStream({ coalesceArguments: { minChars: 1000 } })
    await stream.write(role, text(opening))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(stream.pieces()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
    await stream.close()
    await stream.over
    expect(stream.pieces()).toHaveLength(1)
  })

  it.each([{ coalesceArguments: {} }, { reasoningNames: 'thinking' }, { deliver: 'late' }])('refuses %j', (options) => {
    const make = (): unknown =>
      createUpstreamHandler({ upstream: 'http://127.0.0.1:1', ...qwen, ...(options as object) })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(Object.keys(options)[0])
  })
})

describe('delivery of one request', () => {
  const upstreams: ScriptedUpstream[] = []
  afterEach(async () => {
    for (const upstream of upstreams.splice(0)) await upstream.close()
  })
  const thinking = toEvent(createChunk({ reasoning: 'Hm' }))

  async function ask(delivery: KnownRequest['delivery'], options: object = {}, path = '/v1/chat/completions') {
    const [start, ...rest] = createVllmEvents(cutText(call))
    const upstream = await startScriptedUpstream(createStreamAnswer([start!, thinking, ...rest]))
    upstreams.push(upstream)
    const handle = createUpstreamHandler({ upstream: upstream.url, ...qwen, ...options })
    const body = JSON.stringify(path.endsWith('messages') ? { ...messagesBody } : requestBody)
    const request = new Request(`http://proxy${path}`, { method: 'POST', body })
    return (await handle(request, undefined, { delivery })).text()
  }

  const messagesBody = {
    model: 'm',
    max_tokens: 9,
    stream: true,
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [{ name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }],
  }
  const argumentDeltas = (answer: string): number => answer.match(/"function":\{"arguments":"[^"]/g)?.length ?? 0

  it('wins over the options, and leaves what it does not say', async () => {
    const whole = { minChars: 9999 }
    expect(argumentDeltas(await ask(undefined))).toBeGreaterThan(3)
    expect(argumentDeltas(await ask({ coalesceArguments: whole }))).toBe(1)
    expect(
      argumentDeltas(await ask({ coalesceArguments: { minChars: 1 } }, { coalesceArguments: whole })),
    ).toBeGreaterThan(3)
    const kept = await ask(
      { reasoningNames: 'both', deliver: undefined },
      { coalesceArguments: whole, deliver: 'stream' },
    )
    expect(argumentDeltas(kept)).toBe(1)
    expect(kept).toContain('{"reasoning_content":"Hm","reasoning":"Hm"}')
  })

  it('holds under other APIs too', async () => {
    const pieces = (answer: string): number =>
      answer.match(/"type":"input_json_delta","partial_json":"[^"]/g)?.length ?? 0
    const path = '/v1/messages'
    expect(pieces(await ask(undefined, {}, path))).toBeGreaterThan(3)
    const answer = await ask({ coalesceArguments: { minChars: 9999 }, reasoningNames: 'reasoning' }, {}, path)
    expect(pieces(answer)).toBe(1)
    expect(answer).toContain('"thinking":"Hm"')
  })
})
