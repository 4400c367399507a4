import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  cutText,
} from '@tooldelta/testbed/scripted-upstream'
import { afterEach, describe, expect, it } from 'vitest'
import { chat, createStarter, type RunningGateway } from '../gateway/start-gateway.ts'
import { qwenText } from '../helpers/texts.ts'

const start = createStarter()
const events = createVllmEvents(cutText(qwenText), { usage: { prompt_tokens: 12, completion_tokens: 30 } })

async function readSamples({ url }: RunningGateway, name: string): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return text.split('\n').filter((line) => line.startsWith(name))
}

/** The request's line, once it is there: the answer may be read before its connection is done with. */
async function readLine({ log }: RunningGateway): Promise<Record<string, unknown>> {
  await expect.poll(() => log.filter(({ msg }) => msg === 'request').length).toBe(1)
  return log.find(({ msg }) => msg === 'request')!
}

describe('a streamed answer through the gateway', () => {
  it('is one line of the log with all of its numbers', async () => {
    const upstream = await start.upstream(createStreamAnswer(events))
    const running = await start.gateway(upstream)
    const response = await chat(running.url, { model: 'qwen-coder' })
    await response.text()
    expect(response.headers.get('server-timing')).toMatch(/^proxy;dur=[\d.]+, upstream;dur=[\d.]+$/)
    expect(response.headers.get('x-tooldelta-overhead-ms')).toBeNull()

    const line = await readLine(running)
    expect(line).toMatchObject({
      id: response.headers.get('x-request-id'),
      method: 'POST',
      path: '/v1/chat/completions',
      model: 'coder',
      alias: 'qwen-coder',
      upstream: 'gpu',
      replica: upstream.url,
      format: 'qwen3_coder',
      mode: 'template',
      status: 200,
      stream: true,
      input_tokens: 12,
      output_tokens: 30,
      finish: 'tool_calls',
      calls: 1,
    })
    const {
      ttft_ms: first,
      total_ms: total,
      upstream_ms: waited,
      overhead_ms: overhead,
    } = line as Record<string, number>
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThanOrEqual(total!)
    // Three places each.
    expect(waited! + overhead!).toBeLessThanOrEqual(total! + 0.002)
  })

  it('is counted with its call', async () => {
    const running = await start.gateway(await start.upstream(createStreamAnswer(events)))
    await (await chat(running.url)).text()
    await readLine(running)
    expect(await readSamples(running, 'tooldelta_tool_calls_total')).toEqual([
      'tooldelta_tool_calls_total{format="qwen3_coder",model="coder",outcome="complete"} 1',
    ])
    expect(await readSamples(running, 'tooldelta_upstream_requests_total')).toEqual([
      'tooldelta_upstream_requests_total{upstream="gpu",code="200"} 1',
    ])
    for (const name of ['time_to_first_token', 'time_per_output_token', 'request_duration']) {
      const [sample] = await readSamples(running, `gen_ai_server_${name}_seconds_count`)
      expect(sample, name).toMatch(/ 1$/)
    }
    expect(await readSamples(running, 'tooldelta_inflight_requests')).toEqual(['tooldelta_inflight_requests 0'])
  })

  it('whose upstream takes its time has little overhead', async () => {
    const slow = events.flatMap((event, place) =>
      place === 5 ? [{ waitMs: 400 }, { write: event }] : [{ write: event }],
    )
    const headers = { 'content-type': 'text/event-stream' }
    const running = await start.gateway(await start.upstream({ headers, steps: [{ waitMs: 200 }, ...slow] }))
    await (await chat(running.url)).text()
    const line = await readLine(running)
    expect(line['upstream_ms']).toBeGreaterThan(390)
    expect(line['overhead_ms']).toBeLessThan(line['upstream_ms'] as number)
  })

  it('that the client leaves is told so', async () => {
    const steps = [...events.slice(0, 3).map((write) => ({ write })), { hang: true as const }]
    const upstream = await start.upstream({ headers: { 'content-type': 'text/event-stream' }, steps })
    const running = await start.gateway(upstream)
    const control = new AbortController()
    const response = await chat(running.url, {}, { signal: control.signal })
    await response.body!.getReader().read()
    control.abort()
    expect(await readLine(running)).toMatchObject({ status: 499, aborted: true })
    expect(await readSamples(running, 'tooldelta_client_aborts_total')).toEqual(['tooldelta_client_aborts_total 1'])
  })

  it('that breaks off is an error, although its status was 200', async () => {
    const steps = [...events.slice(0, 3).map((write) => ({ write })), { destroy: true as const }]
    const running = await start.gateway(
      await start.upstream({ headers: { 'content-type': 'text/event-stream' }, steps }),
    )
    await (await chat(running.url)).text()
    expect(await readLine(running)).toMatchObject({ status: 200, error: expect.any(String) })
    const [sample] = await readSamples(running, 'gen_ai_server_request_duration_seconds_count')
    expect(sample).toContain('error_type="stream_error"')
  })
})

