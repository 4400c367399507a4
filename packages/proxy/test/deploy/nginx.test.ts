import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCommand, startCommand } from '../helpers/command.ts'
import { tools } from '../helpers/texts.ts'

const site = readFileSync(new URL('../../../../deploy/nginx/tooldelta.conf', import.meta.url), 'utf8')
const nginx = ['nginx', '/usr/sbin/nginx'].find((command) => spawnSync(command, ['-v']).status === 0)
const where = nginx === undefined ? ' (SKIPPED: nginx is missing; apt-get install nginx-light)' : ''

const [role, one, two] = createVllmEvents(['One', ' two', ' three']) as [string, string, string]
/** nginx hands on at once what comes with the head; only what comes later shows whether it waits. */
const stream = createStreamAnswer([role, one], [{ waitMs: 100 }, { write: two }, { hang: true }])
const silence = { headers: { 'content-type': 'application/json' }, steps: [{ hang: true as const }] }
const messages = [{ role: 'user', content: 'Hi' }]
let upstream: ScriptedUpstream
const replicas: { url: string; command: RunningCommand }[] = []
let folder: string
let url: string
let stopNginx = async (): Promise<void> => {}

describe.skipIf(nginx === undefined)(`deploy/nginx in front of three replicas${where}`, () => {
  beforeAll(async () => {
    upstream = await startScriptedUpstream((request) => {
      if (request.path.endsWith('/models')) return createJsonAnswer({ object: 'list', data: [] })
      if (request.body.includes('"stream":true')) return stream
      return request.body.includes('"slow"') ? silence : createJsonAnswer(createCompletion('Hello.'))
    })
    replicas.push(...(await Promise.all([0, 1, 2].map(() => startReplica(upstream.url)))))
    folder = mkdtempSync(join(tmpdir(), 'tooldelta-nginx-'))
    const port = await findFreePort()
    url = `http://127.0.0.1:${port}`
    stopNginx = await startNginx(port)
  }, 90_000)

  afterAll(async () => {
    await stopNginx()
    for (const { command } of replicas) command.kill('SIGKILL')
    await upstream.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is a configuration that nginx takes as it stands', () => {
    const { status, stderr } = spawnSync(nginx!, ['-t', ...nginxArguments('check', site)], { encoding: 'utf8' })
    expect(stderr).toContain('test is successful')
    expect(status).toBe(0)
  })

  it('hands a delta on before the stream ends, and closes the upstream when the client leaves', async () => {
    const client = new AbortController()
    const response = await ask({ stream: true }, client.signal)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    // The stream never ends: whoever waits for its end sees nothing.
    const text = await readUntil(response, '" two"')
    expect(text).toContain('"role":"assistant"')
    const left = performance.now()
    client.abort()
    expect((await upstream.waitForCut()) - left).toBeLessThan(2000)
  })

  it('takes bodies of 400 kB, and gives the error of a replica for one that is too large', async () => {
    const content = 'x'.repeat(400_000)
    const response = await ask({ messages: [{ role: 'user', content }] })
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hello.' } }] })
    expect(upstream.requests.at(-1)?.body.length).toBeGreaterThan(400_000)
    const large = await ask({ messages: [{ role: 'user', content: 'x'.repeat(33_600_000) }] })
    expect(large.status).toBe(413)
    expect(await large.json()).toMatchObject({
      error: { message: expect.stringMatching(/larger than 33554432 bytes/) },
    })
  })

  it('keeps metrics to itself', async () => {
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
    expect((await fetch(`${replicas[0]!.url}/metrics`)).status).toBe(200)
  })

  it('repeats no request whose replica dies, and serves by the others afterwards', async () => {
    const before = upstream.requests.length
    const response = await ask({ stream: true })
    await readUntil(response, '" two"')
    await killBusyReplica()
    await expect(readUntil(response, '[DONE]')).rejects.toThrow()
    expect(countChats(before)).toBe(1)
    // Not even where no byte of an answer has come: the model may be at work on it.
    const unanswered = ask({ model: 'slow' })
    await expect.poll(() => countChats(before)).toBe(2)
    await killBusyReplica()
    expect((await unanswered).status).toBe(502)
    expect(countChats(before)).toBe(2)
    const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await ask({})).status))
    expect(statuses).toEqual(Array.from({ length: 12 }, () => 200))
    expect(countChats(before)).toBe(14)
  })
})

function countChats(since: number): number {
  return upstream.requests.slice(since).filter(({ path }) => path.endsWith('/chat/completions')).length
}

function ask(more: object, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ model: 'm', messages, tools, ...more })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  return fetch(`${url}/v1/chat/completions`, { ...init, ...(signal !== undefined && { signal }) })
}

const readers = new WeakMap<Response, ReadableStreamDefaultReader<Uint8Array>>()

async function readUntil(response: Response, wanted: string): Promise<string> {
  const reader = readers.get(response) ?? response.body!.getReader()
  readers.set(response, reader)
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes(wanted)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`ended without ${wanted}: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  return text
}

/** kill -9: nothing is said to anybody. */
async function killBusyReplica(): Promise<void> {
  for (const [place, { url: address, command }] of replicas.entries()) {
    const state = (await (await fetch(`${address}/health/ready`)).json()) as { in_flight: number }
    if (state.in_flight === 0) continue
    command.kill('SIGKILL')
    await command.ended
    replicas.splice(place, 1)
    return
  }
  throw new Error('No replica has a request under way.')
}

async function startReplica(upstreamUrl: string): Promise<(typeof replicas)[number]> {
  const args = ['serve', '--upstream', upstreamUrl, '--format', 'qwen3_coder', '--port', '0', '--no-probe']
  const command = startCommand([...args, '--log-level', 'silent'])
  const [, address] = await command.waitFor(/Serving (\S+)\/v1/)
  return { url: address!, command }
}

/** nginx with files in a folder of its own. */
function nginxArguments(name: string, siteText: string): string[] {
  const prefix = mkdtempSync(join(folder, `${name}-`))
  // The workers of an nginx that root has started belong to another user.
  for (const place of [folder, prefix]) chmodSync(place, 0o755)
  writeFileSync(join(prefix, 'site.conf'), siteText)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const lines = [
    'daemon off; worker_processes 1; pid nginx.pid; error_log stderr notice;',
    'events { worker_connections 1024; }',
    `http { access_log off; ${temporary.map((part) => `${part}_temp_path ${part};`).join(' ')} include site.conf; }`,
  ]
  writeFileSync(join(prefix, 'nginx.conf'), lines.join('\n'))
  return ['-p', `${prefix}/`, '-c', 'nginx.conf', '-e', 'stderr']
}

async function startNginx(port: number): Promise<() => Promise<void>> {
  let text = site.replace('listen 8080;', `listen 127.0.0.1:${port};`)
  for (const [place, replica] of replicas.entries())
    text = text.replace(`127.0.0.1:400${place + 1}`, new URL(replica.url).host)
  const child = spawn(nginx!, nginxArguments('run', text), { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      log += piece
      if (/start worker process \d/.test(log)) resolve()
    })
    void ended.then(() => reject(new Error(`nginx ended: ${log}`)))
  })
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
