import { foldMessageEvents, type FoldedMessage } from '@tooldelta/testbed/wires'
import { describe, expect, it } from 'vitest'
import { messagesWire, transformCompletion, type ChatCompletionChunk, type WireEvent } from '../../src/index.ts'
import { chunksOf, eventsOf, withCallIds } from '../wires/answers.ts'

const qwen = { format: 'qwen3_coder', tools: undefined }

function encode(chunks: readonly ChatCompletionChunk[], body: object = {}): WireEvent[] {
  return eventsOf(messagesWire.createStreamEncoder({ model: 'm', ...body }), chunks)
}

const fold = (chunks: readonly ChatCompletionChunk[], body?: object): FoldedMessage =>
  foldMessageEvents(encode(chunks, body))

describe('the events of a message', () => {
  it('come in the published order, each block behind the other', () => {
    const text = '<think>Hm.</think>Hi.\n<tool_call>\n<function=list_files>\n</function>\n</tool_call>\nBye.'
    const events = encode(chunksOf([text], { ...withCallIds(qwen), reasoning: 'tags' }))
    expect(
      events.map(({ type, index, delta }) => [type, index, (delta as { type?: string })?.type].join(' ').trim()),
    ).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0 thinking_delta',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1 text_delta',
      'content_block_stop 1',
      'content_block_start 2',
      'content_block_delta 2 input_json_delta',
      'content_block_delta 2 input_json_delta',
      'content_block_stop 2',
      'content_block_start 3',
      'content_block_delta 3 text_delta',
      'content_block_stop 3',
      'message_delta',
      'message_stop',
    ])
    expect(foldMessageEvents(events).blocks).toEqual([
      ['thinking', 'Hm.'],
      ['text', 'Hi.'],
      ['tool_use', '{}', 'list_files', 'call_0'],
      ['text', '\nBye.'],
    ])
  })
})

describe('a message', () => {
  it('says why it ended', () => {
    const call = '<tool_call>\n<function=list_files>\n</function>\n</tool_call>'
    expect(fold(chunksOf(['Hi'], qwen)).stopReason).toBe('end_turn')
    expect(fold(chunksOf([call], qwen)).stopReason).toBe('tool_use')
    expect(fold(chunksOf(['Hi'], qwen, 'length')).stopReason).toBe('max_tokens')
    expect(fold(chunksOf([call.slice(0, -30)], qwen, 'length')).stopReason).toBe('max_tokens')
    const filtered = chunksOf(['Hi'], qwen, 'content_filter')
    expect(fold(filtered).stopReason).toBe('refusal')
  })

  it('names the stop sequence that vLLM has met', () => {
    const end = { index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END' }
    const chunks = [{ choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] }, { choices: [end] }]
    expect(fold(chunks as never, { stop_sequences: ['END'] })).toMatchObject({
      stopReason: 'stop_sequence',
      stopSequence: 'END',
    })
    expect(fold(chunks as never).stopReason).toBe('end_turn')
  })

  it('counts what came from the cache apart from the input', () => {
    expect(fold(chunksOf(['Hi'], qwen)).usage).toMatchObject({
      input_tokens: 4,
      cache_read_input_tokens: 16,
      output_tokens: 7,
    })
  })

  it('keeps every digit of a number, in both forms', () => {
    const call = '<tool_call>\n<function=f>\n<parameter=id>\n9007199254740993\n</parameter>\n</function>\n</tool_call>'
    const tool = { type: 'function', function: { name: 'f', parameters: { properties: { id: { type: 'integer' } } } } }
    const parser = { format: 'qwen3_coder', tools: [tool] as never }
    expect(fold(chunksOf([call], parser)).blocks[0]![1]).toBe('{"id":9007199254740993}')
    const completion = { choices: [{ index: 0, message: { content: call }, finish_reason: 'stop' }] }
    const answer = messagesWire.toAnswer(transformCompletion(completion, parser), {})
    expect(messagesWire.write(answer)).toContain('"input":{"id":9007199254740993}')
    const body = messagesWire.readBody(
      '{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"id":9007199254740993}}]}]}',
    )
    expect(messagesWire.toChatRequest(body).request.messages).toMatchObject([
      { tool_calls: [{ function: { arguments: '{"id":9007199254740993}' } }] },
    ])
  })

  it('leaves a call that was cut off out of a whole answer, since its input is no JSON', () => {
    const text = 'Hi.\n<tool_call>\n<function=run>\n<parameter=cmd>\nrm -rf /tmp/a'
    const completion = { choices: [{ index: 0, message: { content: text }, finish_reason: 'length' }] }
    const answer = messagesWire.toAnswer(transformCompletion(completion, qwen), {})
    expect(answer).toMatchObject({ stop_reason: 'max_tokens', content: [{ type: 'text', text: 'Hi.' }] })
  })

  it('ends with an error event when the upstream breaks off, and with nothing behind it', () => {
    const chunks = [...chunksOf(['Hi'], qwen).slice(0, 2), { error: { message: 'It broke.', type: 'x', code: null } }]
    const events = encode(chunks)
    expect(events.at(-1)).toEqual({ type: 'error', error: { type: 'api_error', message: 'It broke.' } })
  })
})
