import { connect } from 'node:net'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  cutText,
  type Script,
  startScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { afterEach, describe, expect, it } from 'vitest'
import { createReplayApp, readRecordings } from '../../src/index.ts'
import type { Exchange } from '../../src/replay/exchange.ts'
import { readBody, toBytes } from '../../src/replay/exchange.ts'
import { createFolder, type RunningCommand, runCommand, startCommand } from '../helpers/command.ts'
import { qwenText, tools } from '../helpers/texts.ts'

const folder = createFolder()
const canary = 'sk-canary-0123456789abcdef'
const messages = [{ role: 'user', content: 'How is the weather in Tromsø?' }]
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function startUpstream(script: Script): Promise<Awaited<ReturnType<typeof startScriptedUpstream>>> {
  const upstream = await startScriptedUpstream(script)
  closers.push(() => upstream.close())
  return upstream
}

interface Recording {
  url: string
  file: string
  command: RunningCommand
  stop(): Promise<Exchange[]>
}

let count = 0

async function startRecord(upstream: string, ...more: string[]): Promise<Recording> {
  count += 1
  const file = join(folder.path, `recorded-${count}.jsonl`)
  const command = startCommand(['record', '--upstream', upstream, '--out', file, '--port', '0', ...more])
  const [, url] = await command.waitFor(/Recording (\S+)\/v1/)
  return {
    url: url!,
    file,
    command,
    async stop() {
      command.kill('SIGTERM')
      expect((await command.ended).code).toBe(0)
      return readLines(file)
    },
  }
}

function readLines(file: string): Exchange[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => JSON.parse(line) as Exchange)
}

