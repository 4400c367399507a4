import { type EditorMessage, readContinueStream } from '@tooldelta/testbed'
import {
  createObedientModel,
  type FakeUpstream,
  type FakeUpstreamKind,
  type FakeUpstreamOptions,
  startFakeUpstream,
} from '@tooldelta/testbed/upstreams'
import { foldStrictly, type FoldedChoice, readEventData } from '@tooldelta/testbed/wire-check'
import { afterEach, expect } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import type { ConfigInput } from '../../src/config/schema.ts'
import { createGateway } from '../../src/gateway/index.ts'

export const kinds = ['vllm-old', 'vllm-new', 'sglang', 'llamacpp'] as const satisfies readonly FakeUpstreamKind[]

const profiles = { 'vllm-old': 'vllm', 'vllm-new': 'vllm', sglang: 'sglang', llamacpp: 'llamacpp' } as const

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** An answer as an editor has it, checked on the way. */
export interface ReadAnswer extends FoldedChoice {
  usage: unknown
}

/** The proxy in front of a fake upstream, both on real sockets. */
export interface OpenProxy {
  upstream: FakeUpstream
  request(body: object): Promise<Response>
  /** A streamed answer, in the strictest shape and as the Continue editor reads it. */
  stream(body: object): Promise<ReadAnswer>
  /** A streamed answer that passes untouched, in its server's shape, as the Continue editor reads it. */
  read(body: object): Promise<EditorMessage>
  /** An answer that is not streamed. */
  whole(body: object): Promise<ReadAnswer>
  /** What the model was given by the last request. */
  lastPrompt(): string
}

type UpstreamOptions = Partial<FakeUpstreamOptions> & Pick<FakeUpstreamOptions, 'kind'>
type ModelInput = Omit<NonNullable<ConfigInput['models']>[number], 'name' | 'upstream' | 'upstreamModel'>

export async function openProxy(options: UpstreamOptions, model: ModelInput = {}): Promise<OpenProxy> {
  const upstream = await startFakeUpstream({ answer: createObedientModel(), ...options })
  const config = readConfig({
    env: {},
    text: JSON.stringify({
      upstreams: [{ name: 'gpu', urls: [upstream.url], profile: profiles[options.kind], retries: 0 }],
      models: [{ name: 'coder', upstream: 'gpu', upstreamModel: 'qwen3-coder', format: 'qwen3_coder', ...model }],
      probe: { enabled: false },
    } satisfies ConfigInput),
  })
  const gateway = await createGateway(config, { logStream: { write: () => true } })
  closing.push(async () => {
    await upstream.close()
    await gateway.app.close()
  })
  const url = await gateway.app.listen({ port: 0, host: '127.0.0.1' })

  const request = (body: object): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'coder', messages: [asks], ...body }),
    })
  return {
    upstream,
    request,
    async stream(body) {
      const response = await request({ ...body, stream: true })
      const text = await response.text()
      expect(response.status, text).toBe(200)
      const { choices, usage, error } = foldStrictly(readEventData(text))
      expect(error).toBeUndefined()
      const choice = choices[0]!
      // The editor reads the very same answer.
      const { content, reasoning, calls } = choice
      expect(readContinueStream(text)).toEqual({ content, reasoning, calls })
      for (const call of calls) JSON.parse(call.arguments)
      return { ...choice, usage }
    },
    async read(body) {
      const response = await request({ ...body, stream: true })
      const text = await response.text()
      expect(response.status, text).toBe(200)
      return readContinueStream(text)
    },
    async whole(body) {
      const response = await request(body)
      const text = await response.text()
      expect(response.status, text).toBe(200)
      const { choices, usage } = JSON.parse(text) as WholeAnswer
      const [{ message, finish_reason: finishReason }] = choices
      const calls = (message.tool_calls ?? []).map(({ id, function: call }) => ({ id, ...call }))
      return { content: message.content ?? '', reasoning: message.reasoning_content ?? '', calls, finishReason, usage }
    },
    lastPrompt: () => upstream.chats.at(-1)!.prompt!,
  }
}

interface WholeAnswer {
  choices: [
    {
      message: {
        content: string | null
        reasoning_content?: string
        tool_calls?: { id: string; function: { name: string; arguments: string } }[]
      }
      finish_reason: string
    },
  ]
  usage: unknown
}

const asks = { role: 'user', content: 'Call write_file with path "a.txt" and content "größe\\n"' }
const text = { type: 'string' }

/** Tools as Continue sends them. */
export const tools = [
  {
    type: 'function',
    function: {
      name: 'write_file',
      description: 'Writes a file',
      parameters: { type: 'object', required: ['path'], properties: { path: text, content: text } },
    },
  },
  {
    type: 'function',
    function: {
      name: 'read_file',
      description: 'Reads a file',
      parameters: { type: 'object', properties: { path: text } },
    },
  },
]

export const writeCall = { name: 'write_file', arguments: '{"path":"a.txt","content":"größe\\\\n"}' }

/** What comes of the question {@link asks}. */
export const called = {
  content: 'I do that.',
  reasoning: '',
  calls: [{ id: expect.stringMatching(/^call_\w{24}$/) as string, ...writeCall }],
  finishReason: 'tool_calls',
}

/** The conversation after a call, with its result. */
export function toHistory(args: unknown, result: unknown = 'saved as v2'): object[] {
  return [
    asks,
    {
      role: 'assistant',
      content: ' ',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'write_file', arguments: args } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: result },
  ]
}
