import { describe, expect, it } from 'vitest'
import { chat, route, startTelemetry } from './helpers.ts'

describe('the line of a request', () => {
  it('says what happened', async () => {
    const { telemetry, lines } = await startTelemetry()
    const exchange = telemetry.observe({ ...chat, start: performance.now() - 100 })
    exchange.route({ ...route, alias: 'gpt-4o', key: 'alice' })
    exchange.onRequest?.(
      { mode: 'template', profile: 'vllm', changes: [], warnings: ['strict is not kept'] },
      { format: 'auto' },
    )
    telemetry.upstreamEvents.onAttempt({
      upstream: 'gpu',
      replica: 'http://u:p@10.0.0.1:8000',
      status: 200,
      isRetry: false,
      requestId: 'r1',
    })
    exchange.onUpstreamWait?.(80)
    exchange.onFirstDelta?.()
    exchange.onDiagnostic?.({ code: 'missing-closer', message: '', offset: 0 }, 0)
    exchange.onCall?.({ choice: 0, index: 0, status: 'repaired' })
    exchange.onUsage?.({ prompt_tokens: 12, completion_tokens: 30 })
    exchange.onEnd?.({ finishReasons: ['tool_calls'], isAborted: false })
    exchange.end(200)
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request',
        id: 'r1',
        method: 'POST',
        path: '/v1/chat/completions',
        model: 'coder',
        alias: 'gpt-4o',
        upstream: 'gpu',
        replica: 'http://10.0.0.1:8000',
        key: 'alice',
        format: 'qwen3_coder',
        mode: 'template',
        status: 200,
        stream: true,
        ttft_ms: expect.any(Number),
        total_ms: expect.any(Number),
        upstream_ms: 80,
        overhead_ms: expect.any(Number),
        input_tokens: 12,
        output_tokens: 30,
        finish: 'tool_calls',
        calls: 1,
        repaired_args: 1,
        parse_warnings: { 'missing-closer': 1 },
        request_warnings: 1,
      },
    ])
    expect(lines[0]?.['ttft_ms']).toBeGreaterThanOrEqual(100)
  })

  it('is an error for status 500 and above, and tells who left', async () => {
    const { telemetry, lines } = await startTelemetry()
    const exchange = telemetry.observe(chat)
    exchange.onEnd?.({
      finishReasons: [],
      isAborted: false,
      error: { message: 'The prompt was: secret', type: 'upstream_error', code: 'upstream_unreachable' },
    })
    exchange.end(502)
    telemetry.observe({ ...chat, id: 'r2' }).end(499)
    expect(lines[0]).toMatchObject({ level: 'error', status: 502, error: 'upstream_unreachable' })
    expect(lines[1]).toMatchObject({ level: 'info', status: 499, aborted: true })
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  const speak = async (contents: boolean) => {
    const started = await startTelemetry({ log: { contents } })
    const exchange = started.telemetry.observe(chat)
    exchange.route({ ...route, body: '{"messages":[{"role":"user","content":"prompt-text"}]}' })
    exchange.onUpstreamData?.('{"choices":[{"delta":{"content":"answer-text"}}]}')
    exchange.onUpstreamData?.('[DONE]')
    exchange.onDiagnostic?.({ code: 'stray-text', message: 'answer-text', offset: 0, text: 'answer-text' }, 0)
    exchange.end(200)
    return { ...started, text: JSON.stringify(started.lines) + (await started.telemetry.metrics()).text }
  }

  it('has no contents, nor have the metrics', async () => {
    const { text } = await speak(false)
    expect(text).not.toContain('prompt-text')
    expect(text).not.toContain('answer-text')
  })

  it('has them with log.contents, in the log alone', async () => {
    const { lines, telemetry } = await speak(true)
    expect(lines[0]).toMatchObject({
      request_body: expect.stringContaining('prompt-text'),
      upstream_data: '{"choices":[{"delta":{"content":"answer-text"}}]}\n[DONE]',
    })
    expect((await telemetry.metrics()).text).not.toMatch(/prompt-text|answer-text/)
  })

  it('keeps no more than 256 Ki of an answer', async () => {
    const { telemetry, lines } = await startTelemetry({ log: { contents: true } })
    const exchange = telemetry.observe(chat)
    for (let piece = 0; piece < 400; piece += 1) exchange.onUpstreamData?.('x'.repeat(1000))
    exchange.end(200)
    const data = lines[0]?.['upstream_data'] as string
    expect(data.replaceAll('\n', '')).toHaveLength(262_144)
  })
})

describe('headers of an answer', () => {
  it('tell the overhead of a JSON answer, and the timing of both', async () => {
    const { telemetry } = await startTelemetry()
    const exchange = telemetry.observe({ ...chat, start: performance.now() - 50 })
    exchange.onResponse?.({ status: 200, isStream: false })
    exchange.onUpstreamWait?.(40.5)
    const headers = exchange.responseHeaders()
    const overhead = Number(headers['x-tooldelta-overhead-ms'])
    expect(overhead).toBeGreaterThanOrEqual(9.4)
    expect(overhead).toBeLessThan(1000)
    expect(headers['server-timing']).toBe(`proxy;dur=${headers['x-tooldelta-overhead-ms']}, upstream;dur=40.500`)
  })

  it('of a stream have no overhead: it goes on', async () => {
    const { telemetry } = await startTelemetry()
    const exchange = telemetry.observe(chat)
    exchange.onResponse?.({ status: 200, isStream: true })
    expect(Object.keys(exchange.responseHeaders())).toEqual(['server-timing'])
  })
})
