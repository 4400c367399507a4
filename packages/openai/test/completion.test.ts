import { createCompletion } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import {
  transformCompletion,
  TruncatedToolCallError,
  type ChatCompletion,
  type TransformOptions,
} from '../src/index.ts'
import { emptyCall, openCall, wholeCall } from './helpers.ts'

const qwen = { format: 'qwen3_coder' }

function transform(
  content: string,
  finish = 'stop',
  options: Partial<TransformOptions> = {},
): NonNullable<ChatCompletion['choices']>[0] {
  return transformCompletion(createCompletion(content, finish), { ...qwen, ...options }).choices![0]!
}

describe('transformCompletion', () => {
  it('gives calls, null content and the finish reason', () => {
    const choice = transform(wholeCall)
    expect(choice).toEqual({
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: expect.stringMatching(/^call_[A-Za-z0-9]{24}$/),
            type: 'function',
            function: { name: 'write_file', arguments: '{"path":"a.txt","content":"hello"}' },
          },
        ],
      },
      finish_reason: 'tool_calls',
    })
  })

  it('keeps text around calls and fields that are not known', () => {
    const completion: object = {
      ...createCompletion(`a ${wholeCall} b ${emptyCall}`, 'stop', { stop_reason: 7 }),
      kv_transfer_params: { a: 1 },
    }
    const transformed = transformCompletion(completion, qwen)
    expect(transformed).toMatchObject({ kv_transfer_params: { a: 1 }, usage: { total_tokens: 42 } })
    expect(transformed.choices![0]).toMatchObject({ stop_reason: 7, message: { content: 'a b' } })
    expect(transformed.choices![0]!.message!.tool_calls).toHaveLength(2)
  })

  it('separates reasoning, and keeps that of the upstream in reasoning_content', () => {
    expect(transform('<think>\nplan\n</think>\n\nHi').message).toEqual({
      role: 'assistant',
      content: 'Hi',
      reasoning_content: 'plan',
    })
    const completion: ChatCompletion = {
      choices: [{ message: { content: 'Hi', reasoning: 'plan' }, finish_reason: 'stop' }],
    }
    expect(transformCompletion(completion, { ...qwen, reasoning: 'open' }).choices![0]!.message).toEqual({
      content: 'Hi',
      reasoning_content: 'plan',
    })
  })

  it('gives the same object back when there is nothing to do', () => {
    const message = { role: 'assistant', content: 'Hi' }
    const native = {
      content: wholeCall,
      tool_calls: [{ id: 'a', type: 'function' as const, function: { name: 'f', arguments: '{}' } }],
    }
    for (const completion of [
      { choices: [{ message, finish_reason: 'stop' }] },
      { choices: [{ message: native, finish_reason: 'stop' }] },
      { choices: [{ message: { content: null }, finish_reason: 'stop' }] },
      { choices: [{}] },
      { choices: [] },
      { error: { message: 'm' } },
    ]) {
      expect(transformCompletion(completion as ChatCompletion, qwen)).toBe(completion)
    }
  })

  it('does not write to what it was given, and drops an empty list of calls', () => {
    const completion = createCompletion('Hi')
    const before = JSON.stringify(completion)
    expect(transformCompletion(completion, qwen).choices![0]!.message).toEqual({ role: 'assistant', content: 'Hi' })
    expect(JSON.stringify(completion)).toBe(before)
  })

  it('P7: leaves a truncated call in, open, and says length', () => {
    for (const finish of ['length', 'stop']) {
      const choice = transform(emptyCall + openCall, finish)
      expect(choice.finish_reason).toBe('length')
      expect(choice.message!.tool_calls![1]!.function.arguments).toBe('{"path":"a.txt","content":"hel')
    }
  })

  it('leaves a truncated call out with deliver: when-complete', () => {
    const choice = transform(`a${openCall}`, 'length', { deliver: 'when-complete' })
    expect(choice).toMatchObject({ finish_reason: 'length', message: { content: 'a' } })
    expect(choice.message).not.toHaveProperty('tool_calls')
  })

  it('throws with the answer to give when truncatedCalls is error', () => {
    const attempt = (): unknown => transform(openCall, 'length', { truncatedCalls: 'error' })
    expect(attempt).toThrow(TruncatedToolCallError)
    try {
      attempt()
    } catch (error) {
      expect(error).toMatchObject({
        status: 502,
        body: { error: { type: 'upstream_error', code: 'tool_call_truncated' } },
      })
    }
  })

  it('gives text that is no call back byte for byte', () => {
    const content = ' a <tool_call> b </tool_call>\n <function= c'
    expect(transform(content).message!.content).toBe(content)
    expect(transform('', 'length').message!.content).toBe('')
  })

  it('gives remarks and choices in order', () => {
    const remarks: unknown[] = []
    const two = {
      choices: [openCall, wholeCall].map((content, index) => ({ index, message: { content }, finish_reason: 'stop' })),
    }
    const { choices } = transformCompletion(two, {
      ...qwen,
      onDiagnostic: ({ code }, choice) => remarks.push([code, choice]),
    })
    expect(choices!.map((choice) => choice.finish_reason)).toEqual(['length', 'tool_calls'])
    expect(remarks).toEqual([['truncated', 0]])
  })
})