function ask(url: string, body: object, init: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${canary}`, 'x-api-key': canary }
  return fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body), ...init })
}

const streamed = { model: 'qwen3-coder', messages, tools, tool_choice: 'none', stream: true }

describe('tooldelta record', () => {
  it('passes answers on untouched and writes down request, head, pieces and times', async () => {
    const text = createVllmEvents(cutText(qwenText)).join('')
    const upstream = await startUpstream({
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'set-cookie': `id=${canary}` },
      // Through characters: Tromsø and the globe.
      steps: [{ write: text, bytesPerWrite: 37 }],
    })
    const recording = await startRecord(upstream.url)
    const response = await ask(recording.url, streamed)
    expect(await response.text()).toBe(text)
    expect(upstream.requests[0]?.headers['authorization']).toBe(`Bearer ${canary}`)
    await recording.command.waitFor(/1 exchange, \d+ chunks/)

    const [exchange] = await recording.stop()
    expect(exchange).toMatchObject({
      model: 'qwen3-coder',
      redacted: [],
      request: {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { authorization: '[redacted]', 'x-api-key': '[redacted]' },
      },
      response: { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } },
      end: 'done',
    })
    expect(JSON.parse(exchange!.request.body)).toEqual(streamed)
    expect(Buffer.concat(exchange!.chunks.map(toBytes)).toString()).toBe(text)
    expect(exchange!.chunks.length).toBeGreaterThan(1)
    const times = [exchange!.response.ms, ...exchange!.chunks.map(({ ms }) => ms)]
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(readFileSync(recording.file, 'utf8')).not.toContain(canary)
    expect(statSync(recording.file).mode & 0o077).toBe(0)
  })

  it("gives tool calls with --format and still records the model's own text", async () => {
    const upstream = await startUpstream(createStreamAnswer(createVllmEvents(cutText(qwenText))))
    const recording = await startRecord(upstream.url, '--format', 'qwen3_coder')
    const response = await ask(recording.url, { model: 'm', messages, tools, stream: true })
    const body = await response.text()
    expect(body).toContain('"tool_calls"')
    expect(body).not.toContain('<tool_call>')
    const [exchange] = await recording.stop()
    expect(readBody(exchange!)).toContain('ol_c')
    expect(exchange!.parser).toMatchObject({ format: 'qwen3_coder' })
    // What the upstream was asked, which is what its answer answers.
    expect(JSON.parse(exchange!.request.body)).toMatchObject({ tool_choice: 'none' })
  })

  it('never writes a key, wherever it stands', async () => {
    const quoting = { error: { message: `Incorrect API key provided: ${canary}.`, type: 'auth', code: 401 } }
    const upstream = await startUpstream((request) =>
      request.body.includes('fail')
        ? createJsonAnswer(quoting, 401)
        : createStreamAnswer(createVllmEvents(['Your key: ', ...cutText(canary, 3)])),
    )
    const recording = await startRecord(upstream.url, '--redact', 'keys', '--format', 'hermes')
    const other = 'hf_abcdefghijklmnopqrstuvwxyz'
    const content = `curl -H "Authorization: Bearer ${canary}" and HF_TOKEN=${other}`
    await (await ask(recording.url, { ...streamed, messages: [{ role: 'user', content }] })).text()
    await (await ask(recording.url, { model: 'fail', messages })).text()
    await (
      await fetch(`${recording.url}/v1/completions?api_key=${canary}`, { method: 'POST', body: '{"prompt":"x"}' })
    ).text()
    const exchanges = await recording.stop()
    expect(exchanges).toHaveLength(3)
    const written = readFileSync(recording.file, 'utf8')
    expect(written).not.toContain(canary)
    expect(written).not.toContain(other)
    expect(written).toContain('Incorrect API key provided: xxxx')
    // Nor in pieces.
    expect(exchanges.flatMap(({ chunks }) => chunks.map((piece) => toBytes(piece).toString())).join('')).not.toMatch(
      /"ary"|"nar"/,
    )
  })

  it('covers contents, and the covered stream is parsed the same', async () => {
    const upstream = await startUpstream(createStreamAnswer(createVllmEvents(cutText(qwenText))))
    const recording = await startRecord(upstream.url, '--redact', 'contents', '--format', 'qwen3_coder')
    await (await ask(recording.url, { model: 'm', messages, tools, stream: true })).text()
    const [exchange] = await recording.stop()
    expect(readFileSync(recording.file, 'utf8')).not.toMatch(/Troms|weather in|I look/)
    expect(exchange).not.toHaveProperty('note')
    const { code, stdout } = await runCommand(['record', '--to-fixture', recording.file])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([
      {
        expected: {
          content: 'X xxxx.',
          calls: [{ name: 'get_weather', arguments: '{"city":"Xxxxxé 🌍","days":1}', status: 'complete' }],
        },
      },
    ])
  })

  it('says how an answer ended: the server broke it off, or the client left', async () => {
    const start = createVllmEvents(['One', ' two']).slice(0, 2)
    const upstream = await startUpstream((request) =>
      createStreamAnswer(start, request.body.includes('hang') ? [{ hang: true }] : [{ destroy: true }]),
    )
    const recording = await startRecord(upstream.url)
    await (await ask(recording.url, streamed)).text().catch(() => '')
    await recording.command.waitFor(/1 exchange,/)
    const client = new AbortController()
    const response = await ask(recording.url, { ...streamed, model: 'hang' }, { signal: client.signal })
    await response.body!.getReader().read()
    client.abort()
    await upstream.waitForCut()
    await recording.command.waitFor(/2 exchanges,/)
    expect((await recording.stop()).map(({ end }) => end)).toEqual(['cut', 'left'])
  })

  it('ends at once when nothing is under way, also with a connection on which nobody has asked', async () => {
    const recording = await startRecord((await startUpstream(createJsonAnswer(createCompletion('Hello.')))).url)
    const client = connect(Number(new URL(recording.url).port), '127.0.0.1')
    await new Promise<void>((resolve) => client.on('connect', () => resolve()))
    const since = performance.now()
    expect(await recording.stop()).toEqual([])
    // Answers under way have 30 s.
    expect(performance.now() - since).toBeLessThan(15_000)
  })

  it('writes what is under way when it is told twice to stop', async () => {
    const upstream = await startUpstream(
      createStreamAnswer(createVllmEvents(['One', ' two']).slice(0, 2), [{ hang: true }]),
    )
    const recording = await startRecord(upstream.url)
    const response = await ask(recording.url, streamed)
    await response.body!.getReader().read()
    recording.command.kill('SIGTERM')
    // The port closes with the first signal; the second one cuts what is left.
    await expect
      .poll(() =>
        fetch(`${recording.url}/health/live`).then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down')
    recording.command.kill('SIGTERM')
    expect((await recording.command.ended).code).toBe(0)
    const [exchange] = readLines(recording.file)
    expect(exchange?.end).toBe('left')
    expect(readBody(exchange!)).toContain('One')
  })

  it('appends, also behind a line that was never ended', async () => {
    const upstream = await startUpstream(createJsonAnswer(createCompletion('Hello.')))
    const recording = await startRecord(upstream.url)
    await (await ask(recording.url, { model: 'm', messages })).text()
    await recording.stop()
    writeFileSync(recording.file, `${readFileSync(recording.file, 'utf8')}{"id": "half`)
    const again = startCommand(['record', '-u', upstream.url, '-o', recording.file, '-p', '0'])
    const [, url] = await again.waitFor(/Recording (\S+)\/v1/)
    await (await ask(url!, { model: 'm', messages })).text()
    again.kill('SIGTERM')
    expect((await again.ended).stderr).toMatch(/1 exchange, \d+ chunks? in /)
    const lines = readFileSync(recording.file, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(JSON.parse(lines[2]!)).toMatchObject({ model: 'm', end: 'done' })
  })

  const wrong: [what: string, args: string[], message: RegExp][] = [
    ['no upstream', ['record', '--out', 'x.jsonl'], /--upstream is missing/],
    ['no file', ['record', '--upstream', 'http://127.0.0.1:1'], /--out is missing/],
    ['a folder as file', ['record', '-u', 'http://127.0.0.1:1', '-o', folder.path], /is a directory/],
    ['a file in no folder', ['record', '-u', 'http://127.0.0.1:1', '-o', '/nowhere/x.jsonl'], /folder does not exist/],
    ['an unknown part', ['record', '--redact', 'names', '-u', 'http://127.0.0.1:1', '-o', 'x'], /keys, contents/],
    [
      'an unknown format',
      ['record', '-u', 'http://127.0.0.1:1', '-o', join(folder.path, 'y'), '-f', 'hermess'],
      /hermes/,
    ],
    ['an upstream that is no address', ['record', '-u', 'gpu', '-o', join(folder.path, 'z')], /upstream/],
  ]
  it.each(wrong)('refuses %s', async (_what, args, message) => {
    const { code, stderr } = await runCommand(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })
})

