import { describe, expect, it } from 'vitest'
import { chat, route, startTelemetry } from './helpers.ts'

const labels = 'gen_ai_operation_name="chat",gen_ai_provider_name="gpu",gen_ai_request_model="coder"'

describe('metrics of a streamed chat completion', () => {
  it('count calls by format, model and outcome, and what was mended by its kind', async () => {
    const { telemetry, samples } = await startTelemetry()
    const exchange = telemetry.observe(chat)
    exchange.route(route)
    const change = { path: 'messages.1', rule: 'arguments-closed', action: 'changed', reason: 'It was cut.' } as const
    exchange.onRequest?.(
      { mode: 'template', profile: 'vllm', changes: [change, change], warnings: [] },
      { format: 'auto' },
    )
    exchange.onCall?.({ choice: 0, index: 0, status: 'complete' })
    exchange.onCall?.({ choice: 0, index: 1, status: 'repaired' })
    exchange.onDiagnostic?.({ code: 'missing-closer', message: 'secret', offset: 0 }, 0)
    exchange.onDiagnostic?.({ code: 'format-detected', message: '', offset: 0 }, 0)
    exchange.end(200)

    expect(await samples('tooldelta_tool_calls_total')).toEqual([
      'tooldelta_tool_calls_total{format="qwen3_coder",model="coder",outcome="complete"} 1',
      'tooldelta_tool_calls_total{format="qwen3_coder",model="coder",outcome="repaired"} 1',
    ])
    expect(await samples('tooldelta_parse_warnings_total')).toEqual([
      'tooldelta_parse_warnings_total{code="missing-closer"} 1',
    ])
    expect(await samples('tooldelta_history_repairs_total')).toEqual([
      'tooldelta_history_repairs_total{kind="arguments-closed"} 2',
    ])
  })

  it('measure duration, first token, tokens and time per output token', async () => {
    const { telemetry, samples } = await startTelemetry()
    const exchange = telemetry.observe({ ...chat, ...route, start: performance.now() - 1000 })
    exchange.onFirstDelta?.()
    exchange.onUsage?.({ prompt_tokens: 1000, completion_tokens: 5, total_tokens: 1005 })
    exchange.onEnd?.({ finishReasons: ['tool_calls'], isAborted: false })
    exchange.end(200)

    expect(await samples('gen_ai_server_request_duration_seconds_count')).toEqual([
      `gen_ai_server_request_duration_seconds_count{${labels},error_type=""} 1`,
    ])
    const first = await samples('gen_ai_server_time_to_first_token_seconds_sum')
    expect(Number(first[0]?.split(' ')[1])).toBeGreaterThanOrEqual(1)
    expect(Number(first[0]?.split(' ')[1])).toBeLessThan(1.5)
    expect(await samples('gen_ai_server_time_per_output_token_seconds_count')).toEqual([
      `gen_ai_server_time_per_output_token_seconds_count{${labels}} 1`,
    ])
    expect(await samples('gen_ai_client_token_usage_sum')).toEqual([
      `gen_ai_client_token_usage_sum{${labels},gen_ai_token_type="input"} 1000`,
      `gen_ai_client_token_usage_sum{${labels},gen_ai_token_type="output"} 5`,
    ])
  })

  it('have the buckets of the GenAI gateways', async () => {
    const { telemetry, samples } = await startTelemetry()
    const exchange = telemetry.observe({ ...chat, ...route })
    exchange.onFirstDelta?.()
    exchange.onUsage?.({ prompt_tokens: 1, completion_tokens: 2 })
    exchange.end(200)
    const bounds = async (name: string) =>
      (await samples(`${name}_bucket`))
        .filter((line) => !line.includes('"output"'))
        .map((line) => /le="([^"]+)"/.exec(line)?.[1])
    const duration = await bounds('gen_ai_server_request_duration_seconds')
    expect([duration[0], duration[1], duration.at(-2)]).toEqual(['0.01', '0.02', '81.92'])
    const first = await bounds('gen_ai_server_time_to_first_token_seconds')
    expect([first[0], first.at(-2)]).toEqual(['0.001', '60'])
    const perToken = await bounds('gen_ai_server_time_per_output_token_seconds')
    expect([perToken[0], perToken.at(-2)]).toEqual(['0.01', '2.5'])
    expect((await bounds('gen_ai_client_token_usage')).slice(0, 4)).toEqual(['1', '4', '16', '64'])
  })
})

describe('overhead', () => {
  it('is the time without the waits for the upstream and for the client', async () => {
    const { telemetry, samples, lines } = await startTelemetry()
    const exchange = telemetry.observe({ ...chat, ...route, start: performance.now() - 1000 })
    exchange.onUpstreamWait?.(600)
    exchange.onUpstreamWait?.(300)
    exchange.onClientWait?.(90)
    exchange.end(200)
    const sum = Number((await samples('tooldelta_proxy_overhead_seconds_sum'))[0]?.split(' ')[1])
    expect(sum).toBeGreaterThanOrEqual(0.0099)
    expect(sum).toBeLessThan(0.4)
    expect(lines[0]).toMatchObject({ upstream_ms: 900 })
    expect(lines[0]?.['overhead_ms']).toBeCloseTo(sum * 1000, 2)
  })

  it('is not measured for what never asked an upstream', async () => {
    const { telemetry, samples } = await startTelemetry()
    telemetry.observe(chat).end(401)
    expect(await samples('tooldelta_proxy_overhead_seconds_count')).toEqual([])
  })
})

