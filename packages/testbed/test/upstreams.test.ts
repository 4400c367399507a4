import { afterEach, describe, expect, it } from 'vitest'
import {
  createObedientModel,
  type FakeRequest,
  type FakeUpstream,
  type FakeUpstreamOptions,
  startFakeUpstream,
} from '../src/upstreams/index.ts'

const running: FakeUpstream[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((upstream) => upstream.close()))
})

async function start(options: Partial<FakeUpstreamOptions> & Pick<FakeUpstreamOptions, 'kind'>): Promise<FakeUpstream> {
  const upstream = await startFakeUpstream({ answer: createObedientModel(), ...options })
  running.push(upstream)
  return upstream
}

const user = { role: 'user', content: 'Call write_file with path "a.txt" and content "hi"' }
const writeFile = {
  type: 'function',
  function: {
    name: 'write_file',
    parameters: { type: 'object', properties: { path: { type: 'string' }, content: { type: 'string' } } },
  },
}

function chat(upstream: FakeUpstream, body: object): Promise<Response> {
  return fetch(`${upstream.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'qwen3-coder', messages: [user], ...body }),
  })
}

async function refusal(upstream: FakeUpstream, body: object): Promise<[number, unknown]> {
  const response = await chat(upstream, body)
  const { error, message } = (await response.json()) as { error?: { message: string }; message?: string }
  return [response.status, error?.message ?? message]
}

interface Choice {
  message: { content: string | null; tool_calls?: { function: object }[] | null; [field: string]: unknown }
  finish_reason: string
}

async function complete(upstream: FakeUpstream, body: object): Promise<Choice> {
  const response = await chat(upstream, body)
  const answer = (await response.json()) as { choices?: Choice[] }
  expect(response.status, JSON.stringify(answer)).toBe(200)
  return answer.choices![0]!
}

async function stream(upstream: FakeUpstream, body: object): Promise<string[]> {
  const text = await (await chat(upstream, { ...body, stream: true })).text()
  return text.split('\n\n').filter((event) => event !== '')
}

const rawCall =
  'I do that.\n<tool_call>\n<function=write_file>\n<parameter=path>\na.txt\n</parameter>\n<parameter=content>\nhi\n</parameter>\n</function>\n</tool_call>'
const call = { function: { name: 'write_file', arguments: '{"path":"a.txt","content":"hi"}' } }
const flags = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
const named = { type: 'function', function: { name: 'write_file' } }
const tools = [writeFile]
const parameters = '[{"name": "write_file", "parameters": {"path":"a.txt","content":"hi"}}]'

describe('vLLM without a parser', () => {
  it.each(['vllm-old', 'vllm-new'] as const)('%s refuses auto, and with none gives raw text', async (kind) => {
    const upstream = await start({ kind })
    expect(await refusal(upstream, { tools })).toEqual([400, flags])
    expect(await refusal(upstream, { tools, tool_choice: 'auto' })).toEqual([400, flags])
    for (const choice of ['none', null]) {
      expect((await complete(upstream, { tools, tool_choice: choice })).message.content).toBe(rawCall)
    }
    expect(upstream.chats.at(-1)!.prompt).toContain('<function>\n<name>write_file</name>')
  })

  it('forces calls by JSON in old versions, and refuses to in new ones', async () => {
    const old = await start({ kind: 'vllm-old' })
    const required = await complete(old, { tools, tool_choice: 'required' })
    expect(required).toMatchObject({ finish_reason: 'tool_calls', message: { tool_calls: [call] } })
    const one = await complete(old, { tools, tool_choice: named })
    expect(one).toMatchObject({ finish_reason: 'stop', message: { tool_calls: [call] } })

    const current = await start({ kind: 'vllm-new' })
    expect(await refusal(current, { tools, tool_choice: 'required' })).toEqual([
      400,
      'tool_choice="required" requires --tool-call-parser to be set',
    ])
    expect(await refusal(current, { tools, tool_choice: named })).toEqual([
      400,
      'tool_choice=function "write_file" requires --tool-call-parser to be set',
    ])
  })

  it('refuses what its validators refuse', async () => {
    const upstream = await start({ kind: 'vllm-new' })
    expect(await refusal(upstream, { tools: [] })).toEqual([400, expect.stringContaining('must not be an empty array')])
    expect((await complete(await start({ kind: 'vllm-old' }), { tools: [] })).message.content).toContain('no tools')
    expect(await refusal(upstream, { tool_choice: 'auto' })).toEqual([
      400,
      'When using `tool_choice`, `tools` must be set.',
    ])
    expect(await refusal(upstream, { stream_options: { include_usage: true } })).toEqual([
      400,
      'Stream options can only be defined when `stream=True`.',
    ])
    expect(await refusal(upstream, { continue_final_message: true })).toEqual([
      400,
      'Cannot set both `continue_final_message` and `add_generation_prompt` to True.',
    ])
    expect(await refusal(upstream, { model: 'other' })).toEqual([404, 'The model `other` does not exist.'])
    expect(await refusal(await start({ kind: 'vllm-new', maxModelLength: 5 }), {})).toEqual([
      400,
      expect.stringContaining("This model's maximum context length is 5 tokens."),
    ])
  })

  it('leaves tools out of the prompt with none where it is told to', async () => {
    for (const options of [{ excludesToolsWhenNone: true }, { version: '0.9.1' }, { templateRendersTools: false }]) {
      const upstream = await start({ kind: 'vllm-old', ...options })
      const body = { tools, tool_choice: 'none', model: 'qwen3-coder' }
      expect((await complete(upstream, body)).message.content).toBe('I have no tools for that.')
    }
  })

  it('has errors at the top level before 0.10', async () => {
    const response = await chat(await start({ kind: 'vllm-old', version: '0.9.1' }), { tools })
    expect(await response.json()).toEqual({
      object: 'error',
      message: flags,
      type: 'BadRequestError',
      param: null,
      code: 400,
    })
  })
})

describe('histories', () => {
  const historyOf = (args: unknown): object => ({
    messages: [
      user,
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'write_file', arguments: args } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ],
  })
  const cut = '{"path": "a.txt", "content": "hel'
  const unterminated = 'Unterminated string starting at: line 1 column 30 (char 29)'

  it.each([
    ['vllm-old', cut, 400, unterminated],
    ['vllm-old', '', 400, 'Expecting value: line 1 column 1 (char 0)'],
    ['vllm-old', '{"a": 1}{"b": 2}', 400, 'Extra data: line 1 column 9 (char 8)'],
    ['vllm-old', '[1]', 500, 'Can only get item pairs from a mapping.'],
    ['vllm-old', {}, 400, 'the JSON object must be str, bytes or bytearray, not dict'],
    ['vllm-new', cut, 400, unterminated],
    ['vllm-new', ' ', 400, 'Expecting value: line 1 column 2 (char 1)'],
    ['sglang', cut, 400, unterminated],
    ['sglang', '', 400, 'Expecting value: line 1 column 1 (char 0)'],
    ['llamacpp', cut, 500, expect.stringContaining('Failed to parse tool call arguments as JSON: ')],
  ] as const)('%s refuses %j', async (kind, args, status, message) => {
    expect(await refusal(await start({ kind }), historyOf(args))).toEqual([status, message])
  })

  it('are taken where the version guards them', async () => {
    const told = 'The tool said: ok'
    const current = await start({ kind: 'vllm-new' })
    for (const args of ['', null, { path: 'a' }, '{"path": "a"}']) {
      expect((await complete(current, historyOf(args))).message.content).toBe(told)
    }
    const newest = await start({ kind: 'vllm-new', version: '0.32.0' })
    expect((await complete(newest, historyOf(cut))).message.content).toBe(told)
    // The model no longer sees what it wrote.
    expect(newest.chats[0]!.prompt).toContain('<function=write_file>\n</function>')
  })

  it('with a second system message are refused by templates that want it first', async () => {
    const messages = [{ role: 'system', content: 'a' }, user, { role: 'system', content: 'b' }, user]
    const upstream = await start({ kind: 'vllm-new', systemFirst: true })
    expect(await refusal(upstream, { messages })).toEqual([400, 'System message must be at the beginning.'])
    expect((await chat(await start({ kind: 'vllm-new' }), { messages })).status).toBe(200)
  })
})

describe('SGLang', () => {
  it('takes auto without a parser, drops tools with none, and gives JSON as text when it is forced', async () => {
    const upstream = await start({ kind: 'sglang' })
    expect((await complete(upstream, { tools })).message.content).toBe(rawCall)
    // Bare functions reach the template.
    expect(upstream.chats[0]!.prompt).toContain('<name>write_file</name>')
    expect((await complete(upstream, { tools, tool_choice: 'none' })).message.content).toContain('no tools')
    expect((await complete(upstream, { tools, tool_choice: 'required' })).message.content).toBe(parameters)
    const parsed = await start({ kind: 'sglang', toolParser: true })
    expect(await complete(parsed, { tools })).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [call] },
    })
  })

  it('tells its settings', async () => {
    const { url } = await start({ kind: 'sglang', toolParser: true })
    const info = await (await fetch(`${url}/get_server_info`)).json()
    expect(info).toMatchObject({ tool_call_parser: 'qwen3_coder', version: expect.stringMatching(/^0\./) })
  })
})

describe('llama.cpp', () => {
  it('parses with auto, and with none gives raw text with the tools in the prompt', async () => {
    const upstream = await start({ kind: 'llamacpp' })
    expect((await complete(upstream, { tools })).message.tool_calls).toMatchObject([call])
    expect((await complete(upstream, { tools, tool_choice: 'none' })).message.content).toBe(rawCall)
    // An object is not read as a choice.
    expect((await complete(upstream, { tools, tool_choice: named })).message.tool_calls).toMatchObject([call])
    expect(await refusal(upstream, { tools, tool_choice: 'always' })).toEqual([400, 'Invalid tool_choice: always'])
  })

  it('needs --jinja for tools, and drops them without a word where the template has none', async () => {
    expect(await refusal(await start({ kind: 'llamacpp', jinja: false }), { tools })).toEqual([
      500,
      'tools param requires --jinja flag',
    ])
    const dropping = await start({ kind: 'llamacpp', templateRendersTools: false })
    expect((await complete(dropping, { tools })).message.content).toContain('no tools')
  })

  it('continues a last message of the assistant', async () => {
    const upstream = await start({ kind: 'llamacpp' })
    const messages = [user, { role: 'assistant', content: '<tool_call>\n<function=' }]
    const answer = await complete(upstream, { tools, tool_choice: 'none', messages })
    expect(answer.message.content).toBe(rawCall.slice(rawCall.indexOf('write_file')))
    const thinking = await start({ kind: 'llamacpp', thinking: 'switch' })
    expect(await refusal(thinking, { messages })).toEqual([
      400,
      'Assistant response prefill is incompatible with enable_thinking.',
    ])
  })

  it('shows its template, and renders on request', async () => {
    const { url } = await start({ kind: 'llamacpp' })
    expect(await (await fetch(`${url}/props`)).json()).toMatchObject({ build_info: expect.stringMatching(/^b\d+/) })
    const init = { method: 'POST', body: JSON.stringify({ messages: [user], tools }) }
    const { prompt } = (await (await fetch(`${url}/apply-template`, init)).json()) as { prompt: string }
    expect(prompt).toContain('write_file')
    expect(prompt.endsWith('<|im_start|>assistant\n')).toBe(true)
  })
})

describe('streams', () => {
  const ask = { messages: [{ role: 'user', content: 'Hello' }], stream_options: { include_usage: true } }

  it("of vLLM: the role alone, the last text with the finish, usage last, with each version's own fields", async () => {
    for (const [kind, more] of [
      ['vllm-old', {}],
      ['vllm-new', { token_ids: null }],
    ] as const) {
      const events = await stream(await start({ kind }), ask)
      const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as { choices: object[] })
      expect(events.at(-1)).toBe('data: [DONE]')
      expect(chunks[0]!.choices).toEqual([
        { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null, ...more },
      ])
      expect(chunks.at(-2)!.choices).toEqual([
        { index: 0, delta: { content: '.' }, logprobs: null, finish_reason: 'stop', stop_reason: null, ...more },
      ])
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number) } })
    }
  })

  it('of SGLang: every field as null, and a finish of its own with matched_stop', async () => {
    const events = await stream(await start({ kind: 'sglang', keepAliveEvery: 2 }), ask)
    expect(events).toContain(': keep-alive')
    const chunks = events
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice(6)) as { choices: object[]; usage: unknown })
    expect(chunks[1]).toMatchObject({
      choices: [
        {
          delta: { role: null, content: 'I', reasoning_content: null, tool_calls: null },
          logprobs: null,
          finish_reason: null,
          matched_stop: null,
        },
      ],
      usage: null,
    })
    expect(chunks.at(-2)!.choices).toMatchObject([
      { delta: { content: null }, finish_reason: 'stop', matched_stop: 151_645 },
    ])
  })

  it('of llama.cpp: content null with the role, the finish alone, timings with the usage', async () => {
    const events = await stream(await start({ kind: 'llamacpp' }), ask)
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as { choices: object[] })
    expect(chunks[0]!.choices).toEqual([{ finish_reason: null, index: 0, delta: { role: 'assistant', content: null } }])
    expect(chunks.at(-2)!.choices).toEqual([{ finish_reason: 'stop', index: 0, delta: {} }])
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: {}, timings: {} })
  })

  it.each([
    ['vllm-old', 'reasoning_content'],
    ['vllm-new', 'reasoning'],
    ['sglang', 'reasoning_content'],
  ] as const)('of %s carry thoughts as %s', async (kind, field) => {
    for (const thinking of ['open', 'switch'] as const) {
      const answer = createObedientModel({ thought: 'Let me see.' })
      const upstream = await start({ kind, thinking, reasoningParser: true, answer })
      const { message } = await complete(upstream, ask.messages && { messages: ask.messages })
      expect(message).toMatchObject({ [field]: 'Let me see.', content: 'I have no tools for that.' })
      const events = (await stream(upstream, ask)).join('\n')
      expect(events).toContain(`"${field}":"Let`)
      expect(events).not.toContain('<think>')
    }
  })

  it('begin inside a thought where the template opens it', async () => {
    const upstream = await start({
      kind: 'vllm-new',
      thinking: 'open',
      answer: createObedientModel({ thought: 'Let me see.' }),
    })
    const { message } = await complete(upstream, {})
    expect(message.content).toMatch(/^Let me see\.\n<\/think>/)
  })

  it('of vLLM say tool_calls even for a call that was cut off', async () => {
    const upstream = await start({ kind: 'vllm-new', toolParser: true })
    const { finish_reason: finish, message } = await complete(upstream, { tools, max_tokens: 22 })
    expect(finish).toBe('tool_calls')
    expect((message.tool_calls![0] as typeof call).function.arguments).not.toContain('}')
    const sglang = await start({ kind: 'sglang', toolParser: true })
    expect((await complete(sglang, { tools, max_tokens: 22 })).finish_reason).toBe('length')
  })

  it('lose special tokens unless told otherwise', async () => {
    const options = { answer: () => '<|tool_call|>x<|im_end|>', specialTokens: ['<|tool_call|>', '<|im_end|>'] }
    const upstream = await start({ kind: 'vllm-new', ...options })
    expect((await complete(upstream, {})).message.content).toBe('x')
    expect((await complete(upstream, { skip_special_tokens: false })).message.content).toBe('<|tool_call|>x<|im_end|>')
    const llamaCpp = await start({ kind: 'llamacpp', ...options })
    expect((await complete(llamaCpp, { skip_special_tokens: false })).message.content).toBe('x')
  })

  it('end at a stop string, which stays in the text when it is asked for', async () => {
    const upstream = await start({ kind: 'vllm-new', answer: () => 'one two three' })
    expect((await complete(upstream, { stop: ['two'] })).message.content).toBe('one ')
    const answer = await complete(upstream, { stop: 'two', include_stop_str_in_output: true })
    expect(answer).toMatchObject({ stop_reason: 'two', message: { content: 'one two' } })
  })

  it('are counted while they are open, and when their client leaves', async () => {
    const upstream = await start({ kind: 'vllm-new', answer: () => ({ text: 'a b c d', hangAfter: 2 }) })
    const client = new AbortController()
    const response = await fetch(`${upstream.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'qwen3-coder', messages: [user], stream: true }),
      signal: client.signal,
    })
    await response.body!.getReader().read()
    expect([upstream.openStreams, upstream.abortedStreams]).toEqual([1, 0])
    client.abort()
    await upstream.waitForAbort()
    expect([upstream.openStreams, upstream.abortedStreams]).toEqual([0, 1])
  })

  it('tell an error in the middle as their server does', async () => {
    const answer = (): { text: string; errorAfter: number } => ({ text: 'a b c d', errorAfter: 2 })
    for (const kind of ['vllm-new', 'sglang', 'llamacpp'] as const) {
      const events = await stream(await start({ kind, answer }), {})
      expect(JSON.parse(events.at(-2)!.slice(6))).toMatchObject({ error: { message: 'CUDA out of memory' } })
      expect(events.at(-1)).toBe('data: [DONE]')
    }
  })
})

describe('every kind', () => {
  it.each(['vllm-old', 'vllm-new', 'sglang', 'llamacpp'] as const)('%s counts the prompt it renders', async (kind) => {
    const upstream = await start({ kind })
    const count = async (body: object): Promise<number> => {
      const response = await chat(upstream, { ...body, max_tokens: 1 })
      const { usage } = (await response.json()) as { usage: { prompt_tokens: number } }
      return usage.prompt_tokens
    }
    const choice = kind === 'sglang' ? 'auto' : 'none'
    expect(await count({ tools, tool_choice: choice })).toBeGreaterThan((await count({})) + 20)
  })

  it.each(['vllm-old', 'vllm-new', 'sglang', 'llamacpp'] as const)(
    '%s lists its model and asks for its key',
    async (kind) => {
      const { url } = await start({ kind, key: 'secret', model: 'coder' })
      expect((await fetch(`${url}/v1/models`)).status).toBe(401)
      expect((await fetch(`${url}/health`)).status).toBe(200)
      const response = await fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer secret' } })
      const { data } = (await response.json()) as { data: { id: string; owned_by: string }[] }
      expect(data).toMatchObject([{ id: 'coder', owned_by: kind.startsWith('vllm') ? 'vllm' : kind }])
      expect((await fetch(`${url}/nothing`, { headers: { authorization: 'Bearer secret' } })).status).toBe(404)
    },
  )

  it('is not ready while it loads', async () => {
    const upstream = await start({ kind: 'vllm-new', isLoading: true })
    expect((await chat(upstream, {})).status).toBe(503)
    upstream.setLoading(false)
    expect((await chat(upstream, {} satisfies Partial<FakeRequest>)).status).toBe(200)
  })
})
