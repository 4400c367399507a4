import { afterEach, describe, expect, it } from 'vitest'
import { createReplayApp, readRecordings } from '../src/index.ts'
import { createFolder, runCommand, startCommand } from './helpers/command.ts'
import { qwenText, tools } from './helpers/texts.ts'

const vllmRefusal = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
const folder = createFolder()
const stream = {
  id: 'recorded',
  model: 'some-model',
  chunks: [
    {
      id: 'c',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { role: 'assistant', content: 'Hel' } }],
      extra: 1,
    },
    {
      id: 'c',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { content: 'lo' }, finish_reason: 'length' }],
    },
    {
      id: 'c',
      object: 'chat.completion.chunk',
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    },
  ],
}
const lines = [
  { id: 'first', text: 'One two.', chunks: ['One', ' two.'] },
  { id: 'second', text: qwenText, finish_reason: 'length' },
]

const apps: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

function createServer(...texts: string[]): {
  ask(body: unknown): Promise<{ status: number; text: string }>
  get(path: string): Promise<string>
} {
  const app = createReplayApp({ recordings: texts.flatMap((text) => readRecordings(text, 'a file')) })
  apps.push(app)
  return {
    ask: async (body) => {
      const headers = { 'content-type': 'application/json' }
      const payload = typeof body === 'string' ? body : JSON.stringify(body)
      const response = await app.inject({ method: 'POST', url: '/v1/chat/completions', headers, payload })
      return { status: response.statusCode, text: response.body }
    },
    get: async (path) => (await app.inject(path)).body,
  }
}

const jsonLines = lines.map((line) => JSON.stringify(line)).join('\n')
const messages = [{ role: 'user', content: 'Hi' }]

function readChunks(text: string): Record<string, unknown>[] {
  const events = text.split('\n\n')
  expect(events.splice(-2)).toEqual(['data: [DONE]', ''])
  return events.map((event) => JSON.parse(event.replace(/^data: /, '')) as Record<string, unknown>)
}

describe('a replayed stream', () => {
  it('has the shape of vLLM: role alone, a piece a chunk, the last with the finish', async () => {
    const { text } = await createServer(jsonLines).ask({ model: 'first', messages, stream: true })
    const chunks = readChunks(text) as { choices: unknown[] }[]
    expect(chunks.map(({ choices }) => choices)).toMatchObject([
      [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
      [{ index: 0, delta: { content: 'One' }, finish_reason: null }],
      [{ index: 0, delta: { content: ' two.' }, finish_reason: 'stop' }],
    ])
    expect(chunks[0]).toMatchObject({ object: 'chat.completion.chunk', model: 'first', created: expect.any(Number) })
  })

  it('plays recorded chunks as they are, usage only where it was asked for', async () => {
    const server = createServer(JSON.stringify(stream, null, 2))
    const plain = await server.ask({ model: 'recorded', messages, stream: true })
    expect(readChunks(plain.text)).toEqual(stream.chunks.slice(0, 2))
    const asked = await server.ask({ messages, stream: true, stream_options: { include_usage: true } })
    expect(readChunks(asked.text)).toEqual(stream.chunks)
  })

  it('counts usage that was not recorded', async () => {
    const body = { model: 'first', messages, stream: true, stream_options: { include_usage: true } }
    const chunks = readChunks((await createServer(jsonLines).ask(body)).text)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 2, total_tokens: 2 } })
  })
})

describe('a replayed completion', () => {
  it('is the whole text', async () => {
    const server = createServer(jsonLines, JSON.stringify(stream))
    const second = JSON.parse((await server.ask({ model: 'second', messages })).text)
    expect(second).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: qwenText }, finish_reason: 'length' }],
    })
    const recorded = JSON.parse((await server.ask({ model: 'recorded', messages })).text)
    expect(recorded).toMatchObject({ choices: [{ message: { content: 'Hello' }, finish_reason: 'length' }] })
    expect(recorded.usage).toEqual({ prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 })
  })

  it('is chosen by the model that was recorded, in turn', async () => {
    const other = { id: 'other', model: 'some-model', text: 'Other.' }
    const server = createServer(JSON.stringify(stream), JSON.stringify(other), jsonLines)
    const contents: string[] = []
    for (let turn = 0; turn < 3; turn += 1) {
      contents.push(JSON.parse((await server.ask({ model: 'some-model', messages })).text).choices[0].message.content)
    }
    expect(contents).toEqual(['Hello', 'Other.', 'Hello'])
  })

  it('takes turns for a model that is no recording', async () => {
    const server = createServer(jsonLines)
    const contents: string[] = []
    for (let turn = 0; turn < 3; turn += 1) {
      const { text } = await server.ask({ model: 'any', messages })
      contents.push(JSON.parse(text).choices[0].message.content)
    }
    expect(contents).toEqual(['One two.', qwenText, 'One two.'])
  })
})

