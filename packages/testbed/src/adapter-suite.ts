import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createChunk,
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  cutText,
  startScriptedUpstream,
  toEvent,
  type Script,
  type ScriptedUpstream,
} from './scripted-upstream.ts'
import { foldStrictly, readEventData, type FoldedStream } from './wire-check.ts'

/** What the suite asks of an adapter. */
export interface AdapterOptions {
  /** Address of the upstream, without `/v1`. */
  upstream: string
  format: string
}

/** A running adapter. */
export interface RunningAdapter {
  /** Asks the adapter for a path such as `/v1/chat/completions`. */
  request(path: string, init?: RequestInit): Promise<Response>
  close?(): Promise<void>
}

/** Settings of the suite. */
export interface AdapterSuiteOptions {
  /** Whether paths without `/v1` are answered (404) by the adapter's own server. The fetch wrapper has none. */
  isServer: boolean
}

const tools = [
  {
    type: 'function',
    function: {
      name: 'write_file',
      description: 'Writes a file',
      parameters: {
        type: 'object',
        properties: { path: { type: 'string' }, content: { type: 'string' }, mode: { type: 'integer' } },
      },
    },
  },
  { type: 'function', function: { name: 'list_files', parameters: { type: 'object', properties: {} } } },
]

const oneCall =
  '<tool_call>\n<function=write_file>\n<parameter=path>\nsrc/größe 🌍.ts\n</parameter>\n<parameter=content>\n' +
  'if (a < b) {\n  log("C:\\new")\n}\n</parameter>\n<parameter=mode>\n420\n</parameter>\n</function>\n</tool_call>'
const oneCallArguments = { path: 'src/größe 🌍.ts', content: 'if (a < b) {\n  log("C:\\new")\n}', mode: 420 }
const secondCall = '<tool_call>\n<function=list_files>\n</function>\n</tool_call>'

/**
 * The cases that every adapter has to pass, over real sockets on the loopback interface. Called at the top level of a test file.
 *
 * @param name - for the test report
 * @param start - starts the adapter in front of an upstream
 */
