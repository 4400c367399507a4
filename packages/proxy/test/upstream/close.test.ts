import { createJsonAnswer, createStreamAnswer } from '@tooldelta/testbed/scripted-upstream'
import { expect, it } from 'vitest'
import { openUpstream, readAnswer, startReplica } from './helpers.ts'

const longTime = { timeouts: { drain: 10_000 } }

it('lets an answer under way end, and refuses new requests', async () => {
  const steps = [{ write: 'a' }, { waitMs: 100 }, { write: 'b' }]
  const replica = await startReplica({ headers: { 'content-type': 'text/event-stream' }, steps })
  const { ask, upstream } = openUpstream([replica.url], {}, longTime)
  const text = (await ask()).text()
  let isClosed = false
  const closed = upstream.close().then(() => (isClosed = true))
  expect(await readAnswer(await ask())).toMatchObject({
    status: 503,
    body: { error: { code: 'upstream_unavailable' } },
  })
  expect(isClosed).toBe(false)
  expect(await text).toBe('ab')
  await closed
})

it('ends what is still under way after the drain time', async () => {
  const replica = await startReplica(createStreamAnswer(['data: 1\n\n'], [{ hang: true }]))
  const { ask, upstream } = openUpstream([replica.url], {}, { timeouts: { drain: 60 } })
  const text = (await ask()).text()
  const broken = expect(text).rejects.toThrow()
  await upstream.close()
  await broken
  await replica.waitForCut()
})

it('takes no time when there is nothing under way', async () => {
  const replica = await startReplica(createJsonAnswer({}))
  const { ask, upstream } = openUpstream([replica.url], {}, longTime)
  await (await ask()).text()
  const start = performance.now()
  await upstream.close()
  await upstream.close()
  expect(performance.now() - start).toBeLessThan(1000)
})