describe('record.file in the settings of serve', () => {
  it('records what the upstream says, without the keys of both sides', async () => {
    const upstream = await startUpstream(createStreamAnswer(createVllmEvents(cutText(qwenText))))
    const file = join(folder.path, 'served.jsonl')
    const settings = {
      keys: [{ name: 'one', env: 'CLIENT_KEY' }],
      upstreams: [{ urls: [upstream.url], keyEnv: 'UPSTREAM_KEY' }],
      models: [{ format: 'qwen3_coder' }],
      record: { file, redact: ['contents'] },
      listen: { port: 0 },
      probe: { enabled: false },
    }
    const config = folder.write('served.yaml', JSON.stringify(settings))
    const env = { CLIENT_KEY: canary, UPSTREAM_KEY: 'upstream-canary-98765' }
    const command = startCommand(['serve', '--config', config], { env })
    const [, url] = await command.waitFor(/Serving (\S+)\/v1/)
    const content = `My key is ${canary}, yours is ${env.UPSTREAM_KEY}.`
    const response = await ask(url!, { model: 'm', messages: [{ role: 'user', content }], tools, stream: true })
    expect(await response.text()).toContain('"tool_calls"')
    command.kill('SIGTERM')
    expect((await command.ended).code).toBe(0)
    expect(upstream.requests.at(-1)?.headers['authorization']).toBe(`Bearer ${env.UPSTREAM_KEY}`)
    const [exchange] = readLines(file)
    expect(exchange).toMatchObject({ model: 'm', end: 'done', request: { path: '/v1/chat/completions' } })
    expect(readFileSync(file, 'utf8')).not.toMatch(/canary|Troms/)
  })
})

