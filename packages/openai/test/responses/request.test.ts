import { describe, expect, it } from 'vitest'
import { InvalidRequestError, prepareRequest, responsesWire, type ChatCompletionRequest } from '../../src/index.ts'

const toChat = (body: object): ChatCompletionRequest =>
  responsesWire.toChatRequest({ model: 'm', input: 'Hi', ...body }).request
const messagesOf = (input: unknown): unknown => toChat({ input }).messages

/** What is wrong with a request. */
function refusal(body: object): InvalidRequestError {
  try {
    toChat(body)
  } catch (error) {
    if (error instanceof InvalidRequestError) return error
    throw error
  }
  throw new Error('the request was taken')
}

describe('the input of a response', () => {
  it('is a text of the user', () => {
    expect(toChat({ instructions: 'Be brief.' }).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ])
  })

  it('has one turn of the model for thoughts, texts and calls that follow one another', () => {
    const input = [
      { role: 'user', content: [{ type: 'input_text', text: 'a' }] },
      { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'b', annotations: [] }] },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"n": 9007199254740993}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'patch', input: 'x\n"y"' },
      { type: 'function_call_output', call_id: 'c1', output: 'r1' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'r2' }] },
      { type: 'function_call', call_id: 'c3', name: 'f', namespace: 'mcp__git__', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c3', output: { content: 'r3', success: false } },
    ]
    const call = (id: string, name: string, text: string): object => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    })
    expect(messagesOf(input)).toEqual([
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        content: 'b',
        reasoning_content: 'Hm',
        tool_calls: [call('c1', 'f', '{"n": 9007199254740993}'), call('c2', 'patch', '{"input":"x\\n\\"y\\""}')],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'r1' },
      { role: 'tool', tool_call_id: 'c2', content: 'r2' },
      { role: 'assistant', content: null, tool_calls: [call('c3', 'mcp__git__f', '{}')] },
      { role: 'tool', tool_call_id: 'c3', content: 'r3' },
    ])
  })

  it('may have images, also in results', () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'low' }
    const part = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } }
    const input = [
      { role: 'user', content: [{ type: 'input_text', text: 'What is it?' }, image] },
      { type: 'function_call_output', call_id: 'c', output: [image] },
    ]
    expect(messagesOf(input)).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'What is it?' }, part] },
      { role: 'tool', tool_call_id: 'c', content: [part] },
    ])
  })

  it('leaves out what tools of other servers did, and says so', () => {
    const input = [
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { role: 'user', content: 'Hi' },
    ]
    const { request, warnings } = responsesWire.toChatRequest({ input })
    expect(request.messages).toEqual([{ role: 'user', content: 'Hi' }])
    expect(warnings).toEqual([expect.stringMatching(/^input\.0: web_search_call/)])
  })

  it.each([
    [{ input: undefined }, 'input'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input.0'],
    [{ input: [{ type: 'computer_call_output' }] }, 'input.0'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] }, 'input.0.content.0'],
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ background: true }, 'background'],
    [{ tools: [{ type: 'local_shell' }] }, 'tools.0'],
    [{ tools: [{ type: 'function' }] }, 'tools.0.name'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ tools: [{ type: 'function', name: 'f' }], tool_choice: { type: 'web_search_preview' } }, 'tool_choice'],
  ])('%j is refused with its field', (body, param) => {
    const { status, body: sent } = refusal(body)
    expect([status, sent.error.param]).toEqual([400, param])
    expect(sent.error.message).toMatch(/^[\w.]+: .{20,}/)
  })
})

describe('the tools of a response', () => {
  const tools = [
    { type: 'function', name: 'f', description: 'Does f', parameters: { type: 'object' }, strict: true },
    {
      type: 'custom',
      name: 'patch',
      description: 'Edits.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
    },
    { type: 'web_search', external_web_access: false },
  ]

  it('are functions; a custom tool has one string', () => {
    const { request, warnings } = responsesWire.toChatRequest({ input: 'Hi', tools, parallel_tool_calls: false })
    expect(request.tools).toEqual([
      {
        type: 'function',
        function: { name: 'f', description: 'Does f', parameters: { type: 'object' }, strict: true },
      },
      {
        type: 'function',
        function: {
          name: 'patch',
          description: 'Edits.\n\nThe input must follow this lark grammar:\nstart: "x"',
          parameters: {
            type: 'object',
            properties: { input: { type: 'string', description: 'The input of the tool, as plain text.' } },
            required: ['input'],
            additionalProperties: false,
          },
        },
      },
    ])
    expect(request['parallel_tool_calls']).toBe(false)
    expect(warnings).toEqual([expect.stringMatching(/^tools\.2: web_search/)])
  })

  it.each([
    ['auto', 'auto'],
    ['required', 'required'],
    ['none', 'none'],
    [{ type: 'function', name: 'f' }, 'named'],
    [{ type: 'custom', name: 'patch' }, 'named'],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }] },
      'required',
    ],
  ])('may be chosen as %j', (choice, kind) => {
    const { report } = prepareRequest(toChat({ tools, tool_choice: choice }), { format: 'qwen3_coder' })
    expect(report.toolChoice).toBe(kind)
  })

  it('are none when no allowed one is left', () => {
    const choice = { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] }
    expect(toChat({ tools, tool_choice: choice }).tool_choice).toBe('none')
  })
})

it('the other fields of a response have their names in a chat completion, and unknown ones pass', () => {
  const schema = { type: 'json_schema', name: 'out', schema: { type: 'object' }, strict: true }
  const body = {
    max_output_tokens: 5,
    temperature: 0,
    text: { format: schema, verbosity: 'low' },
    reasoning: { effort: 'xhigh', summary: 'auto' },
    store: false,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'k',
    top_k: 20,
  }
  expect(toChat(body)).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 5,
    temperature: 0,
    response_format: { type: 'json_schema', json_schema: { name: 'out', schema: { type: 'object' }, strict: true } },
    reasoning_effort: 'high',
    top_k: 20,
    stream: true,
    stream_options: { include_usage: true },
  })
})
