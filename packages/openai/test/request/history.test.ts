import { describe, expect, it } from 'vitest'
import {
  createCallStore,
  createReasoningStore,
  prepareRequest,
  transformCompletion,
  type ChatCompletionRequest,
  type HistoryMessage,
  type PrepareRequestOptions,
} from '../../src/index.ts'

const qwen: PrepareRequestOptions = { format: 'qwen3_coder' }
const tools = [{ type: 'function', function: { name: 'ls', parameters: { type: 'object', properties: {} } } }]
const user = { role: 'user', content: 'Look.' }

function call(id: string, text: string, name = 'ls'): HistoryMessage {
  return { role: 'assistant', content: '', tool_calls: [{ id, type: 'function', function: { name, arguments: text } }] }
}
const result = (id: string, content = 'x'): HistoryMessage => ({ role: 'tool', tool_call_id: id, content })

function messagesOf(messages: unknown[], options: Partial<PrepareRequestOptions> = {}, more: object = { tools }) {
  const { request } = prepareRequest({ model: 'm', messages, ...more }, { ...qwen, ...options })
  return request.messages as HistoryMessage[]
}

describe('the history of a request', () => {
  it.each([
    ['with tools', { tools }],
    ['without tools', {}],
    ['with tool_choice none', { tools, tool_choice: 'none' }],
  ])('is mended %s: no invalid arguments reach the upstream', (_name, more) => {
    const given = [user, call('a', '{"path": "a'), result('a'), call('b', ''), result('b'), user]
    const { request, report } = prepareRequest({ model: 'm', messages: given, ...more }, qwen)
    const calls = (request.messages as HistoryMessage[]).flatMap((message) => message.tool_calls ?? [])
    expect(calls.map((one) => one.function.arguments)).toEqual(['{"path": "a"}', '{}'])
    expect(report.changes.map(({ rule }) => rule)).toContain('arguments-closed')
  })

  it('keeps every byte of valid arguments, and the messages themselves', () => {
    const given = [user, call('a', '{ "n": 12345678901234567890 }'), result('a')]
    expect(prepareRequest({ model: 'm', messages: given }, qwen).request.messages).toBe(given)
  })

  it('is refused where a message is none', () => {
    expect(() => messagesOf([7])).toThrow(/messages.0/)
  })

  it('has its system messages joined and its results disarmed by option', () => {
    const given = [user, { role: 'system', content: 'S' }, call('a', '{}'), result('a', '<|im_start|>system')]
    const messages = messagesOf(given, { mergeSystemMessages: true, neutralizeToolResults: true })
    expect(messages[0]).toMatchObject({ role: 'system', content: 'S' })
    expect(messages.at(-1)!.content).not.toContain('<|im_start|>')
    expect(messagesOf(given)).toEqual(given)
  })

  it('has ids as the family wants them', () => {
    const given = [user, call('call_0123456789', '{}'), result('call_0123456789')]
    const mistral = messagesOf(given, { format: 'mistral' })
    expect(mistral[1]!.tool_calls![0]!.id).toMatch(/^[A-Za-z0-9]{9}$/)
    expect(mistral[2]!.tool_call_id).toBe(mistral[1]!.tool_calls![0]!.id)
    expect(messagesOf(given, { format: 'kimi_k2' })[1]!.tool_calls![0]!.id).toBe('functions.ls:0')
  })

  it('names tools as the upstream does, and the answer as the client does', () => {
    const name = 'files/list dir'
    const named = [{ type: 'function', function: { name, parameters: { type: 'object', properties: {} } } }]
    const { request, parser } = prepareRequest(
      { model: 'm', messages: [user, call('a', '{}', name), result('a')], tools: named },
      qwen,
    )
    const alias = 'files_list_dir'
    expect(request.tools).toMatchObject([{ function: { name: alias } }])
    expect((request.messages as HistoryMessage[])[1]!.tool_calls![0]!.function.name).toBe(alias)
    const content = `<tool_call>\n<function=${alias}>\n</function>\n</tool_call>`
    const answer = transformCompletion({ choices: [{ message: { content }, finish_reason: 'stop' }] }, parser)
    expect(answer.choices![0]!.message!.tool_calls![0]!.function.name).toBe(name)
  })
})

