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
import { createFolder, runCommand, type RunningCommand, startCommand } from './helpers/command.ts'
import { qwenText, tools } from './helpers/texts.ts'

const folder = createFolder()
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open(script: Script): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream(script)
  closers.push(() => upstream.close())
  return upstream
}

async function serve(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ url: string; command: RunningCommand }> {
  const command = startCommand(['serve', '--format', 'qwen3_coder', '--port', '0', '--no-probe', ...args], { env })
  closers.push(async () => {
    command.kill('SIGKILL')
    await command.ended
  })
  const [, url] = await command.waitFor(/(http:\/\/127\.0\.0\.1:\d+)\/v1 in front of/)
  return { url: url as string, command }
}

const body = JSON.stringify({
  model: 'm',
  messages: [{ role: 'user', content: 'secret question' }],
  tools,
  stream: true,
})
function chat(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer client-key' }
  return fetch(`${url}/v1/chat/completions?token=secret-query`, { method: 'POST', headers, body, ...init })
}

const answer = createStreamAnswer(createVllmEvents(cutText(qwenText)))

describe('tooldelta serve', () => {
  it('puts calls in front of the upstream and logs one line a request, without contents', async () => {
    const upstream = await open(answer)
    const { url, command } = await serve(['--upstream', upstream.url])
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'ok' })
    const response = await chat(url)
    const id = response.headers.get('x-request-id')
    const { choices } = foldStrictly(readEventData(await response.text()))
    expect(choices[0]).toMatchObject({ content: 'I look.', finishReason: 'tool_calls' })
    expect(choices[0]?.calls).toMatchObject([{ name: 'get_weather', arguments: '{"city":"Tromsø 🌍","days":3}' }])
    expect(upstream.requests[0]?.headers['x-request-id']).toBe(id)
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer client-key')

    await command.waitFor(/"path":"\/v1\/chat\/completions"/)
    command.kill('SIGTERM')
    const { code, stdout, stderr } = await command.ended
    expect(code).toBe(0)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const requests = lines.filter((line) => line['path'] === '/v1/chat/completions')
    expect(requests).toMatchObject([{ method: 'POST', status: 200 }])
    expect(JSON.stringify(requests)).toContain(id)
    for (const secret of ['secret', 'client-key', 'Troms', 'get_weather', 'I look']) {
      expect(stdout + stderr, secret).not.toContain(secret)
    }
    expect(stderr).not.toMatch(/deprecat/i)
  })

  it("sends the upstream's key instead of the client's, from the option or the environment", async () => {
    const upstream = await open(answer)
    const byOption = await serve(['--upstream', upstream.url, '--upstream-key', 'key-1', '--log-level', 'silent'])
    await (await chat(byOption.url)).text()
    const byEnvironment = await serve(['--upstream', `${upstream.url}/v1`], { TOOLDELTA_UPSTREAM_KEY: 'key-2' })
    await (await chat(byEnvironment.url)).text()
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer key-1', 'Bearer key-2'])
    byOption.command.kill('SIGTERM')
    expect((await byOption.command.ended).stdout).toBe('')
  })

  it('passes --profile, --truncated-calls and --deliver on', async () => {
    const cut = qwenText.slice(0, qwenText.indexOf('msø'))
    const upstream = await open(createStreamAnswer(createVllmEvents(cutText(cut), { finishReason: 'length' })))
    const flags = ['--profile', 'sglang', '--truncated-calls', 'error', '--deliver', 'when-complete']
    const { url } = await serve(['--upstream', upstream.url, ...flags])
    const { choices, error } = foldStrictly(readEventData(await (await chat(url)).text()))
    expect(choices[0]?.calls).toEqual([])
    expect(error).toMatchObject({ code: 'tool_call_truncated' })
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toMatchObject({ tool_choice: 'auto' })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'lets a running answer end on %s, refuses new ones, and ends with 0',
    async (signal) => {
      const events = createVllmEvents(cutText(qwenText))
      const upstream = await open({
        headers: { 'content-type': 'text/event-stream' },
        steps: events.flatMap((write, place) => (place === 3 ? [{ write }, { waitMs: 1500 }] : [{ write }])),
      })
      const { url, command } = await serve(['--upstream', upstream.url])
      const response = await chat(url)
      command.kill(signal)
      const { choices } = foldStrictly(readEventData(await response.text()))
      expect(choices[0]?.finishReason).toBe('tool_calls')
      expect((await command.ended).code).toBe(0)
      await expect(fetch(`${url}/health/live`)).rejects.toThrow()
    },
  )

  it('takes a file of settings, with keys out of the environment; flags win', async () => {
    const upstream = await open(answer)
    const file = folder.write(
      'tooldelta.yaml',
      `keys:\n  - { name: team, env: TEAM_KEY }\nupstreams:\n  - { name: gpu, urls: ['${upstream.url}'] }\n` +
        'models:\n  - { name: coder, aliases: [m], upstreamModel: Qwen/Qwen3-Coder, format: hermes }\n',
    )
    const { url } = await serve(['--config', file], { TEAM_KEY: 'team-key', TOOLDELTA_CONFIG: '/nowhere.yaml' })
    expect((await chat(url)).status).toBe(401)
    const response = await chat(url, { headers: { authorization: 'Bearer team-key' } })
    // The flag --format of these tests wins over the file.
    expect(foldStrictly(readEventData(await response.text())).choices[0]?.calls).toHaveLength(1)
    expect(upstream.requests).toHaveLength(1)
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toMatchObject({ model: 'Qwen/Qwen3-Coder' })
    expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('ends at once on a second signal', async () => {
    const upstream = await open(createStreamAnswer(createVllmEvents(['Hi', '!']).slice(0, 2), [{ hang: true }]))
    const { url, command } = await serve(['--upstream', upstream.url])
    const response = await chat(url)
    await response.body?.getReader().read()
    command.kill('SIGTERM')
    await expect
      .poll(() =>
        fetch(`${url}/health/live`).then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down')
    const since = performance.now()
    command.kill('SIGINT')
    expect((await command.ended).code).toBe(0)
    expect(performance.now() - since).toBeLessThan(3000)
  })

  it('logs 499 when the client leaves', async () => {
    const upstream = await open(createStreamAnswer(createVllmEvents(['Hi', '!']).slice(0, 2), [{ hang: true }]))
    const { url, command } = await serve(['--upstream', upstream.url])
    const client = new AbortController()
    const response = await chat(url, { signal: client.signal })
    await response.body?.getReader().read()
    client.abort()
    await upstream.waitForCut()
    await command.waitFor(/"status":499/)
  })
})

describe('wrong usage of serve', () => {
  const upstream = ['--upstream', 'http://127.0.0.1:1']
  const faults: [what: string, args: string[], message: RegExp][] = [
    ['no upstream', ['--format', 'hermes'], /--upstream/],
    [
      'an upstream that is no address',
      ['--upstream', 'localhost:8000', '--format', 'hermes'],
      /upstream.*http:\/\/127\.0\.0\.1:8000/,
    ],
    ['an upstream with a password', ['--upstream', 'http://a:b@c', '--format', 'hermes'], /password/],
    ['no format', upstream, /--format/],
    ['an unknown format', [...upstream, '--format', 'herms'], /'herms'.*'hermes'/],
    ['an unknown profile', [...upstream, '--format', 'hermes', '--profile', 'ollama'], /profile.*vllm/],
    ['a port out of range', [...upstream, '--format', 'hermes', '--port', '65536'], /port.*65535/],
    [
      'an address of another machine',
      [...upstream, '--format', 'hermes', '--port', '0', '--host', '192.0.2.1'],
      /192\.0\.2\.1.*127\.0\.0\.1/,
    ],
  ]
  it.each(faults)('%s', async (_what, args, message) => {
    const { code, stdout, stderr } = await runCommand(['serve', ...args])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^tooldelta: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })

  it('a port in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    closers.push(async () => other.close())
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await runCommand(['serve', ...upstream, '--format', 'hermes', '--port', String(port)])
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`^tooldelta: Port ${port} .*in use.*--port.*\\n$`))
  })
})
