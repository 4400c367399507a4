import { createChunk, createVllmEvents, toEvent } from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { expect, it } from 'vitest'
import { events, expectedChoice, openGateway, startReplica, streamHead } from './helpers.ts'

const slow = { headers: streamHead, steps: events.flatMap((write) => [{ write }, { waitMs: 20 }]) }
const endless = {
  headers: streamHead,
  steps: [
    { write: createVllmEvents([])[0]! },
    { write: toEvent(createChunk({ content: 'Hello' })) },
    { hang: true as const },
  ],
}

/** The stream has begun: its head is there. */
async function begin(chat: () => Promise<Response>): Promise<() => Promise<ReturnType<typeof foldStrictly>>> {
  const response = await chat()
  return async () => foldStrictly(readEventData(await response.text()))
}

it('streams under way end as they would have, and the server is gone then', async () => {
  const replica = await startReplica(slow)
  const { gateway, chat, url } = await openGateway([replica.url], { timeouts: { drain: 20_000 } })
  const streams = await Promise.all(Array.from({ length: 20 }, () => begin(chat)))
  const drained = gateway.drain()
  for (const read of streams) expect((await read()).choices).toEqual([expectedChoice])
  await drained
  await expect(fetch(`${url}/health/live`)).rejects.toThrow()
})

it('a connection that is still open hears that the server is not ready any more', async () => {
  const replica = await startReplica(slow)
  const { gateway, chat, url } = await openGateway([replica.url], { timeouts: { drain: 20_000 } })
  const read = await begin(chat)
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  const drained = gateway.drain()
  const ready = await fetch(`${url}/health/ready`).then(
    (response) => response.status,
    () => 'refused',
  )
  expect([503, 'refused']).toContain(ready)
  expect((await read()).choices).toEqual([expectedChoice])
  await drained
})

it('what does not end within the drain time ends with an error event, and its upstream is closed', async () => {
  const replica = await startReplica(endless)
  const { gateway, chat } = await openGateway([replica.url], { timeouts: { drain: 300 } })
  const streams = await Promise.all(Array.from({ length: 20 }, () => begin(chat)))
  const drained = gateway.drain()
  for (const read of streams) {
    const { choices, error } = await read()
    expect(choices).toMatchObject([{ content: 'Hello', finishReason: null }])
    expect(error).toMatchObject({ type: 'upstream_error', code: 'proxy_stopping' })
  }
  await drained
  await replica.waitForCut(20)
})
