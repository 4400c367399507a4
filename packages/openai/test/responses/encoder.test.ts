import { foldResponseEvents } from '@tooldelta/testbed/wires'
import { describe, expect, it } from 'vitest'
import { responsesWire, type ChatCompletionChunk } from '../../src/index.ts'
import { chunksOf, countIds, eventsOf, withCallIds } from '../wires/answers.ts'

const qwen = { format: 'qwen3_coder', tools: undefined }
const options = { now: () => 1 }

function encode(chunks: readonly ChatCompletionChunk[], body: object = {}): { type: string; [key: string]: unknown }[] {
  const encoder = responsesWire.createStreamEncoder({ model: 'm', ...body }, { ...options, createId: countIds() })
  return eventsOf(encoder, chunks)
}

describe('the events of a response', () => {
  it('come in the published order', () => {
    const text = '<think>Hm.</think>Hi.\n<tool_call>\n<function=list_files>\n</function>\n</tool_call>\nBye.'
    const events = encode(chunksOf([text], { ...withCallIds(qwen), reasoning: 'tags' }))
    foldResponseEvents(events)
    expect(events.map(({ type }) => type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'reasoning_text.delta',
      'reasoning_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })
})

describe('a response', () => {
  const call = '<tool_call>\n<function=run>\n<parameter=cmd>\nls -l'

  it('counts tokens as the API does', () => {
    expect(foldResponseEvents(encode(chunksOf(['Hi'], qwen))).usage).toEqual({
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 16 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 27,
    })
  })

  it('that was cut off is incomplete, and so is its last item', () => {
    for (const text of ['Hel', call]) {
      const response = foldResponseEvents(encode(chunksOf([text], qwen, 'length')))
      expect(response.status).toBe('incomplete')
      expect(response.incomplete_details).toEqual({ reason: 'max_output_tokens' })
      expect(response.output.at(-1)).toMatchObject({ status: 'incomplete' })
    }
    const events = encode(chunksOf([call], qwen, 'length'))
    expect(events.filter(({ type }) => type === 'response.function_call_arguments.done')).toEqual([])
  })

  it('gives a thought as a summary to clients that ask for one', () => {
    const chunks = chunksOf(['<think>Hm.</think>Hi'], { ...qwen, reasoning: 'tags' })
    const events = encode(chunks, { reasoning: { summary: 'auto' } })
    const [thought] = foldResponseEvents(events).output
    expect(thought).toMatchObject({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] })
    expect(events.map(({ type }) => type)).toContain('response.reasoning_summary_text.delta')
  })

  it('carries a thought where the client sends back nothing else, and reads it again', () => {
    const body = { include: ['reasoning.encrypted_content'] }
    const chunks = chunksOf(['<think>Hm 🌍.</think>Hi'], { ...qwen, reasoning: 'tags' })
    const [thought, message] = foldResponseEvents(encode(chunks, body)).output as unknown as Record<string, unknown>[]
    const { encrypted_content: carried } = thought!
    const input = [{ type: 'reasoning', summary: [], encrypted_content: carried }, message]
    const { request } = responsesWire.toChatRequest({ model: 'm', input })
    expect(request.messages).toEqual([{ role: 'assistant', content: 'Hi', reasoning_content: 'Hm 🌍.' }])
  })

  it('ends with an error and as failed when the upstream breaks off', () => {
    const error = { message: 'It broke.', type: 'upstream_error', code: 'upstream_disconnected' }
    const chunks = [...chunksOf(['Hi'], qwen).slice(0, 2), { error }]
    const events = encode(chunks)
    const response = foldResponseEvents(events)
    expect(events.at(-2)).toMatchObject({ type: 'error', message: 'It broke.', error: { message: 'It broke.' } })
    expect(response).toMatchObject({ status: 'failed', error: { code: 'server_error', message: 'It broke.' } })
  })

  it('ends with an error when the chunks end without a finish', () => {
    const chunks = chunksOf(['Hi'], qwen).slice(0, 2)
    expect(foldResponseEvents(encode(chunks)).status).toBe('failed')
  })
})

describe('a custom tool', () => {
  const tools = [{ type: 'custom', name: 'apply_patch' }]
  const write = (patch: string): string =>
    `<tool_call>\n<function=apply_patch>\n<parameter=input>\n${patch}\n</parameter>\n</function>\n</tool_call>`
  const patch = '*** Begin Patch\n+"\\u00e9" é \\ 🌍 \t{"input": "x"}\n*** End Patch'

  it('gets its input as plain text, piece by piece', () => {
    const events = encode(chunksOf([...write(patch)], qwen), { tools })
    const [item] = foldResponseEvents(events).output
    expect(item).toMatchObject({ type: 'custom_tool_call', name: 'apply_patch', input: patch, status: 'completed' })
    expect(events.filter(({ type }) => type === 'response.custom_tool_call_input.delta').length).toBeGreaterThan(30)
  })

  it('is never done when it was cut off', () => {
    const events = encode(chunksOf([write(patch).slice(0, 80)], qwen, 'length'), { tools })
    const response = foldResponseEvents(events)
    expect(response.output[0]).toMatchObject({ type: 'custom_tool_call', status: 'incomplete' })
    expect(events.filter(({ type }) => type.endsWith('.done'))).toEqual([])
  })

  it.each([
    ['{"input":"a"}', 'a'],
    ['{"other":"x","input":"a\\n\\"b\\u00e9\\ud83c\\udf0d"}', 'a\n"bé🌍'],
    ['{"nested":{"input":"no"},"input":"yes"}', 'yes'],
    ['{"patch":"p"}', '{"patch":"p"}'],
    ['{"input":["a"]}', '["a"]'],
    ['{}', ''],
  ])('reads %s', (text, input) => {
    const start = { index: 0, id: 'call_1', type: 'function', function: { name: 'apply_patch', arguments: '' } }
    const deltas = [...text].map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] }))
    const chunks = [{ tool_calls: [start] }, ...deltas].map((delta) => ({
      choices: [{ index: 0, delta, finish_reason: null }],
    }))
    const end = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }
    const response = foldResponseEvents(encode([...chunks, end] as never, { tools }))
    expect(response.output[0]).toMatchObject({ input })
  })
})

it('tools of a namespace keep their own names', () => {
  const tools = [{ type: 'namespace', name: 'mcp__git', tools: [{ type: 'function', name: 'log', parameters: {} }] }]
  const { request } = responsesWire.toChatRequest({ input: 'Hi', tools })
  const [{ function: { name } } = { function: { name: '' } }] = request.tools as { function: { name: string } }[]
  expect(name).toBe('mcp__git__log')
  const chunks = chunksOf([`<tool_call>\n<function=${name}>\n</function>\n</tool_call>`], qwen)
  expect(foldResponseEvents(encode(chunks, { tools })).output[0]).toMatchObject({ name: 'log', namespace: 'mcp__git' })
})
