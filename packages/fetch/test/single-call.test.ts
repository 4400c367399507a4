import {
  createStreamAnswer,
  createVllmEvents,
  startScriptedUpstream,
  type ScriptedUpstream,
  type ScriptStep,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createUpstreamHandler } from '../src/index.ts'
import { call, requestBody } from './helpers.ts'

const upstreams: ScriptedUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

/** A connection that is not closed on purpose stays for 250 ms; a busy machine needs some of the time. */
const soonMs = 200
const usage = { total_tokens: 3 }
const asksUsage = { stream_options: { include_usage: true } }

async function answer(pieces: string[], ending: readonly ScriptStep[], more: object = {}, events: string[] = []) {
  const [start] = [createVllmEvents([...pieces, 'x'], { withoutDone: true }).slice(0, pieces.length + 1)]
  const upstream = await startScriptedUpstream(createStreamAnswer([...start!, ...events], ending))
  upstreams.push(upstream)
  const handle = createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder' })
  const body = JSON.stringify({ ...requestBody, parallel_tool_calls: false, ...more })
  const response = await handle(new Request('http://proxy/v1/chat/completions', { method: 'POST', body }))
  const text = await response.text()
  return { upstream, stream: foldStrictly(readEventData(text)), endedAt: performance.now() }
}

describe('parallel_tool_calls: false', () => {
  it('closes the upstream as soon as it goes on behind the first call', async () => {
    const { upstream, stream, endedAt } = await answer([`${call}\n`, `${call}\n`], [{ hang: true }], asksUsage)
    expect(stream.choices[0]).toMatchObject({ finishReason: 'tool_calls', content: '' })
    expect(stream.choices[0]!.calls).toHaveLength(1)
    expect((await upstream.waitForCut()) - endedAt).toBeLessThan(soonMs)
  })

  it('closes it at once where nothing more is wanted', async () => {
    const { upstream, stream, endedAt } = await answer([call], [{ hang: true }])
    expect(stream.choices[0]!.finishReason).toBe('tool_calls')
    expect((await upstream.waitForCut()) - endedAt).toBeLessThan(soonMs)
  })

  it('gives it a moment for its usage, and no more', async () => {
    const { upstream, stream, endedAt } = await answer([call], [{ hang: true }], asksUsage)
    expect(stream).toMatchObject({ choices: [{ finishReason: 'tool_calls' }], usage: undefined, error: undefined })
    expect((await upstream.waitForCut()) - endedAt).toBeLessThan(soonMs)
  })

  it('passes the usage on, and keeps the connection, when it comes', async () => {
    const [, , ...rest] = createVllmEvents(['', ''], { usage })
    const { upstream, stream } = await answer([call], [], asksUsage, rest)
    expect(stream).toMatchObject({ choices: [{ finishReason: 'tool_calls' }], usage })
    expect(upstream.cutAnswers).toEqual([])
  })
})
