import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTracesUrl } from '../../src/telemetry/traces-url.ts'
import { chat, route, startTelemetry } from './helpers.ts'

interface OtlpValue {
  stringValue?: string
  intValue?: number
  doubleValue?: number
  boolValue?: boolean
  arrayValue?: { values: OtlpValue[] }
}

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: OtlpValue }[]
  events: { name: string; timeUnixNano: string }[]
  status: { code: number }
}

interface OtlpRequest {
  resourceSpans: { resource: { attributes: OtlpSpan['attributes'] }; scopeSpans: { spans: OtlpSpan[] }[] }[]
}

/** A collector for OTLP over HTTP. */
interface Collector {
  url: string
  paths: string[]
  headers: IncomingHttpHeaders[]
  bodies: OtlpRequest[]
  server: Server
}

async function startCollector(): Promise<Collector> {
  const collector = { paths: [] as string[], headers: [] as IncomingHttpHeaders[], bodies: [] as OtlpRequest[] }
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      collector.paths.push(request.url ?? '')
      collector.headers.push(request.headers)
      collector.bodies.push(JSON.parse(text) as OtlpRequest)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { ...collector, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function readSpans({ bodies }: Collector): OtlpSpan[] {
  return bodies.flatMap((body) => body.resourceSpans).flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans))
}

function readValue({ stringValue, intValue, doubleValue, boolValue, arrayValue }: OtlpValue): unknown {
  return stringValue ?? intValue ?? doubleValue ?? boolValue ?? arrayValue?.values.map(readValue)
}

function readAttributes(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]))
}

let collector: Collector
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(() => {
  collector.server.closeAllConnections()
  collector.server.close()
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const client = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'vendor=1' }

describe('traces', () => {
  it('have a span in the GenAI conventions, below the client and above the upstream', async () => {
    const { telemetry } = await startTelemetry({ tracing: { endpoint: collector.url } })
    const exchange = telemetry.observe({ ...chat, start: performance.now() - 200, headers: client })
    exchange.route({ ...route, alias: 'gpt-4o' })
    exchange.onFirstDelta?.()
    exchange.onCall?.({ choice: 0, index: 0, status: 'complete' })
    exchange.onUsage?.({ prompt_tokens: 12, completion_tokens: 30 })
    exchange.onEnd?.({ finishReasons: ['tool_calls'], isAborted: false })
    exchange.end(200)
    await telemetry.close()

    const [span] = readSpans(collector)
    expect(span).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', name: 'chat coder', kind: 3 })
    expect(exchange.traceHeaders).toEqual({
      traceparent: `00-${traceId}-${span?.spanId}-01`,
      tracestate: 'vendor=1',
    })
    expect(readAttributes(span!.attributes)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'gpu',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 30,
      'http.response.status_code': 200,
      'tooldelta.tool_calls': 1,
    })
    expect(span?.events.map(({ name }) => name)).toEqual(['gen_ai.first_token'])
    expect(span?.status.code).toBe(0)
    const ms = Number(BigInt(span!.endTimeUnixNano) - BigInt(span!.startTimeUnixNano)) / 1e6
    expect(ms).toBeGreaterThanOrEqual(199)
    expect(collector.paths).toEqual(['/v1/traces'])
  })

  it('begin a trace of their own where the client has none', async () => {
    const { telemetry } = await startTelemetry({ tracing: { endpoint: collector.url } })
    const exchange = telemetry.observe({ ...chat, ...route, headers: { traceparent: 'nonsense' } })
    exchange.end(200)
    await telemetry.close()
    const [span] = readSpans(collector)
    expect(span?.parentSpanId ?? '').toBe('')
    expect(exchange.traceHeaders['traceparent']).toBe(`00-${span?.traceId}-${span?.spanId}-01`)
  })

  it('are marked as errors', async () => {
    const { telemetry } = await startTelemetry({ tracing: { endpoint: collector.url } })
    telemetry.observe({ ...chat, ...route }).end(502)
    await telemetry.close()
    const [span] = readSpans(collector)
    expect(span?.status.code).toBe(2)
    expect(readAttributes(span!.attributes)).toMatchObject({ 'error.type': '502' })
  })

  it('are not recorded for a client that does not record its own', async () => {
    const { telemetry } = await startTelemetry({ tracing: { endpoint: collector.url } })
    const exchange = telemetry.observe({ ...chat, headers: { traceparent: client.traceparent.replace(/01$/, '00') } })
    exchange.end(200)
    await telemetry.close()
    expect(readSpans(collector)).toEqual([])
    expect(exchange.traceHeaders['traceparent']).toMatch(new RegExp(`^00-${traceId}-.{16}-00$`))
  })

  it('go where the variables of OpenTelemetry say, under the service name given', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/otlp/`, OTEL_SERVICE_NAME: 'edge' }
    const { telemetry } = await startTelemetry({}, env)
    telemetry.observe(chat).end(200)
    await telemetry.close()
    expect(collector.paths).toEqual(['/otlp/v1/traces'])
    expect(readAttributes(collector.bodies[0]!.resourceSpans[0]!.resource.attributes)).toMatchObject({
      'service.name': 'edge',
    })
  })

  it('hold no contents', async () => {
    const { telemetry } = await startTelemetry({ tracing: { endpoint: collector.url }, log: { contents: true } })
    const exchange = telemetry.observe({ ...chat, ...route, body: 'prompt-text' })
    exchange.onUpstreamData?.('answer-text')
    exchange.onDiagnostic?.({ code: 'stray-text', message: 'answer-text', offset: 0, text: 'answer-text' }, 0)
    exchange.end(200)
    await telemetry.close()
    expect(readSpans(collector)).toHaveLength(1)
    expect(JSON.stringify(collector.bodies)).not.toMatch(/prompt-text|answer-text/)
  })

  it('that the collector refuses are told in the log and harm nobody', async () => {
    collector.server.removeAllListeners('request')
    collector.server.on('request', (request, response) => {
      request.resume()
      response.writeHead(400).end('no')
    })
    const { telemetry, lines } = await startTelemetry({ tracing: { endpoint: collector.url } })
    telemetry.observe(chat).end(200)
    await telemetry.close()
    const warnings = lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
    expect(warnings).toEqual([expect.stringMatching(/^traces: .*400|Bad Request/s)])
  })

  it('do not hold up a stop when nobody takes them', async () => {
    collector.server.removeAllListeners('request')
    const { telemetry, lines } = await startTelemetry({ tracing: { endpoint: collector.url } })
    telemetry.observe(chat).end(200)
    const start = performance.now()
    await telemetry.close()
    expect(performance.now() - start).toBeLessThan(4500)
    expect(lines.at(-1)?.message).toContain('the last ones could not be sent: late')
  })
})

it('without an endpoint, what the client sent goes on as it is', async () => {
  const { telemetry } = await startTelemetry()
  expect(telemetry.observe({ ...chat, headers: client }).traceHeaders).toEqual({})
})

describe('the address of traces', () => {
  it.each([
    [undefined, {}, undefined],
    [undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
    ['http://c:4318', {}, 'http://c:4318/v1/traces'],
    ['http://c:4318/v1/traces', {}, 'http://c:4318/v1/traces'],
    [undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, 'http://c:4318/v1/traces'],
    [undefined, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/t' }, 'http://c/t'],
    ['http://mine', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/t' }, 'http://mine/v1/traces'],
    ['http://c:4318', { OTEL_SDK_DISABLED: 'true' }, undefined],
  ])('%s with %j is %s', (endpoint, env, url) => {
    expect(readTracesUrl(endpoint, env)).toBe(url)
  })
})
