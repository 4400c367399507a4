import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createStreamAnswer,
  createVllmEvents,
  cutText,
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { afterEach, describe, expect, it } from 'vitest'
import { runCommand, type RunningCommand, startCommand } from './helpers/command.ts'
import { qwenText, tools } from './helpers/texts.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open(script: Script): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream(script)
  closers.push(() => upstream.close())
  return upstream
}

async function serve(upstream: string): Promise<{ url: string; command: RunningCommand }> {
  const flags = ['--upstream', upstream, '--format', 'qwen3_coder', '--port', '0', '--no-probe', '--workers', '2']
  const command = startCommand(['serve', ...flags])
  closers.push(async () => {
    command.kill('SIGTERM')
    command.kill('SIGTERM')
    await command.ended
  })
  const [, url] = await command.waitFor(/(http:\/\/127\.0\.0\.1:\d+)\/v1 in front of/)
  return { url: url as string, command }
}

/** Each on a connection of its own, so that all workers get some. */
async function chat(url: string): Promise<Response> {
  const messages = [{ role: 'user', content: 'Hi' }]
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model: 'm', messages, tools, stream: true }),
  })
}

async function readPids(command: RunningCommand, count: number): Promise<Set<number>> {
  const pids = new Set<number>()
  const [all] = await command.waitFor(new RegExp(`(?:[^]*?"path":"/v1/chat){${count}}[^\\n]*\\n`))
  for (const [, pid] of all.matchAll(/"pid":(\d+)[^\n]*"path":"\/v1\/chat/g)) pids.add(Number(pid))
  return pids
}

describe('serve --workers', () => {
  it('answers from several processes on one port, with metrics of all, and replaces one that dies', async () => {
    const upstream = await open(createStreamAnswer(createVllmEvents(cutText(qwenText))))
    const { url, command } = await serve(upstream.url)
    for (let count = 0; count < 8; count += 1) {
      const { choices } = foldStrictly(readEventData(await (await chat(url)).text()))
      expect(choices[0]?.finishReason).toBe('tool_calls')
    }
    const pids = [...(await readPids(command, 8))]
    expect(pids).toHaveLength(2)
    await expect
      .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 10_000 })
      .toMatch(/tool_calls_total\{[^}]*\} 8\n/)

    process.kill(pids[0] as number, 'SIGKILL')
    await command.waitFor(/Worker \d of 2 has ended \(SIGKILL\); the next one starts in 200 ms\./)
    expect((await (await chat(url)).text()).endsWith('data: [DONE]\n\n')).toBe(true)
    command.kill('SIGTERM')
    expect((await command.ended).code).toBe(0)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow()
  })

  it('lets the answers of all processes end on SIGTERM', async () => {
    const events = createVllmEvents(cutText(qwenText))
    const upstream = await open({
      headers: { 'content-type': 'text/event-stream' },
      steps: events.flatMap((write, place) => (place === 3 ? [{ write }, { waitMs: 1500 }] : [{ write }])),
    })
    const { url, command } = await serve(upstream.url)
    const responses = await Promise.all([chat(url), chat(url), chat(url), chat(url)])
    command.kill('SIGTERM')
    for (const response of responses) {
      const { choices } = foldStrictly(readEventData(await response.text()))
      expect(choices[0]?.finishReason).toBe('tool_calls')
    }
    expect((await command.ended).code).toBe(0)
  })

  it('says once that the port is in use, and ends with 2', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    closers.push(async () => other.close())
    const { port } = other.address() as AddressInfo
    const flags = ['--upstream', 'http://127.0.0.1:1', '--format', 'hermes', '--port', String(port), '--workers', '2']
    const { code, stderr } = await runCommand(['serve', ...flags])
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`^tooldelta: Port ${port} .*in use.*--port.*\\n$`))
  })
})
