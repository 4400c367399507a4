import {
  createStreamAnswer,
  startScriptedUpstream,
  type ScriptedUpstream,
  type Script,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createUpstreamHandler } from '../src/index.ts'
import { events, requestBody } from './helpers.ts'

const upstreams: ScriptedUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

async function open(script: Script, options: { timeoutMs: number; totalTimeoutMs: number }) {
  const upstream = await startScriptedUpstream(script)
  upstreams.push(upstream)
  return createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder', ...options })
}

function ask(stream: boolean): Request {
  const body = JSON.stringify({ ...requestBody, stream })
  return new Request('http://proxy/v1/chat/completions', { method: 'POST', body })
}

const slowJson: Script = {
  headers: { 'content-type': 'application/json' },
  steps: [{ waitMs: 200 }, { write: '{"a":' }, { waitMs: 200 }, { write: '1}' }],
}

describe('an answer that is not streamed', () => {
  it('may be silent for longer than a stream', async () => {
    const handle = await open(slowJson, { timeoutMs: 50, totalTimeoutMs: 5000 })
    expect(await (await handle(ask(false))).json()).toEqual({ a: 1 })
  })

  it('is over when it takes too long as a whole, although no silence in it did', async () => {
    const handle = await open(slowJson, { timeoutMs: 5000, totalTimeoutMs: 300 })
    const response = await handle(ask(false))
    expect(response.status).toBe(504)
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_timeout' } })
  })

  it('is watched as a stream when it turns out to be one', async () => {
    const handle = await open(createStreamAnswer(events.slice(0, 2), [{ hang: true }]), {
      // Long enough for the head of the answer to come on a busy machine.
      timeoutMs: 700,
      totalTimeoutMs: 15_000,
    })
    const { error } = foldStrictly(readEventData(await (await handle(ask(false))).text()))
    expect(error).toMatchObject({ code: 'upstream_timeout' })
  })
})

describe('a stream', () => {
  it('may take longer than a whole answer', async () => {
    const steps = events.flatMap((write) => [{ write }, { waitMs: 5 }])
    const script = { headers: { 'content-type': 'text/event-stream' }, steps }
    const handle = await open(script, { timeoutMs: 5000, totalTimeoutMs: 50 })
    expect(foldStrictly(readEventData(await (await handle(ask(true))).text())).error).toBeUndefined()
  })

  it('is over after its own limit of silence', async () => {
    const handle = await open(createStreamAnswer(events.slice(0, 2), [{ hang: true }]), {
      timeoutMs: 700,
      totalTimeoutMs: 60_000,
    })
    const { error } = foldStrictly(readEventData(await (await handle(ask(true))).text()))
    expect(error).toMatchObject({ code: 'upstream_timeout' })
  })
})

it('the limit must be a sensible number', () => {
  const options = { upstream: 'http://h', format: 'qwen3_coder', totalTimeoutMs: 0 } as const
  expect(() => createUpstreamHandler(options)).toThrow(/totalTimeoutMs/)
})
