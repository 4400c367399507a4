import { createChunk, createCompletion, createVllmEvents, toEvent } from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { describe, expect, it } from 'vitest'
import { ToolCallTransformStream, transformResponse } from '../src/index.ts'
import { call, events, respond } from './helpers.ts'

const qwen = { format: 'qwen3_coder' }
const role = toEvent(createChunk({ role: 'assistant', content: '' }))

async function read(pieces: readonly (string | Uint8Array)[]): Promise<string> {
  return transformResponse(respond(pieces), qwen).text()
}

async function fold(pieces: readonly (string | Uint8Array)[]): Promise<ReturnType<typeof foldStrictly>> {
  return foldStrictly(readEventData(await read(pieces)))
}

describe('transformResponse on an event stream', () => {
  it('gives calls, with headers for a stream', async () => {
    const headers = {
      'content-type': 'Text/Event-Stream',
      'content-length': '5',
      'content-encoding': 'gzip',
      'x-request-id': 'r',
    }
    const response = transformResponse(respond(events, { headers }), qwen)
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-cache',
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-request-id': 'r',
    })
    const { choices } = foldStrictly(readEventData(await response.text()))
    expect(choices[0]).toMatchObject({ content: 'Hi.', finishReason: 'tool_calls' })
    expect(JSON.parse(choices[0]!.calls[0]!.arguments)).toEqual({ city: 'Tromsø 🌍' })
  })

  it('reads the same from one byte at a time, one write, CRLF, no space after the colon', async () => {
    const whole = events.join('')
    const bytes = [...new TextEncoder().encode(whole)].map((byte) => Uint8Array.of(byte))
    const variants = [bytes, [whole], [whole.replaceAll('\n\n', '\r\n\r\n')], [whole.replaceAll('data: ', 'data:')]]
    const [first, ...others] = await Promise.all(variants.map(fold))
    for (const { choices } of others) {
      expect(choices[0]!.content).toBe(first!.choices[0]!.content)
      expect(choices[0]!.calls[0]!.arguments).toBe(first!.choices[0]!.calls[0]!.arguments)
    }
  })

  it('sends the text of an unchanged chunk as it came', async () => {
    const odd =
      'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null,"score":1.0}], "n":9007199254740993}\n\n'
    expect(await read([role, odd, toEvent(createChunk({}, 'stop')), 'data: [DONE]\n\n'])).toContain(odd)
  })

  it('writes data of several lines as one', async () => {
    const lines = 'data: {"choices":[{"index":0,\ndata: "delta":{"content":"a"},"finish_reason":null}]}\n\n'
    const { choices } = await fold([role, lines, toEvent(createChunk({}, 'stop')), 'data: [DONE]\n\n'])
    expect(choices[0]!.content).toBe('a')
  })

  it('ends with one [DONE], also when the upstream sends none or two', async () => {
    const without = createVllmEvents(['Hi'], { withoutDone: true })
    for (const pieces of [
      without,
      [...without, 'data: [DONE]\n\n', 'data: [DONE]\n\n'],
      [...without, 'data: [DONE]\n\n', role],
    ]) {
      expect((await fold(pieces)).choices[0]).toMatchObject({ content: 'Hi', finishReason: 'stop' })
    }
  })

  it('reads a last event without its empty line', async () => {
    const without = createVllmEvents(['Hi'], { withoutDone: true })
    const last = without.pop()!
    expect((await fold([...without, last.trimEnd()])).choices[0]).toMatchObject({ content: 'Hi', finishReason: 'stop' })
  })

  it('makes the finish that the upstream forgot', async () => {
    expect(
      (await fold([role, toEvent(createChunk({ content: call })), 'data: [DONE]\n\n'])).choices[0]!.finishReason,
    ).toBe('tool_calls')
  })

  it('turns signs of life into the one comment that every client knows', async () => {
    const signs = [': keep-alive\n\n', ': ping - 1\n\n', 'event: ping\ndata: {}\n\n', 'data:\n\n']
    const text = await read([role, ...signs, toEvent(createChunk({}, 'stop')), 'data: [DONE]\n\n'])
    expect(text.split(': keep-alive\n\n')).toHaveLength(5)
    expect(text).not.toMatch(/ping|event:/)
    readEventData(text)
  })

  it('reports an event that is no JSON object and ends', async () => {
    for (const data of ['{"choices":[', '[]', 'null', '"x"']) {
      const { error } = await fold([
        role,
        `data: ${data}\n\n`,
        toEvent(createChunk({ content: 'a' })),
        'data: [DONE]\n\n',
      ])
      expect(error).toEqual({ message: expect.any(String), type: 'upstream_error', code: 'upstream_invalid_chunk' })
    }
  })

  it('reports an answer without a chunk', async () => {
    for (const pieces of [[], ['{"detail":"not an event"}']]) {
      expect((await fold(pieces)).error).toMatchObject({ code: 'upstream_empty_answer' })
    }
  })

  it('understands a named error event', async () => {
    const { error } = await fold([role, 'event: error\ndata: {"message":"m","code":5}\n\n'])
    expect(error).toEqual({ message: 'm', type: 'upstream_error', code: 5 })
    expect((await fold([role, 'event: error\ndata: out of memory\n\n'])).error!.message).toBe('out of memory')
  })

  it('replaces bytes that are no UTF-8 and loses none at the end', async () => {
    const start = new TextEncoder().encode('data: {"choices":[{"index":0,"delta":{"content":"')
    const end = new TextEncoder().encode('"},"finish_reason":null}]}\n\n')
    const { choices } = await fold([role, start, Uint8Array.of(0xf0, 0x9f), end, 'data: [DONE]\n\n'])
    expect(choices[0]!.content).toBe('\uFFFD')
  })

  it('reads the upstream only as far as the reader goes, and cancels it', async () => {
    let pulls = 0
    let cancelled: unknown
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulls += 1
          controller.enqueue(new TextEncoder().encode(toEvent(createChunk({ content: `${pulls}` }))))
        },
        cancel(reason) {
          cancelled = reason
        },
      },
      { highWaterMark: 0 },
    )
    const reader = transformResponse(
      new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
      qwen,
    ).body!.getReader()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(pulls).toBe(0)
    for (let count = 0; count < 3; count += 1) await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(pulls).toBe(3)
    await reader.cancel('enough')
    expect(cancelled).toBe('enough')
  })

  it('makes an error object of a fault, and passes an abort', async () => {
    const failing = (error: unknown): Response => {
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.error(error)
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    }
    const text = await transformResponse(failing(new TypeError('terminated')), qwen).text()
    expect(foldStrictly(readEventData(text)).error).toMatchObject({ code: 'upstream_disconnected' })
    const abort = new DOMException('gone', 'AbortError')
    await expect(transformResponse(failing(abort), qwen).text()).rejects.toBe(abort)
    const signal = AbortSignal.abort(new Error('mine'))
    await expect(transformResponse(failing(new TypeError('x')), { ...qwen, signal }).text()).rejects.toThrow('x')
  })
})