describe('a JSON answer through the gateway', () => {
  it('tells its overhead in a header', async () => {
    const running = await start.gateway(await start.upstream(createJsonAnswer(createCompletion(qwenText))))
    const response = await chat(running.url, { stream: false })
    expect(response.status).toBe(200)
    const header = Number(response.headers.get('x-tooldelta-overhead-ms'))
    expect(header).toBeGreaterThan(0)
    const line = await readLine(running)
    expect(line).toMatchObject({ stream: false, calls: 1, output_tokens: 30, finish: 'tool_calls' })
    expect(line['overhead_ms']).toBeGreaterThanOrEqual(header)
  })

  it('after a mended history counts what was mended', async () => {
    const running = await start.gateway(await start.upstream(createJsonAnswer(createCompletion('Done.'))))
    const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city": "Trom' } }
    const messages = [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'cold' },
    ]
    await (await chat(running.url, { stream: false, messages })).text()
    expect(await readLine(running)).toMatchObject({ history_changes: { 'arguments-closed': 1 } })
    expect(await readSamples(running, 'tooldelta_history_repairs_total')).toEqual([
      'tooldelta_history_repairs_total{kind="arguments-closed"} 1',
    ])
  })

  it('that no upstream gave is an error in log and metrics', async () => {
    const running = await start.gateway({ url: 'http://127.0.0.1:1' })
    const response = await chat(running.url, { stream: false })
    expect(response.status).toBe(502)
    expect(await readLine(running)).toMatchObject({ level: 50, status: 502, error: 'upstream_unreachable' })
    const samples = await readSamples(running, 'tooldelta_upstream_requests_total')
    expect(samples.join()).toContain('code="ECONNREFUSED"')
  })

  it('to a client without a key is one line too', async () => {
    const settings = { keys: [{ name: 'alice', env: 'KEY' }] }
    const running = await start.gateway(await start.upstream(), settings, { env: { KEY: 'sk-secret-of-alice' } })
    expect((await chat(running.url)).status).toBe(401)
    expect(await readLine(running)).toMatchObject({ status: 401, path: '/v1/chat/completions' })
  })

  it('to a client with a key names the key and never shows it', async () => {
    const settings = { keys: [{ name: 'alice', env: 'KEY' }], log: { level: 'trace' as const, contents: true } }
    const upstream = await start.upstream(createJsonAnswer(createCompletion('Done.')))
    const running = await start.gateway(upstream, settings, { env: { KEY: 'sk-secret-of-alice' } })
    await chat(running.url, { stream: false }, { headers: { authorization: 'Bearer sk-secret-of-alice' } })
    expect(await readLine(running)).toMatchObject({ key: 'alice', request_body: expect.stringContaining('"coder"') })
    expect(JSON.stringify(running.log)).not.toContain('sk-secret')
    expect((await readSamples(running, '')).join('\n')).not.toContain('sk-secret')
  })
})

describe('traces through the gateway', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  it('lead from the client over the gateway to the upstream', async () => {
    const bodies: string[] = []
    const collector = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      request.on('end', () => {
        bodies.push(text)
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      })
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    closers.push(() => {
      collector.closeAllConnections()
      collector.close()
    })
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
    const upstream = await start.upstream(createStreamAnswer(events))
    const running = await start.gateway(upstream, { tracing: { endpoint } })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await (await chat(running.url, {}, { headers: { traceparent } })).text()
    await readLine(running)
    await running.gateway.app.close()

    expect(bodies).toHaveLength(1)
    const { resourceSpans } = JSON.parse(bodies[0]!) as {
      resourceSpans: { scopeSpans: { spans: { name: string; spanId: string; parentSpanId: string }[] }[] }[]
    }
    const span = resourceSpans[0]?.scopeSpans[0]?.spans[0]
    expect(span).toMatchObject({ name: 'chat coder', parentSpanId: 'b7ad6b7169203331' })
    expect(upstream.requests[0]?.headers['traceparent']).toBe(`00-0af7651916cd43dd8448eb211c80319c-${span?.spanId}-01`)
  })

  it('without a collector, the client’s own context goes to the upstream', async () => {
    const upstream = await start.upstream(createStreamAnswer(events))
    const running = await start.gateway(upstream)
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await (await chat(running.url, {}, { headers: { traceparent, tracestate: 'a=1' } })).text()
    expect(upstream.requests[0]?.headers).toMatchObject({ traceparent, tracestate: 'a=1' })
  })
})