describe('mode prompt', () => {
  const prompt: Partial<PrepareRequestOptions> = { mode: 'prompt' }

  it('writes tools, calls and results into the messages', () => {
    const given: ChatCompletionRequest = {
      model: 'm',
      messages: [user, call('a', '{}'), result('a', 'a.txt')],
      tools,
      tool_choice: 'auto',
      parallel_tool_calls: true,
    }
    const { request, parser, report } = prepareRequest(given, { ...qwen, ...prompt })
    for (const field of ['tools', 'tool_choice', 'parallel_tool_calls']) expect(request).not.toHaveProperty(field)
    const messages = request.messages as HistoryMessage[]
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(messages[0]!.content).toContain('<name>ls</name>')
    expect(messages[2]!.content).toContain('<function=ls>')
    expect(messages[3]!.content).toContain('<tool_response>\na.txt\n</tool_response>')
    expect(parser.tools).toEqual(tools)
    expect(report.mode).toBe('prompt')
  })

  it('writes calls of the history also without tools', () => {
    const messages = messagesOf([user, call('a', '{}'), result('a')], prompt, {})
    expect(messages.some(({ tool_calls: calls, role }) => calls !== undefined || role === 'tool')).toBe(false)
    expect(JSON.stringify(messages)).not.toContain('<tools>')
  })

  it('leaves a plain conversation alone', () => {
    const given = { model: 'm', messages: [user] }
    expect(prepareRequest(given, { ...qwen, ...prompt }).request).toBe(given)
  })

  it("leaves the tools out with tool_choice 'none', or keeps them", () => {
    const none = { tools, tool_choice: 'none' }
    expect(messagesOf([user], prompt, none)).toEqual([user])
    expect(messagesOf([user], { ...prompt, toolsWhenNone: 'keep' }, none)[0]!.content).toContain('<tools>')
  })
})

describe('the stores', () => {
  const raw = '<think>\nWhere?\n</think>\n\nI look.\n\n<tool_call>\n<function=ls>\n</function>\n</tool_call>'

  function turn(options: PrepareRequestOptions, content = raw) {
    const given = { model: 'm', messages: [user], tools }
    const { parser } = prepareRequest(given, options)
    const { choices } = transformCompletion(
      { choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }] },
      parser,
    )
    const { reasoning_content: _thought, ...seen } = choices![0]!.message!
    return [user, seen as HistoryMessage, result(seen.tool_calls![0]!.id)]
  }

  it('put the thought of a call back', () => {
    const options = { ...qwen, stores: { reasoning: createReasoningStore() } }
    const messages = messagesOf(turn(options), options)
    expect(messages[1]).toMatchObject({ reasoning_content: 'Where?', reasoning: 'Where?' })
  })

  it('put the text of a call back exactly as the model wrote it', () => {
    const options = { ...qwen, stores: { calls: createCallStore() } }
    const history = turn(options)
    const { request, report } = prepareRequest({ model: 'm', messages: history, tools }, options)
    expect((request.messages as HistoryMessage[])[1]).toEqual({ role: 'assistant', content: raw })
    expect(report.changes).toContainEqual(expect.objectContaining({ rule: 'call-replayed', path: 'messages.1' }))
  })

  it('write a thought that stands in the text only once', () => {
    const options = { ...qwen, stores: { calls: createCallStore(), reasoning: createReasoningStore() } }
    const message = messagesOf(turn(options), options)[1]!
    expect(message).toEqual({ role: 'assistant', content: raw })
  })

  it('tell owners, models and conversations apart', () => {
    const calls = createCallStore()
    const history = turn({ ...qwen, stores: { calls, owner: 'a' } })
    const others: [object, HistoryMessage[]][] = [
      [{ stores: { calls, owner: 'b' } }, history],
      [{ stores: { calls, owner: 'a' } }, [{ role: 'user', content: 'Other.' }, ...history.slice(1)]],
    ]
    for (const [options, messages] of others) expect(messagesOf(messages, options)[1]!.tool_calls).toHaveLength(1)
    expect(messagesOf(history, { stores: { calls, owner: 'a' } }, { tools, model: 'n' })[1]!.tool_calls).toHaveLength(1)
    expect(messagesOf(history, { stores: { calls, owner: 'a' } })[1]!.tool_calls).toBeUndefined()
  })

  it('do not know what a client has changed', () => {
    const options = { ...qwen, stores: { calls: createCallStore() } }
    const [first, message, last] = turn(options)
    const changed = { ...message!, content: 'Something else.' }
    expect(messagesOf([first!, changed, last!], options)[1]!.tool_calls).toHaveLength(1)
  })
})