describe('transformResponse on other answers', () => {
  const json = (body: unknown, init: ResponseInit = {}): Response =>
    new Response(JSON.stringify(body), {
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': '9' },
      ...init,
    })

  it('gives the calls of a JSON completion', async () => {
    const response = transformResponse(json(createCompletion(call)), qwen)
    expect(response.headers.has('content-length')).toBe(false)
    expect(await response.json()).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { content: null } }],
    })
  })

  it('passes the text of a JSON answer without calls, or of no JSON', async () => {
    for (const text of [
      '{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "big": 12345678901234567890}',
      '{"choi',
      '[1.0]',
    ]) {
      const response = new Response(text, { headers: { 'content-type': 'application/json' } })
      expect(await transformResponse(response, qwen).text()).toBe(text)
    }
  })

  it('gives the error as the body where a call was cut off and that is wanted', async () => {
    const response = transformResponse(json(createCompletion(call.slice(0, 70), 'length')), {
      ...qwen,
      truncatedCalls: 'error',
    })
    expect(await response.json()).toMatchObject({ error: { code: 'tool_call_truncated' } })
  })

  it('gives errors, other types and empty answers back as they are', () => {
    for (const response of [
      json({ error: {} }, { status: 400 }),
      new Response('x', { headers: { 'content-type': 'text/plain' } }),
      new Response(null, { status: 204 }),
      respond(events, { status: 503, headers: { 'content-type': 'text/event-stream' } }),
    ]) {
      expect(transformResponse(response, qwen)).toBe(response)
    }
  })

  it('cancels a JSON body', async () => {
    let isCancelled = false
    const body = new ReadableStream({ cancel: () => void (isCancelled = true) })
    await transformResponse(
      new Response(body, { headers: { 'content-type': 'application/json' } }),
      qwen,
    ).body!.cancel()
    expect(isCancelled).toBe(true)
  })

  it('refuses an unknown format at once', () => {
    expect(() => transformResponse(respond(events), { format: 'qwen3_codr' })).toThrow(TypeError)
  })
})

describe('ToolCallTransformStream', () => {
  it('does in a pipe what transformResponse does', async () => {
    const body = respond(events).body!.pipeThrough(new ToolCallTransformStream(qwen))
    const { choices } = foldStrictly(readEventData(await new Response(body).text()))
    expect(choices[0]).toMatchObject({ content: 'Hi.', finishReason: 'tool_calls' })
  })

  it('ends an answer without [DONE]', async () => {
    const body = respond(events.slice(0, -1)).body!.pipeThrough(new ToolCallTransformStream(qwen))
    expect(foldStrictly(readEventData(await new Response(body).text())).choices[0]!.finishReason).toBe('tool_calls')
  })
})