describe('what a vLLM server without a tool parser refuses', () => {
  const call = (args: unknown): object => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: args } }],
  })
  const cases: [what: string, body: object, message: string | RegExp][] = [
    ['tools', { messages, tools }, vllmRefusal],
    ['tool_choice auto', { messages, tools, tool_choice: 'auto' }, vllmRefusal],
    [
      'tool_choice required',
      { messages, tools, tool_choice: 'required' },
      /required.* requires --tool-call-parser to be set/,
    ],
    [
      'a function',
      { messages, tools, tool_choice: { type: 'function', function: { name: 'f' } } },
      /"f" requires --tool-call-parser/,
    ],
    ['tool_choice without tools', { messages, tool_choice: 'required' }, /`tools` must be set/],
    ['stream_options without stream', { messages, stream_options: { include_usage: true } }, /stream=True/],
    ['broken arguments in the history', { messages: [...messages, call('{"a": "b')] }, /./],
    ['arguments in the history that are no object', { messages: [call('7')] }, /mapping/],
    ['no messages', {}, /messages/],
  ]

  it.each(cases)('%s', async (_what, body, message) => {
    const { status, text } = await createServer(jsonLines).ask(body)
    const { error } = JSON.parse(text) as { error: { message: string } }
    expect(status).toBe(400)
    expect(error).toMatchObject({ type: 'BadRequestError', param: null, code: 400 })
    if (typeof message === 'string') expect(error.message).toBe(message)
    else expect(error.message).toMatch(message)
  })

  it('a body that is no JSON', async () => {
    expect((await createServer(jsonLines).ask('{')).status).toBe(400)
  })

  it.each([
    ['tool_choice none', { messages, tools, tool_choice: 'none' }],
    ['tool_choice null', { messages, tools, tool_choice: null }],
    ['empty arguments', { messages: [...messages, call('')] }],
    ['arguments as JSON', { messages: [...messages, call('{"a": 1}')] }],
  ])('but takes %s', async (_what, body) => {
    expect((await createServer(jsonLines).ask(body)).status).toBe(200)
  })
})

describe('tooldelta replay', () => {
  it('serves a file until it is stopped', async () => {
    const file = folder.write('answers.jsonl', `${jsonLines}\n`)
    const command = startCommand(['replay', file, '--port', '0', '--delay', '1'])
    const [, url] = await command.waitFor(/2 recordings on (\S+)\/v1/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    const models = (await (await fetch(`${url}/v1/models`)).json()) as { object: string; data: { id: string }[] }
    expect(models.object).toBe('list')
    expect(models.data.map(({ id }) => id)).toEqual(expect.arrayContaining(['first', 'second']))
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'first', messages, stream: true }),
    })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(readChunks(await response.text())).toHaveLength(3)
    command.kill('SIGTERM')
    expect((await command.ended).code).toBe(0)
  })

  it('plays only the recording of --id', async () => {
    const file = folder.write('some.jsonl', jsonLines)
    const command = startCommand(['replay', file, '--port', '0', '--id', 'second'])
    await command.waitFor(/1 recording on/)
    command.kill('SIGINT')
    expect((await command.ended).code).toBe(0)
    const { code, stderr } = await runCommand(['replay', file, '--port', '0', '--id', 'third'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: .*'third'.*first, second.*\n$/)
  })

  const faults: [what: string, content: string, message: RegExp][] = [
    ['a line that is no JSON', `${jsonLines}\n{"id": }`, /line 3/],
    ['a line that is no recording', `${jsonLines}\n{"id": "x"}`, /line 3.*text/],
    ['a line that is no object', `${jsonLines}\n7`, /line 3/],
    ['chunks that are not the text', '{"id": "x", "text": "abc", "chunks": ["a", "b"]}', /chunks.*text/],
    ['an empty file', '', /no recordings|empty/],
  ]
  it.each(faults)('refuses %s', async (what, content, message) => {
    const file = folder.write(`${what.replaceAll(' ', '-')}.jsonl`, content)
    const { code, stderr } = await runCommand(['replay', file, '--port', '0'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })

  it.each(['70000', '-1', 'x', '80.5'])('refuses the port %s', async (port) => {
    const { code, stderr } = await runCommand(['replay', folder.write('one.jsonl', jsonLines), `--port=${port}`])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: .*port.*whole number.*65535.*\n$/)
  })
})
