import { createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { ToolDeltaError } from '@tooldelta/openai'
import { expect, it, vi } from 'vitest'
import { findClosedPort, inTurn, openUpstream, readAnswer, startRawServer, startReplica } from './helpers.ts'

const ok = createJsonAnswer({ ok: true })
const unavailable = createJsonAnswer({ error: { message: 'no', type: 't', code: null } }, 503)
const stream = { 'content-type': 'text/event-stream' }

it('three failures in a row take a replica out, and the others serve', async () => {
  const bad = await findClosedPort()
  const good = await startReplica(ok)
  const { ask, attempts, changes, upstream } = openUpstream([bad, good.url])
  for (let count = 0; count < 12; count += 1) expect((await ask()).status).toBe(200)
  expect(attempts.filter((attempt) => attempt.replica === bad).length).toBe(3)
  expect(changes).toEqual([`${bad}: false`])
  expect(upstream.replicas().map((replica) => replica.isHealthy)).toEqual([false, true])
})

it('a success in between begins the count anew', async () => {
  const replica = await startReplica(inTurn(unavailable, unavailable, ok, unavailable, unavailable, ok))
  const { ask, changes } = openUpstream([replica.url])
  for (let count = 0; count < 2; count += 1) expect((await ask()).status).toBe(200)
  expect(changes).toEqual([])
})

it('with every replica out the answer is a 503 at once that says when to come again', async () => {
  const { ask, attempts } = openUpstream([await findClosedPort(), await findClosedPort()], { retries: 0 })
  for (let count = 0; count < 6; count += 1) await expect(ask()).rejects.toMatchObject({ status: 502 })
  const response = await ask()
  expect(attempts.length).toBe(6)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(8)
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(await readAnswer(response)).toMatchObject({
    status: 503,
    body: {
      error: {
        type: 'upstream_error',
        code: 'upstream_unavailable',
        message: expect.stringMatching("'gpu' is failing. Try again in \\d+ s"),
      },
    },
  })
})

it('after the pause one trial brings it back', async () => {
  const replica = await startReplica(inTurn(unavailable, ok))
  const { ask, changes } = openUpstream([replica.url], { retries: 0 }, { circuit: { failures: 1, pause: 80 } })
  expect((await ask()).status).toBe(503)
  expect((await ask()).headers.get('retry-after')).toBe('1')
  expect(replica.requests.length).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await ask()).status).toBe(200)
  expect(changes).toEqual([`${replica.url}: false`, `${replica.url}: true`])
})

it('during the trial nobody else is sent there', async () => {
  const replica = await startRawServer((socket, count) => {
    if (count === 0) socket.resetAndDestroy()
  })
  const { ask, attempts } = openUpstream([replica.url], { retries: 0 }, { circuit: { failures: 1, pause: 300 } })
  await expect(ask()).rejects.toMatchObject({ status: 502 })
  await new Promise((resolve) => setTimeout(resolve, 320))
  const client = new AbortController()
  const trial = ask('/v1/x', { signal: client.signal })
  expect((await ask()).status).toBe(503)
  expect(attempts.length).toBe(1)
  client.abort(new Error('gone'))
  await expect(trial).rejects.toThrow('gone')
})

it('an answer that breaks off is a failure', async () => {
  const replica = await startReplica({ headers: stream, steps: [{ write: 'data: 1\n\n' }, { destroy: true }] })
  const { ask, changes } = openUpstream([replica.url], {}, { circuit: { failures: 1 } })
  await expect((await ask()).text()).rejects.toThrow()
  expect(changes).toEqual([`${replica.url}: false`])
})

it('a deadline that has passed is a failure and is not repeated', async () => {
  const silent = await startRawServer(() => {})
  const other = await startReplica(ok)
  const { ask, attempts, changes } = openUpstream([silent.url, other.url], {}, { circuit: { failures: 1 } })
  const deadline = new AbortController()
  const late = new ToolDeltaError(504, { message: 'late', type: 'upstream_error', code: 'upstream_timeout' })
  const answer = ask('/v1/x', { signal: deadline.signal })
  await vi.waitFor(() => expect(silent.received.length).toBe(1))
  deadline.abort(late)
  await expect(answer).rejects.toBe(late)
  expect(attempts).toMatchObject([{ replica: silent.url, errorCode: 'upstream_timeout', isRetry: false }])
  expect(changes).toEqual([`${silent.url}: false`])
})

it('a client that leaves is no failure', async () => {
  const replica = await startReplica({ headers: stream, steps: [{ write: 'data: 1\n\n' }, { hang: true }] })
  const silent = await startRawServer(() => {})
  const { ask, attempts, changes } = openUpstream([replica.url, silent.url], {}, { circuit: { failures: 1 } })
  const leaving = new AbortController()
  const inside = (await ask('/v1/x', { signal: leaving.signal })).text()
  const before = ask('/v1/x', { signal: leaving.signal })
  await vi.waitFor(() => expect(silent.received.length).toBe(1))
  leaving.abort(new Error('gone'))
  await expect(inside).rejects.toThrow('gone')
  await expect(before).rejects.toThrow('gone')
  await (await ask()).body!.cancel()
  await replica.waitForCut(2)
  expect(changes).toEqual([])
  expect(attempts.map((attempt) => attempt.status)).toEqual([200, 200])
})

it('busy (429) and wrong requests (400) are no failures', async () => {
  const answers = [429, 400, 500].map((status) => createJsonAnswer({}, status))
  const replica = await startReplica(inTurn(...answers))
  const { ask, changes } = openUpstream([replica.url], {}, { circuit: { failures: 1 } })
  for (let count = 0; count < 3; count += 1) await (await ask()).text()
  expect(changes).toEqual([])
})
