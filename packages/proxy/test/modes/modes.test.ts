import { createObedientModel } from '@tooldelta/testbed/upstreams'
import { describe, expect, it } from 'vitest'
import { called, kinds, openProxy, toHistory, tools, writeCall } from './open-proxy.ts'

const include = { stream_options: { include_usage: true } }

describe.each(['template', 'prompt'] as const)('mode %s', (mode) => {
  it.each(kinds)('%s without a parser: tools reach the model, its call comes back', async (kind) => {
    const proxy = await openProxy({ kind }, { mode })
    expect(await proxy.stream({ tools, ...include })).toEqual({
      ...called,
      usage: expect.objectContaining({ prompt_tokens: expect.any(Number) }),
    })
    expect(proxy.lastPrompt()).toContain('<function>\n<name>write_file</name>')
    expect(proxy.upstream.chats.at(-1)!.body!.tools === undefined).toBe(mode === 'prompt')
    expect(await proxy.whole({ tools, tool_choice: 'auto' })).toMatchObject(called)
  })

  it.each(kinds)('%s: the call and its result reach the model in the next turn', async (kind) => {
    const proxy = await openProxy({ kind }, { mode })
    const [call] = (await proxy.stream({ tools })).calls
    const turn = await proxy.stream({ tools, messages: toHistory(call!.arguments) })
    expect(turn).toMatchObject({ content: 'The tool said: saved as v2', calls: [], finishReason: 'stop' })
    expect(proxy.lastPrompt()).toMatch(
      /<\|im_start\|>assistant\n+<tool_call>\n<function=write_file>\n<parameter=path>\na\.txt\n<\/parameter>\n<parameter=content>\ngröße\\n\n/,
    )
    expect(proxy.lastPrompt()).toContain('<|im_start|>user\n<tool_response>\nsaved as v2\n</tool_response>')
  })

  it.each(kinds)('%s: two calls', async (kind) => {
    const messages = [{ role: 'user', content: 'Call read_file with path "a". Call write_file with path "b".' }]
    const { calls } = await (await openProxy({ kind }, { mode })).stream({ tools, messages })
    expect(calls.map(({ name, arguments: args }) => [name, args])).toEqual([
      ['read_file', '{"path":"a"}'],
      ['write_file', '{"path":"b"}'],
    ])
  })

  it.each(kinds)('%s: thoughts in tags', async (kind) => {
    const answer = createObedientModel({ thought: 'I write it.' })
    const proxy = await openProxy({ kind, answer }, { mode })
    expect(await proxy.stream({ tools })).toMatchObject({ ...called, reasoning: 'I write it.' })
  })

  it.each(['vllm-new', 'sglang', 'llamacpp'] as const)('%s: thoughts that the template opens', async (kind) => {
    const answer = createObedientModel({ thought: 'I write it.' })
    const proxy = await openProxy({ kind, answer, thinking: 'open' }, { mode, parser: { reasoning: 'open' } })
    expect(await proxy.stream({ tools })).toMatchObject({ ...called, reasoning: 'I write it.' })
  })

  it.each(['vllm-old', 'vllm-new', 'sglang'] as const)('%s: thoughts that the server splits off', async (kind) => {
    const answer = createObedientModel({ thought: 'I write it.' })
    const proxy = await openProxy({ kind, answer, thinking: 'switch', reasoningParser: true }, { mode })
    expect(await proxy.stream({ tools })).toMatchObject({ ...called, reasoning: 'I write it.' })
    expect(await proxy.whole({ tools })).toMatchObject({ calls: called.calls, finishReason: 'tool_calls' })
  })

  it('a call that is cut off ends with length', async () => {
    for (const kind of kinds) {
      const response = await (await openProxy({ kind }, { mode })).request({ tools, max_tokens: 24 })
      const { choices } = (await response.json()) as { choices: { finish_reason: string }[] }
      expect(choices[0]!.finish_reason, kind).toBe('length')
    }
  })

  it('keep-alive comments and an error in the middle come through', async () => {
    for (const kind of ['vllm-new', 'sglang'] as const) {
      const proxy = await openProxy({ kind, keepAliveEvery: 1 }, { mode })
      expect(await proxy.stream({ tools })).toMatchObject(called)
      const failing = await openProxy({ kind, answer: () => ({ text: 'a b c d', errorAfter: 2 }) }, { mode })
      const text = await (await failing.request({ tools, stream: true })).text()
      expect(text).toContain('"message":"CUDA out of memory"')
      expect(text).toMatch(/data: \[DONE\]\n\n$/)
    }
  })
})