describe('endings', () => {
  it.each([
    [200, {}, ''],
    [502, {}, '502'],
    [499, {}, 'client_closed'],
    [200, { error: { message: 'm', type: 'upstream_error', code: 'upstream_disconnected' } }, 'stream_error'],
    [200, { isAborted: true }, 'client_closed'],
  ])('status %i with %j has error_type "%s"', async (status, outcome, type) => {
    const { telemetry, samples } = await startTelemetry()
    const exchange = telemetry.observe({ ...chat, ...route })
    exchange.onEnd?.({ finishReasons: [], isAborted: false, ...outcome })
    exchange.end(status)
    expect(await samples('gen_ai_server_request_duration_seconds_count')).toEqual([
      `gen_ai_server_request_duration_seconds_count{${labels},error_type="${type}"} 1`,
    ])
    expect(await samples('tooldelta_client_aborts_total')).toEqual([
      `tooldelta_client_aborts_total ${type === 'client_closed' ? 1 : 0}`,
    ])
  })

  it('come once, and requests in flight go back to none', async () => {
    const { telemetry, samples, lines } = await startTelemetry()
    const exchanges = [telemetry.observe(chat), telemetry.observe({ ...chat, id: 'r2' })]
    expect(await samples('tooldelta_inflight_requests')).toEqual(['tooldelta_inflight_requests 2'])
    for (const exchange of [...exchanges, ...exchanges]) exchange.end(200)
    expect(await samples('tooldelta_inflight_requests')).toEqual(['tooldelta_inflight_requests 0'])
    expect(lines).toHaveLength(2)
  })
})

describe('labels stay few', () => {
  const countModels = async (samples: (name: string) => Promise<string[]>): Promise<Set<string | undefined>> =>
    new Set(
      (await samples('gen_ai_server_request_duration_seconds_count')).map((line) => /model="([^"]*)"/.exec(line)?.[1]),
    )

  it('an unknown model is "other"', async () => {
    const { telemetry, samples } = await startTelemetry()
    for (const alias of ['nonsense', 'x'.repeat(500)]) telemetry.observe({ ...chat, alias }).end(404)
    expect(await countModels(samples)).toEqual(new Set(['other']))
  })

  it('a server for every model learns the first 20 names that its upstream takes', async () => {
    const { telemetry, samples } = await startTelemetry({ models: [{ name: '*', upstream: 'gpu' }] })
    telemetry.observe({ ...chat, alias: 'refused' }).end(404)
    for (let number = 0; number < 30; number += 1) telemetry.observe({ ...chat, alias: `model-${number}` }).end(200)
    const models = await countModels(samples)
    expect(models.size).toBe(21)
    expect(models).toContain('model-0')
    expect(models).toContain('other')
    expect(models).not.toContain('refused')
  })

  it('a status or a code is the label of an upstream request, nothing else', async () => {
    const { telemetry, samples } = await startTelemetry()
    const { onAttempt } = telemetry.upstreamEvents
    const attempt = { upstream: 'gpu', replica: 'http://u:p@10.0.0.1:8000', isRetry: false }
    onAttempt({ ...attempt, status: 200 })
    onAttempt({ ...attempt, status: 200 })
    onAttempt({ ...attempt, errorCode: 'ECONNREFUSED' })
    onAttempt({ ...attempt, errorCode: 'connect failed: http://secret' })
    expect(await samples('tooldelta_upstream_requests_total')).toEqual([
      'tooldelta_upstream_requests_total{upstream="gpu",code="200"} 2',
      'tooldelta_upstream_requests_total{upstream="gpu",code="ECONNREFUSED"} 1',
      'tooldelta_upstream_requests_total{upstream="gpu",code="error"} 1',
    ])
  })

  it('a replica is named without its credentials, and is up until it is told otherwise', async () => {
    const urls = ['http://user:secret@10.0.0.1:8000', 'http://10.0.0.2:8000']
    const { telemetry, samples } = await startTelemetry({ upstreams: [{ name: 'gpu', urls }] })
    telemetry.upstreamEvents.onReplicaState({ upstream: 'gpu', replica: urls[0]!, isHealthy: false })
    expect(await samples('tooldelta_upstream_healthy')).toEqual([
      'tooldelta_upstream_healthy{upstream="gpu",replica="http://10.0.0.1:8000"} 0',
      'tooldelta_upstream_healthy{upstream="gpu",replica="http://10.0.0.2:8000"} 1',
    ])
  })

  it('requests that are none of a model are in no gen_ai metric', async () => {
    const { telemetry, samples } = await startTelemetry()
    telemetry.observe({ ...chat, method: 'GET', path: '/v1/models' }).end(200)
    expect(await samples('gen_ai_')).toEqual([])
  })
})

it('the process and its event loop are measured', async () => {
  const { samples } = await startTelemetry()
  expect(await samples('process_resident_memory_bytes')).toHaveLength(1)
  expect(await samples('nodejs_eventloop_lag_p99_seconds')).toHaveLength(1)
})
