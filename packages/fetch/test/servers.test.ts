import {
  createObedientModel,
  type FakeModel,
  startFakeUpstream,
  type FakeUpstream,
  type FakeUpstreamKind,
  type FakeUpstreamOptions,
} from '@tooldelta/testbed/upstreams'
import { foldStrictly, readEventData, type FoldedChoice } from '@tooldelta/testbed/wire-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createUpstreamHandler, type UpstreamHandlerOptions } from '../src/index.ts'

const upstreams: FakeUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

const tools = ['read_file', 'list_dir'].map((name) => ({
  type: 'function' as const,
  function: { name, description: name, parameters: { type: 'object', properties: { path: { type: 'string' } } } },
}))
const named = { type: 'function', function: { name: 'list_dir' } }
const call = (text: string): object => ({
  role: 'assistant',
  content: ' ',
  tool_calls: [{ id: 'a', type: 'function', function: { name: 'read_file', arguments: text } }],
})

const servers: [FakeUpstreamKind, UpstreamHandlerOptions['profile']][] = [
  ['vllm-old', 'vllm'],
  ['vllm-new', 'vllm'],
  ['sglang', 'sglang'],
  ['llamacpp', 'llamacpp'],
]

async function open(
  kind: FakeUpstreamKind,
  options: Partial<UpstreamHandlerOptions>,
  upstreamOptions: Partial<FakeUpstreamOptions> = {},
) {
  const upstream = await startFakeUpstream({ kind, answer: createObedientModel(), ...upstreamOptions })
  upstreams.push(upstream)
  const handle = createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder', ...options })
  return async (messages: object[], more: object = {}) => {
    const body = JSON.stringify({ model: 'qwen3-coder', messages, tools, stream: true, ...more })
    const response = await handle(new Request('http://proxy/v1/chat/completions', { method: 'POST', body }))
    const text = await response.text()
    expect(response.status, text).toBe(200)
    return text
  }
}

/** An answer that tooldelta has written. */
function fold(text: string): FoldedChoice {
  const { choices, error } = foldStrictly(readEventData(text))
  expect(error).toBeUndefined()
  return choices[0]!
}

/** What a structural tag allows. */
const guided: FakeModel = (_prompt, request) =>
  request.response_format?.['type'] === 'structural_tag'
    ? '<tool_call>\n<function=list_dir>\n</function>\n</tool_call>'
    : 'No.'

const user = { role: 'user', content: 'Call read_file with path "a.txt"' }
const talk = { role: 'user', content: 'Good morning!' }

describe.each(servers)('%s', (kind, profile) => {
  describe.each(['template', 'prompt'] as const)('in mode %s', (mode) => {
    it('calls a tool, and goes on with its result', async () => {
      const ask = await open(kind, { profile, mode })
      expect(fold(await ask([user])).calls).toMatchObject([{ name: 'read_file', arguments: '{"path":"a.txt"}' }])
      const result = { role: 'tool', tool_call_id: 'a', content: 'Hello.' }
      expect(fold(await ask([user, call('{"path": "a.txt"}'), result])).content).toContain('Hello.')
    })

    it('survives a history that no server takes', async () => {
      const ask = await open(kind, { profile, mode })
      for (const text of ['{"path": "a', '', ' ', '[1]', '{"path":"a"}{"path":"b"}']) {
        for (const more of [{}, { tools: undefined }, { tool_choice: 'none' }])
          expect(await ask([user, call(text), talk], more)).toContain('"content"')
      }
    })

    it.each(['required', named])('calls a tool when it must: %j', async (choice) => {
      const ask = await open(kind, { profile, mode })
      const { calls, finishReason } = fold(await ask([talk], { tool_choice: choice }))
      expect(finishReason).toBe('tool_calls')
      expect(calls).toHaveLength(1)
      if (choice !== 'required') expect(calls[0]!.name).toBe('list_dir')
    })

    it('calls none when it must not', async () => {
      for (const toolsWhenNone of ['drop', 'keep'] as const) {
        const ask = await open(kind, { profile, mode, toolsWhenNone })
        const text = await ask([user], { tool_choice: 'none' })
        expect(text).not.toContain('"tool_calls":[')
      }
    })
  })

  it('calls a tool as plain JSON', async () => {
    const ask = await open(kind, { profile, toolChoice: 'json' })
    for (const choice of ['required', { type: 'function', function: { name: 'read_file' } }]) {
      const { calls } = fold(await ask([user], { tool_choice: choice }))
      expect(calls).toMatchObject([{ name: 'read_file' }])
      expect(JSON.parse(calls[0]!.arguments)).toEqual({ path: 'a.txt' })
    }
    const [first] = upstreams.at(-1)!.chats
    expect(first!.body!.structured_outputs ?? first!.body!.response_format).toBeDefined()
  })

  it('calls a tool where its template opens a thought', async () => {
    const thinking = { answer: createObedientModel({ thought: 'Hm.' }), thinking: 'open' as const }
    const ask = await open(kind, { profile, reasoning: 'open' }, thinking)
    expect(fold(await ask([user])).calls).toHaveLength(1)
    expect(fold(await ask([talk], { tool_choice: named })).calls).toMatchObject([{ name: 'list_dir' }])
  })
})

it('vllm-new calls a tool by a structural tag', async () => {
  const ask = await open('vllm-new', { toolChoice: 'structural_tag' }, { answer: guided })
  for (const choice of ['required', named]) {
    expect(fold(await ask([talk], { tool_choice: choice })).calls).toMatchObject([{ name: 'list_dir' }])
  }
})