describe('mode prompt', () => {
  it('needs nothing of the server: no template with tools, no --jinja', async () => {
    for (const options of [
      { kind: 'vllm-old', version: '0.9.1' },
      { kind: 'vllm-new', templateRendersTools: false },
      { kind: 'sglang', templateRendersTools: false },
      { kind: 'llamacpp', jinja: false },
    ] as const) {
      const proxy = await openProxy(options, { mode: 'prompt' })
      expect(await proxy.stream({ tools })).toMatchObject(called)
      expect(await proxy.stream({ tools, messages: toHistory('{"path":"a"}') })).toMatchObject({
        content: 'The tool said: saved as v2',
      })
    }
  })

  it.each(['qwen3_5', 'qwen3_6', 'qwen3_8'])(
    '%s is a format whose tools are written as its own template does',
    async (format) => {
      const proxy = await openProxy({ kind: 'vllm-new', templateRendersTools: false }, { mode: 'prompt', format })
      expect(await proxy.stream({ tools })).toMatchObject(called)
      expect(proxy.lastPrompt()).toMatch(/<tools>\n\{"type": "function", "function": \{"name": /)
      const coder = await openProxy({ kind: 'vllm-new', templateRendersTools: false }, { mode: 'prompt' })
      await coder.stream({ tools })
      expect(coder.lastPrompt()).toMatch(/<tools>\n<function>\n<name>/)
    },
  )

  it('keeps even a bad parser of the server out', async () => {
    for (const kind of kinds) {
      const proxy = await openProxy({ kind, toolParser: 'mistral' }, { mode: 'prompt' })
      expect(await proxy.stream({ tools })).toMatchObject(called)
    }
  })
})

describe('mode template', () => {
  it.each(kinds)('%s with its own parser gives the same answer', async (kind) => {
    const proxy = await openProxy({ kind, toolParser: true }, { mode: 'template' })
    // SGLang cannot be kept from parsing, and what it has parsed passes as it is.
    const { content, calls } = await (kind === 'sglang' ? proxy.read({ tools }) : proxy.stream({ tools }))
    expect(content).toBe('I do that.')
    expect(calls.map((call) => [call.name, call.arguments])).toEqual([[writeCall.name, writeCall.arguments]])
  })
})

describe('mode passthrough', () => {
  it.each(kinds)('%s with its own parser: its answer comes through byte for byte', async (kind) => {
    const proxy = await openProxy({ kind, toolParser: true }, { mode: 'passthrough' })
    const text = await (await proxy.request({ tools, stream: true })).text()
    expect(text).toMatch(
      kind === 'sglang' ? /"matched_stop":/ : kind === 'llamacpp' ? /"system_fingerprint"/ : /"chatcmpl-tool-/,
    )
    expect(text).toContain('"name":"write_file"')
    expect(proxy.upstream.chats[0]!.body).toMatchObject({ tools, model: 'qwen3-coder' })
    expect(proxy.upstream.chats[0]!.body).not.toHaveProperty('tool_choice')
  })

  it.each(['vllm-old', 'vllm-new'] as const)(
    "%s without a parser: the server's refusal comes through",
    async (kind) => {
      const proxy = await openProxy({ kind }, { mode: 'passthrough' })
      const response = await proxy.request({ tools, stream: true })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: { message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set' },
      })
    },
  )
})

describe('without tools', () => {
  it.each(kinds)('%s: the answer is text in every mode', async (kind) => {
    for (const mode of ['template', 'prompt', 'passthrough'] as const) {
      const proxy = await openProxy({ kind, answer: () => 'Write <tool_call> first.' }, { mode })
      expect((await proxy.whole({})).content).toBe('Write <tool_call> first.')
    }
  })
})
