import { createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { expect, it } from 'vitest'
import { openUpstream, readAnswer, startReplica } from './helpers.ts'

const ok = createJsonAnswer({ ok: true })
const hanging = { headers: { 'content-type': 'text/event-stream' }, steps: [{ hang: true as const }] }

it('equal replicas are asked in turn', async () => {
  const replicas = [await startReplica(ok), await startReplica(ok), await startReplica(ok)]
  const { ask, upstream } = openUpstream(replicas.map((replica) => replica.url))
  for (let count = 0; count < 9; count += 1) await (await ask()).text()
  expect(replicas.map((replica) => replica.requests.length)).toEqual([3, 3, 3])
  expect(upstream.replicas()).toEqual(replicas.map(({ url }) => ({ url, isHealthy: true, inFlight: 0 })))
})

it('the replica with the fewest answers under way comes first', async () => {
  const script = ({ body }: { body: string }) => (body === 'slow' ? hanging : ok)
  const replicas = [await startReplica(script), await startReplica(script)]
  const { ask, upstream } = openUpstream(replicas.map((replica) => replica.url))
  const slow = await ask('/v1/x', { body: 'slow' })
  for (let count = 0; count < 4; count += 1) await (await ask()).text()
  expect(replicas.map((replica) => replica.requests.length)).toEqual([1, 4])
  expect(upstream.replicas().map((replica) => replica.inFlight)).toEqual([1, 0])
  await slow.body!.cancel()
  await replicas[0]!.waitForCut()
  expect(upstream.replicas().map((replica) => replica.inFlight)).toEqual([0, 0])
})

it('connections are used again', async () => {
  const replica = await startReplica(ok)
  const { ask } = openUpstream([replica.url])
  for (let count = 0; count < 5; count += 1) await (await ask()).text()
  // undici may still be tidying up the first one when the next request comes.
  expect(replica.connections).toBeLessThanOrEqual(2)
})

it('no more requests than connections wait; the next are refused at once', async () => {
  const replica = await startReplica(hanging)
  const { ask, attempts } = openUpstream([replica.url], { connections: 2 })
  const client = new AbortController()
  const patient = new AbortController()
  const taken = [await ask('/v1/x', { signal: patient.signal }), await ask('/v1/x', { signal: patient.signal })]
  const waiting = [ask('/v1/x', { signal: client.signal }), ask('/v1/x', { signal: client.signal })]
  const refused = await ask()
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(await readAnswer(refused)).toMatchObject({ status: 503, body: { error: { code: 'upstream_busy' } } })
  expect(replica.connections).toBe(2)
  expect(attempts.length).toBe(2)
  // Those that wait are given up at once as well, although they have no connection yet.
  client.abort(new Error('gone'))
  for (const one of waiting) await expect(one).rejects.toThrow('gone')
  patient.abort(new Error('gone too'))
  for (const one of taken) await expect(one.text()).rejects.toThrow('gone too')
})
