import { createJsonAnswer, type Script } from '@tooldelta/testbed/scripted-upstream'
import { afterEach, expect, it, vi } from 'vitest'
import { findClosedPort, openUpstream, startReplica } from './helpers.ts'

afterEach(() => void vi.useRealTimers())

const ok = createJsonAnswer({})

function serve(statuses: Record<string, number>): Script {
  return ({ path }) => createJsonAnswer({}, statuses[path] ?? 200)
}

it('/health is asked, with the key, once for all who want to know', async () => {
  const replica = await startReplica(ok)
  const { upstream } = openUpstream([`${replica.url}/v1`], {}, { key: 'sk-up' })
  await Promise.all([upstream.check(), upstream.check()])
  await upstream.check()
  expect(replica.requests).toMatchObject([{ method: 'GET', path: '/health' }])
  expect(replica.requests[0]!.headers.authorization).toBe('Bearer sk-up')
  expect(upstream.replicas()[0]!.isHealthy).toBe(true)
})

it.each([
  [{ '/health': 404, '/v1/models': 200 }, true],
  [{ '/health': 405, '/v1/models': 401 }, true],
  [{ '/health': 404, '/v1/models': 404 }, true],
  [{ '/health': 404, '/v1/models': 500 }, false],
  [{ '/health': 503 }, false],
  [{ '/health': 401 }, true],
])('%j means healthy: %j', async (statuses, isHealthy) => {
  const replica = await startReplica(serve(statuses))
  const { upstream } = openUpstream([replica.url])
  await upstream.check()
  expect(upstream.replicas()[0]!.isHealthy).toBe(isHealthy)
})

it('one check takes a dead replica out, and a later one brings it back', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  let status = 503
  const replica = await startReplica(({ path }) => createJsonAnswer({}, path === '/health' ? status : 200))
  const dead = await findClosedPort()
  const { ask, upstream, attempts, changes } = openUpstream([replica.url, dead])
  await upstream.check()
  expect((await ask()).status).toBe(503)
  expect(attempts).toEqual([])
  status = 200
  vi.advanceTimersByTime(10_001)
  await upstream.check()
  expect((await ask()).status).toBe(200)
  expect(changes.toSorted()).toEqual([`${dead}: false`, `${replica.url}: false`, `${replica.url}: true`].toSorted())
})

it('a good check does not cut the pause short of a replica that fails on requests', async () => {
  const replica = await startReplica(({ path }) => createJsonAnswer({}, path === '/health' ? 200 : 503))
  const { ask, upstream } = openUpstream([replica.url])
  await (await ask()).text()
  await upstream.check()
  expect(upstream.replicas()[0]!.isHealthy).toBe(false)
})

it('is asked over a connection of its own', async () => {
  const hanging = { headers: { 'content-type': 'text/event-stream' }, steps: [{ hang: true as const }] }
  const replica = await startReplica(({ path }) => (path === '/health' ? ok : hanging))
  const { ask, upstream } = openUpstream([replica.url], { connections: 1 })
  const answer = await ask()
  await upstream.check()
  expect(replica.requests.map((request) => request.path)).toEqual(['/v1/chat/completions', '/health'])
  await answer.body!.cancel()
})