export function describeAdapter(
  name: string,
  start: (options: AdapterOptions) => Promise<RunningAdapter>,
  { isServer }: AdapterSuiteOptions,
): void {
  const closers: (() => Promise<void>)[] = []

  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
  })

  async function open(script: Script): Promise<{ upstream: ScriptedUpstream; adapter: RunningAdapter }> {
    const upstream = await startScriptedUpstream(script)
    closers.push(() => upstream.close())
    const adapter = await start({ upstream: upstream.url, format: 'qwen3_coder' })
    closers.push(async () => adapter.close?.())
    return { upstream, adapter }
  }

  function chat(adapter: RunningAdapter, more: object = {}, init: RequestInit = {}): Promise<Response> {
    const messages = [{ role: 'user', content: 'Write the file.' }]
    const body = { model: 'qwen3-coder', messages, tools, stream: true, ...more }
    const headers = { 'content-type': 'application/json', authorization: 'Bearer client-key' }
    return adapter.request('/v1/chat/completions', { method: 'POST', headers, body: JSON.stringify(body), ...init })
  }

  async function readFolded(response: Response): Promise<FoldedStream> {
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    return foldStrictly(readEventData(await response.text()))
  }

  describe(`${name}: answers`, () => {
    it('gives an ordinary call', async () => {
      const { adapter, upstream } = await open(createStreamAnswer(createVllmEvents(cutText(oneCall))))
      const response = await chat(adapter)
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('x-accel-buffering')).toBe('no')
      const { choices } = await readFolded(response)
      expect(choices).toHaveLength(1)
      expect(choices[0]).toMatchObject({ content: '', finishReason: 'tool_calls' })
      expect(choices[0]!.calls).toHaveLength(1)
      expect(choices[0]!.calls[0]).toMatchObject({
        name: 'write_file',
        id: expect.stringMatching(/^call_[A-Za-z0-9]{24}$/),
      })
      expect(JSON.parse(choices[0]!.calls[0]!.arguments)).toEqual(oneCallArguments)
      const asked = JSON.parse(upstream.requests[0]!.body) as Record<string, unknown>
      expect(asked).toMatchObject({ tools, tool_choice: 'none', stream: true })
    })

    it('gives two calls', async () => {
      const { adapter } = await open(createStreamAnswer(createVllmEvents(cutText(`${oneCall}\n${secondCall}`))))
      const { choices } = await readFolded(await chat(adapter))
      expect(choices[0]!.calls.map((call) => call.name)).toEqual(['write_file', 'list_files'])
      expect(choices[0]!.calls[1]!.arguments).toBe('{}')
      expect(choices[0]).toMatchObject({ content: '', finishReason: 'tool_calls' })
    })

    it('gives content and a call', async () => {
      const { adapter } = await open(createStreamAnswer(createVllmEvents(cutText(`I write it.\n\n${oneCall}`, 3))))
      const { choices } = await readFolded(await chat(adapter))
      expect(choices[0]).toMatchObject({ content: 'I write it.', finishReason: 'tool_calls' })
      expect(JSON.parse(choices[0]!.calls[0]!.arguments)).toEqual(oneCallArguments)
    })

    it('decodes UTF-8 that is split between any two bytes', async () => {
      const [write, ...rest] = [createVllmEvents(['größe 🌍 ', oneCall]).join('')]
      expect(rest).toEqual([])
      const { adapter } = await open({
        headers: { 'content-type': 'text/event-stream' },
        steps: [{ write: write!, bytesPerWrite: 1 }],
      })
      const { choices } = await readFolded(await chat(adapter))
      expect(choices[0]!.content).toBe('größe 🌍')
      expect(JSON.parse(choices[0]!.calls[0]!.arguments)).toEqual(oneCallArguments)
    })

    it('gives the whole completion when the request does not stream', async () => {
      const { adapter } = await open(createJsonAnswer(createCompletion(`Fine.\n${oneCall}\n${secondCall}`)))
      const response = await chat(adapter, { stream: false })
      expect(response.headers.get('content-type')).toContain('application/json')
      const completion = (await response.json()) as { choices: { message: Record<string, unknown> }[]; usage: unknown }
      const { message } = completion.choices[0]!
      expect(completion.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Fine.' } })
      const calls = message['tool_calls'] as { function: { name: string; arguments: string } }[]
      expect(calls.map((call) => call.function.name)).toEqual(['write_file', 'list_files'])
      expect(JSON.parse(calls[0]!.function.arguments)).toEqual(oneCallArguments)
      expect(completion.usage).toEqual({ prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 })
    })

    it('gives usage as the last chunk when it was asked for, and only then', async () => {
      const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
      const { adapter } = await open(createStreamAnswer(createVllmEvents(cutText(oneCall), { usage })))
      const asked = await readFolded(await chat(adapter, { stream_options: { include_usage: true } }))
      expect(asked.usage).toEqual(usage)
      const unasked = await readFolded(await chat(adapter))
      expect(unasked.usage).toBeUndefined()
    })

    it('passes the stream of an upstream that parses on byte for byte', async () => {
      const events = [
        toEvent(createChunk({ role: 'assistant', content: '' })),
        toEvent(createChunk({ content: 'Hi, 1.0 and 12345678901234567890' })),
        // Spelled in a way that JSON.stringify never would.
        'data: { "id":"x", "score":1.0, "choices":[ {"index":0,"delta":{"tool_calls":[{"index":0,"id":"chatcmpl-tool-1",' +
          '"type":"function","function":{"name":"list_files","arguments":""}}]},"finish_reason":null} ] }\n\n',
        toEvent(createChunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] })),
        toEvent(createChunk({}, 'tool_calls', { stop_reason: null })),
        'data: [DONE]\n\n',
      ]
      const { adapter } = await open(createStreamAnswer(events))
      expect(await (await chat(adapter)).text()).toBe(events.join(''))
    })

    it('leaves a request without tools and its answer alone', async () => {
      const events = createVllmEvents(cutText(oneCall), { usage: { total_tokens: 1 } })
      const { adapter, upstream } = await open(createStreamAnswer(events))
      const body =
        '{ "model":"m", "seed":12345678901234567890, "messages":[{"role":"user","content":"größe"}],"stream":true }'
      const response = await chat(adapter, {}, { body })
      expect(await response.text()).toBe(events.join(''))
      expect(upstream.requests[0]!.body).toBe(body)
    })
  })

  describe(`${name}: faults`, () => {
    it('passes an error status of the upstream', async () => {
      const error = {
        error: { message: 'maximum context length is 32768', type: 'BadRequestError', param: null, code: 400 },
      }
      const { adapter } = await open(createJsonAnswer(error, 400))
      const response = await chat(adapter)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual(error)
    })

    it('passes an error in the middle of a stream and ends it', async () => {
      const events = createVllmEvents(['Hello ', '<tool'], { withoutDone: true }).slice(0, 2)
      const error = { error: { message: 'CUDA out of memory', type: 'server_error', param: null, code: 500 } }
      const { adapter } = await open(createStreamAnswer([...events, toEvent(error), 'data: [DONE]\n\n']))
      const { choices, error: told } = await readFolded(await chat(adapter))
      expect(choices[0]).toMatchObject({ content: 'Hello ', finishReason: null })
      expect(told).toEqual({ message: 'CUDA out of memory', type: 'upstream_error', code: 500 })
    })

    it('ends a stream that the upstream cuts with an error', async () => {
      const events = createVllmEvents(cutText(oneCall.slice(0, 100)), { withoutDone: true }).slice(0, -1)
      const { adapter } = await open(createStreamAnswer(events, [{ destroy: true }]))
      const { choices, error } = await readFolded(await chat(adapter))
      expect(choices[0]!.finishReason).toBeNull()
      expect(choices[0]!.calls).toHaveLength(1)
      expect(error).toMatchObject({ type: 'upstream_error', code: 'upstream_disconnected' })
    })

    it('answers 502 when the upstream cuts a whole answer', async () => {
      const { adapter } = await open({
        headers: { 'content-type': 'application/json' },
        steps: [{ write: '{"choices":[' }, { destroy: true }],
      })
      const response = await chat(adapter, { stream: false })
      expect(response.status).toBe(502)
      expect(await response.json()).toMatchObject({ error: { type: 'upstream_error', code: 'upstream_disconnected' } })
    })

    it('answers 502 when the upstream refuses the connection', async () => {
      const { adapter, upstream } = await open(createStreamAnswer([]))
      await upstream.close()
      const response = await chat(adapter)
      expect(response.status).toBe(502)
      const { error } = (await response.json()) as { error: { message: string } }
      expect(error).toMatchObject({ type: 'upstream_error', code: 'upstream_unreachable' })
      expect(error.message).toContain(upstream.url)
    })

    it('answers 400 to malformed tools, with the field and the mend', async () => {
      const { adapter, upstream } = await open(createStreamAnswer([]))
      const response = await chat(adapter, { tools: [tools[0], { type: 'function', function: { name: 7 } }] })
      expect(response.status).toBe(400)
      const { error } = (await response.json()) as { error: { message: string } }
      expect(error).toMatchObject({ type: 'invalid_request_error', param: 'tools.1.function.name' })
      expect(error.message).toContain('Give the function a name')
      expect(upstream.requests).toEqual([])
    })
  })

  describe(`${name}: connections`, () => {
    it('closes the upstream when the client leaves a stream', async () => {
      const events = createVllmEvents(['Hello', ' world'], { withoutDone: true }).slice(0, 2)
      const { adapter, upstream } = await open(createStreamAnswer(events, [{ hang: true }]))
      const client = new AbortController()
      const response = await chat(adapter, {}, { signal: client.signal })
      const reader = response.body!.getReader()
      await reader.read()
      const left = performance.now()
      client.abort()
      await reader.read().catch(() => undefined)
      const closed = await upstream.waitForCut()
      expectSoon(`${name}, streaming`, closed - left)
    })

    it('closes the upstream when the client leaves before the answer', async () => {
      const { adapter, upstream } = await open({
        headers: { 'content-type': 'application/json' },
        steps: [{ hang: true }],
      })
      const client = new AbortController()
      const answer = chat(adapter, { stream: false }, { signal: client.signal }).then((response) => response.text())
      const outcome = answer.catch((error: Error) => error.name)
      while (upstream.requests.length === 0) await sleep(5)
      const left = performance.now()
      client.abort()
      const closed = await upstream.waitForCut()
      expectSoon(`${name}, not streaming`, closed - left)
      expect(await outcome).toBe('AbortError')
    })

    it('slows the upstream down for a slow reader', async () => {
      const repeat = toEvent(createChunk({ content: 'x'.repeat(16_000) }))
      const first = createVllmEvents([''], { withoutDone: true })[0]!
      const { adapter, upstream } = await open({
        headers: { 'content-type': 'text/event-stream' },
        steps: [{ write: first }, { repeat, times: 20_000 }],
      })
      const client = new AbortController()
      const response = await chat(adapter, {}, { signal: client.signal })
      const reader = response.body!.getReader()
      await reader.read()
      const stalledAt = await waitUntilStalled(upstream)
      // 320 MB are there to be sent; what fits into the sockets' buffers is a few MB.
      expect(stalledAt).toBeLessThan(48_000_000)
      let taken = 0
      while (taken < stalledAt + 1_000_000) taken += (await reader.read()).value?.length ?? Infinity
      expect(upstream.bytesWritten).toBeGreaterThan(stalledAt)
      client.abort()
      await upstream.waitForCut()
    })

    it('keeps 20 streams at once apart', async () => {
      const { adapter } = await open((request) => {
        const { user } = JSON.parse(request.body) as { user: string }
        const text = `Answer ${user}.\n<tool_call>\n<function=write_file>\n<parameter=path>\n${user}\n</parameter>\n</function>\n</tool_call>`
        const events = createVllmEvents(cutText(text, 1 + (Number(user) % 5)))
        return {
          headers: { 'content-type': 'text/event-stream' },
          steps: events.flatMap((write, place) => (place % 8 === 0 ? [{ waitMs: 1 }, { write }] : [{ write }])),
        }
      })
      const users = Array.from({ length: 20 }, (_, user) => String(user))
      const streams = await Promise.all(users.map(async (user) => readFolded(await chat(adapter, { user }))))
      for (const [user, { choices }] of streams.entries()) {
        expect(choices[0]).toMatchObject({ content: `Answer ${user}.`, finishReason: 'tool_calls' })
        expect(choices[0]!.calls.map((call) => call.arguments)).toEqual([`{"path":"${user}"}`])
      }
      const ids = streams.flatMap(({ choices }) => choices[0]!.calls.map((call) => call.id))
      expect(new Set(ids).size).toBe(20)
    })

    it('passes other paths on', async () => {
      const models = { object: 'list', data: [{ id: 'qwen3-coder', object: 'model' }] }
      const { adapter, upstream } = await open(createJsonAnswer(models))
      const response = await adapter.request('/v1/models?limit=1', { headers: { 'x-request-id': 'r1' } })
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual(models)
      expect(upstream.requests[0]).toMatchObject({ method: 'GET', path: '/v1/models?limit=1' })
      expect(upstream.requests[0]!.headers['x-request-id']).toBe('r1')
    })

    if (!isServer) return
    it('leaves paths outside the API to the server', async () => {
      const { adapter, upstream } = await open(createJsonAnswer({}))
      const response = await adapter.request('/nothing/here')
      expect(response.status).toBe(404)
      expect(upstream.requests).toEqual([])
    })
  })
}

/** The promise is 100 ms; a loaded test machine gets ten times that. */
function expectSoon(what: string, ms: number): void {
  process.stdout.write(`  client gone (${what}): upstream closed after ${ms.toFixed(1)} ms\n`)
  expect(ms).toBeLessThan(1000)
}

async function waitUntilStalled(upstream: ScriptedUpstream): Promise<number> {
  for (let before = -1; ;) {
    const now = upstream.bytesWritten
    if (now === before) return now
    before = now
    await sleep(250)
  }
}
