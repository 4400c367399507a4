import { describe, expect, it } from 'vitest'
import { InvalidRequestError, messagesWire, prepareRequest, type ChatCompletionRequest } from '../../src/index.ts'

const hi = [{ role: 'user', content: 'Hi' }]
const toChat = (body: object): ChatCompletionRequest =>
  messagesWire.toChatRequest({ model: 'm', messages: hi, ...body }).request

describe('the messages', () => {
  it('of a tool loop become turns, calls and results', () => {
    const messages = [
      ...hi,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm', signature: '' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 't1', name: 'f', input: { a: 'x' } },
          { type: 'tool_use', id: 't2', name: 'g', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 't1',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
          { type: 'tool_result', tool_use_id: 't2', content: 'no such file', is_error: true },
          { type: 'text', text: 'Go on.', cache_control: { type: 'ephemeral' } },
        ],
      },
    ]
    const call = (id: string, name: string, text: string): object => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    })
    expect(toChat({ messages }).messages).toEqual([
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: 'I look.',
        reasoning_content: 'Hm',
        tool_calls: [call('t1', 'f', '{"a":"x"}'), call('t2', 'g', '{}')],
      },
      {
        role: 'tool',
        tool_call_id: 't1',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'tool', tool_call_id: 't2', content: 'Error: no such file' },
      { role: 'user', content: 'Go on.' },
    ])
  })

  it('may have images and documents, also in results', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AA' }
    const text = { type: 'text', media_type: 'text/plain', data: 'words' }
    const content = [
      { type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source }] },
      { type: 'image', source: { type: 'url', url: 'https://a.test/b.png' } },
      { type: 'document', title: 'T', source: text },
    ]
    expect(toChat({ messages: [{ role: 'user', content }] }).messages).toEqual([
      {
        role: 'tool',
        tool_call_id: 't',
        content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }],
      },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'https://a.test/b.png' } },
          { type: 'text', text: 'T\nwords' },
        ],
      },
    ])
  })

  it('have the system prompt in front, without the line that is new with every request of Claude Code', () => {
    const billing = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.0; cch=ea6aa;' }
    const system = [billing, { type: 'text', text: 'Be brief.' }, { type: 'text', text: 'Be kind.' }]
    expect(toChat({ system }).messages).toEqual([{ role: 'system', content: 'Be brief.\nBe kind.' }, ...hi])
    expect(toChat({ system: `${billing.text}\nBe brief.` }).messages).toEqual(toChat({ system: 'Be brief.' }).messages)
  })

  it('that end with the assistant are gone on with', () => {
    const messages = [...hi, { role: 'assistant', content: 'The answer is' }]
    expect(toChat({ messages })).toMatchObject({ continue_final_message: true, add_generation_prompt: false })
    expect(toChat({})).not.toHaveProperty('continue_final_message')
  })
})

it.each([
  [{ type: 'auto' }, 'auto'],
  [{ type: 'any' }, 'required'],
  [{ type: 'tool', name: 'f' }, 'named'],
  [{ type: 'none' }, 'none'],
])('tool_choice may be %j', (choice, kind) => {
  const tools = [{ name: 'f', description: 'Does f', input_schema: { type: 'object' } }]
  const request = toChat({ tools, tool_choice: { ...choice, disable_parallel_tool_use: true } })
  expect(request.tools).toEqual([
    { type: 'function', function: { name: 'f', description: 'Does f', parameters: { type: 'object' } } },
  ])
  expect(request['parallel_tool_calls']).toBe(false)
  expect(prepareRequest(request, { format: 'qwen3_coder' }).report.toolChoice).toBe(kind)
})

it('the other fields have their names in a chat completion, and unknown ones pass', () => {
  const body = {
    max_tokens: 5,
    stop_sequences: ['END'],
    top_k: 20,
    metadata: { user_id: 'u' },
    thinking: { type: 'enabled', budget_tokens: 1024 },
    output_config: { effort: 'max', format: { type: 'json_schema', schema: { type: 'object' } } },
    service_tier: 'auto',
    min_p: 0.1,
  }
  expect(toChat(body)).toEqual({
    model: 'm',
    messages: hi,
    max_tokens: 5,
    stop: ['END'],
    top_k: 20,
    user: 'u',
    reasoning_effort: 'high',
    response_format: { type: 'json_schema', json_schema: { name: 'output', schema: { type: 'object' }, strict: true } },
    min_p: 0.1,
    stream: true,
    stream_options: { include_usage: true },
  })
})

it('leaves out tools that Anthropic runs, and says so', () => {
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
  const { request, warnings } = messagesWire.toChatRequest({ messages: hi, tools })
  expect(request).not.toHaveProperty('tools')
  expect(warnings).toEqual([expect.stringMatching(/^tools\.0: web_search_20250305/)])
})

it.each([
  [{ messages: 'Hi' }, 'messages'],
  [{ messages: [{ role: 'user', content: [{ type: 'video' }] }] }, 'messages.0.content.0'],
  [
    { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
    'messages.0.content.0.source',
  ],
  [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools.0'],
  [{ tools: [{ name: 'f' }] }, 'tools.0.input_schema'],
  [{ tool_choice: { type: 'any' } }, 'tool_choice'],
  [{ mcp_servers: [{ url: 'https://a.test' }] }, 'mcp_servers'],
  [{ thread: { type: 'create' } }, 'thread'],
])('%j is refused with its field', (body, param) => {
  expect(() => toChat(body)).toThrow(InvalidRequestError)
  try {
    toChat(body)
  } catch (error) {
    const { status, body: sent } = error as InvalidRequestError
    expect([status, sent.error.param]).toEqual([400, param])
    expect(messagesWire.errorBody(status, sent.error)).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: sent.error.message },
    })
  }
})

it('a thread is refused so that the official tool runner sends whole conversations instead', () => {
  try {
    toChat({ thread: { type: 'continue', previous_message_id: 'msg_1' } })
  } catch (error) {
    const { status, body } = error as InvalidRequestError
    expect(messagesWire.errorBody(status, body.error)).toMatchObject({
      error: { details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] } },
    })
  }
  expect.assertions(1)
})