describe('record, then replay', () => {
  it('gives the same answers, byte for byte and with the same cuts', async () => {
    const stream = createVllmEvents(cutText(qwenText), {
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    })
    const upstream = await startUpstream((request) =>
      request.body.includes('"stream":true')
        ? { headers: { 'content-type': 'text/event-stream' }, steps: [{ write: stream.join(''), bytesPerWrite: 41 }] }
        : request.path.endsWith('/completions') && request.body.includes('auto')
          ? createJsonAnswer({ error: { message: 'no parser', type: 'BadRequestError', param: null, code: 400 } }, 400)
          : createJsonAnswer(createCompletion('Plain.')),
    )
    const recording = await startRecord(upstream.url)
    const requests = [streamed, { model: 'm', messages }, { model: 'm', messages, tools, tool_choice: 'auto' }]
    const before: [number, string][] = []
    for (const body of requests) {
      const response = await ask(recording.url, body)
      before.push([response.status, await response.text()])
    }
    await recording.stop()

    const command = startCommand(['replay', recording.file, '--port', '0', '--recorded-times'])
    const [, url] = await command.waitFor(/3 recordings on (\S+)\/v1/)
    // In another order: each request finds its own answer.
    for (const place of [2, 0, 1]) {
      const response = await ask(url!, requests[place]!)
      expect([response.status, await response.text()]).toEqual(before[place])
    }
    command.kill('SIGTERM')
    await command.ended
  })

  it('gives a request that was not recorded the answers of its model, whole or streamed', async () => {
    const upstream = await startUpstream((request) =>
      request.body.includes('"stream":true')
        ? createStreamAnswer(createVllmEvents(cutText('Streamed.')))
        : createJsonAnswer(createCompletion('Whole.')),
    )
    const recording = await startRecord(upstream.url)
    await (await ask(recording.url, { model: 'a', messages, stream: true })).text()
    await (await ask(recording.url, { model: 'b', messages })).text()
    await recording.stop()
    const app = createReplayApp({ recordings: readRecordings(readFileSync(recording.file, 'utf8'), 'it') })
    closers.push(() => app.close())
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    const other = [{ role: 'user', content: 'Something else' }]
    expect(await (await ask(url, { model: 'a', messages: other })).json()).toMatchObject({
      choices: [{ message: { content: 'Streamed.' }, finish_reason: 'stop' }],
    })
    const text = await (await ask(url, { model: 'b', messages: other, stream: true })).text()
    expect(text).toContain('"content":"Whole."')
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
    expect((await ask(url, { model: 'a', messages: other, tools })).status).toBe(400)
  })

  it('breaks off where the recording does', async () => {
    const upstream = await startUpstream(
      createStreamAnswer(createVllmEvents(['One', ' two']).slice(0, 2), [{ destroy: true }]),
    )
    const recording = await startRecord(upstream.url)
    await (await ask(recording.url, streamed)).text().catch(() => '')
    await recording.command.waitFor(/1 exchange,/)
    await recording.stop()
    const app = createReplayApp({ recordings: readRecordings(readFileSync(recording.file, 'utf8'), 'it') })
    closers.push(() => app.close())
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    const reader = (await ask(url, streamed)).body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('assistant')
    await expect(
      (async () => {
        for (;;) if ((await reader.read()).done) return
      })(),
    ).rejects.toThrow()
  })

  it('names the field that is wrong in a recording', () => {
    const line = {
      id: 'a',
      at: '2026-11-25T00:00:00Z',
      redacted: [],
      request: {},
      response: {},
      chunks: [],
      end: 'done',
    }
    expect(() => readRecordings(JSON.stringify(line), 'a.jsonl')).toThrow(/a\.jsonl.*request\.method/)
  })
})
