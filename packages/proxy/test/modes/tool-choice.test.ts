import { createObedientModel, toTokens } from '@tooldelta/testbed/upstreams'
import { describe, expect, it } from 'vitest'
import { called, kinds, openProxy, tools } from './open-proxy.ts'

const chat = [{ role: 'user', content: 'Good morning!' }]
const named = { type: 'function', function: { name: 'read_file' } }
const allowed = {
  type: 'allowed_tools',
  allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'read_file' } }] },
}

describe.each(['template', 'prompt'] as const)('tool_choice in mode %s', (mode) => {
  it.each(kinds)('%s: auto leaves the choice to the model', async (kind) => {
    const proxy = await openProxy({ kind }, { mode })
    const answer = await proxy.stream({ tools, tool_choice: 'auto', messages: chat })
    expect(answer).toMatchObject({ content: 'I have tools. What shall I do?', calls: [], finishReason: 'stop' })
  })

  it.each(kinds)('%s: none hides the tools, or keeps them and reads nothing', async (kind) => {
    const hidden = await openProxy({ kind }, { mode })
    expect((await hidden.read({ tools, tool_choice: 'none' })).content).toBe('I have no tools for that.')
    const kept = await openProxy({ kind }, { mode, toolsWhenNone: 'keep' })
    expect((await kept.read({ tools, tool_choice: 'none' })).calls).toEqual([])
  })

  it.each(kinds)('%s: required gives a call that the model would not have made', async (kind) => {
    for (const toolChoice of ['prefill', 'json'] as const) {
      const proxy = await openProxy({ kind }, { mode, toolChoice })
      const answer = await proxy.stream({ tools, tool_choice: 'required' })
      expect(answer, toolChoice).toMatchObject({ calls: [{ name: 'write_file' }], finishReason: 'tool_calls' })
      expect(JSON.parse(answer.calls[0]!.arguments)).toEqual({ path: 'a.txt', content: 'größe\\n' })
      expect(answer.content).toBe('')
    }
    const proxy = await openProxy({ kind }, { mode })
    expect((await proxy.stream({ tools, tool_choice: 'required', messages: chat })).calls).toHaveLength(1)
  })

  it.each(kinds)('%s: a named tool is the one that is called', async (kind) => {
    const proxy = await openProxy({ kind }, { mode })
    for (const messages of [undefined, chat]) {
      const answer = await proxy.stream({ tools, tool_choice: named, ...(messages && { messages }) })
      expect(answer).toMatchObject({ calls: [{ name: 'read_file' }], finishReason: 'tool_calls' })
    }
  })

  it.each(kinds)('%s: required and named behind a thought', async (kind) => {
    const answer = createObedientModel({ thought: 'Hm.' })
    for (const thinking of ['open', 'switch'] as const) {
      const parser = { reasoning: thinking === 'open' ? ('open' as const) : ('tags' as const) }
      const proxy = await openProxy({ kind, answer, thinking }, { mode, parser })
      for (const choice of ['required', named]) {
        if (kind === 'llamacpp' && thinking === 'open') continue
        const { calls } = await proxy.stream({ tools, tool_choice: choice, messages: chat })
        expect(calls, `${thinking} ${JSON.stringify(choice)}`).toHaveLength(1)
      }
    }
  })

  it.each(kinds)('%s: allowed_tools hides the others', async (kind) => {
    const proxy = await openProxy({ kind }, { mode })
    const answer = await proxy.stream({ tools, tool_choice: allowed })
    expect(answer.calls).toEqual([])
    expect(proxy.lastPrompt()).not.toContain('write_file</name>')
    expect(proxy.lastPrompt()).toContain('read_file</name>')
  })

  it.each(kinds)('%s: parallel_tool_calls false ends with the first call, and the upstream stops', async (kind) => {
    const content = 'Call read_file with path "a". Call write_file with path "b".'
    const model = createObedientModel()
    const proxy = await openProxy(
      {
        kind,
        // It would go on for ever.
        answer: (prompt, request) => {
          const pieces = toTokens(`${String(model(prompt, request))} and so on`)
          return { text: '', pieces, hangAfter: pieces.length - 1 }
        },
      },
      { mode },
    )
    const body = { tools, parallel_tool_calls: false, messages: [{ role: 'user', content }] }
    const answer = await proxy.stream(body)
    expect(answer).toMatchObject({
      calls: [{ name: 'read_file', arguments: '{"path":"a"}' }],
      finishReason: 'tool_calls',
    })
    await proxy.upstream.waitForAbort()
    expect(proxy.upstream.openStreams).toBe(0)
  })
})

describe('a required call that does not come', () => {
  it('is an honest error', async () => {
    const lazy = { kind: 'vllm-new', answer: createObedientModel({ isLazy: true }) } as const
    const proxy = await openProxy(lazy, { mode: 'template', toolChoice: 'instruction' })
    const response = await proxy.request({ tools, tool_choice: 'required' })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('call') } })
  })

  it('is asked for once more where the settings say so', async () => {
    const model = createObedientModel()
    let asked = 0
    const proxy = await openProxy(
      {
        kind: 'vllm-new',
        answer: (prompt, request) => ((asked += 1) === 1 ? 'I would rather not.' : String(model(prompt, request))),
      },
      { mode: 'template', toolChoice: 'instruction', requiredRetries: 1 },
    )
    const { calls } = await proxy.stream({ tools, tool_choice: 'required' })
    expect([asked, calls]).toMatchObject([2, [{ name: 'write_file' }]])
  })
})

describe('structural tags', () => {
  it('reach vLLM in its own words', async () => {
    const proxy = await openProxy({ kind: 'vllm-new' }, { mode: 'template', toolChoice: 'structural_tag' })
    const answer = await proxy.stream({ tools, tool_choice: 'required' })
    expect(answer).toMatchObject({ calls: called.calls, finishReason: 'tool_calls' })
    expect(proxy.upstream.chats[0]!.body!.response_format).toMatchObject({ type: 'structural_tag', format: {} })
  })
})
