import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { expect, it, vi } from 'vitest'
import { afterTest, openGateway } from './helpers.ts'

interface Seen {
  replica: string
  error: unknown
  status: number
}

async function startProcess(name: string): Promise<{ child: ChildProcess; url: string }> {
  const file = fileURLToPath(new URL('replica-process.mjs', import.meta.url))
  const child = fork(file, [name], { execArgv: [] })
  afterTest(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const [port] = (await once(child, 'message')) as [number]
  return { child, url: `http://127.0.0.1:${port}` }
}

it('kill -9 of one of three replicas under load: its own streams end with an error, nothing else is noticed', async () => {
  const replicas = await Promise.all(['alpha', 'beta', 'gamma'].map((name) => startProcess(name)))
  const { chat } = await openGateway(replicas.map((replica) => replica.url))
  const seen: Seen[] = []
  const load = { isOver: false }

  async function ask(): Promise<Seen> {
    const response = await chat()
    const { choices, error } = foldStrictly(readEventData(await response.text()))
    const content = choices[0]?.content ?? ''
    const replica = /I am (\w+)/.exec(content)?.[1] ?? ''
    if (error === undefined) expect(content).toBe(`I am ${replica}. `.repeat(20))
    return { replica, error: error?.code, status: response.status }
  }

  async function keepAsking(): Promise<void> {
    while (!load.isOver) seen.push(await ask())
  }

  const clients = Array.from({ length: 30 }, () => keepAsking())
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(60), 15_000)
  const victim = replicas[1]!.child
  const died = once(victim, 'exit')
  victim.kill('SIGKILL')
  await died
  // Two rounds of all clients: the first may still have streams that began before.
  const before = seen.length
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(before + 90), 15_000)
  load.isOver = true
  await Promise.all(clients)

  const failed = seen.filter(({ error }) => error !== undefined)
  expect(seen.every(({ status }) => status === 200)).toBe(true)
  // A third of the 30 streams, more or less.
  expect(failed.length).toBeGreaterThan(0)
  expect(failed.length).toBeLessThanOrEqual(20)
  for (const { replica, error } of failed) {
    expect(['beta', '']).toContain(replica)
    expect(error).toBe('upstream_disconnected')
  }
  expect(new Set(seen.slice(0, before).map(({ replica }) => replica)).has('beta')).toBe(true)
  expect(new Set(seen.slice(before + 45).map(({ replica }) => replica))).toEqual(new Set(['alpha', 'gamma']))
}, 60_000)
