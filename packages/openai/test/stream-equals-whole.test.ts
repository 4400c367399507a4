import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { transformCompletion, type ChunkTransformerOptions } from '../src/index.ts'
import { chunkOf, closeCall, emptyCall, fold, openCall, roleChunk, text, wholeCall } from './helpers.ts'

const parts = fc.constantFrom(
  'Hi ',
  '\n',
  ' ',
  wholeCall,
  emptyCall,
  openCall,
  closeCall,
  '<tool_call>',
  '</tool_call>',
  '<think>',
  '</think>',
  '<tool',
  '🌍',
)
const answers = fc.array(parts, { maxLength: 8 }).map((pieces) => pieces.join(''))
const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 })
const finishes = fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter')
const deliveries = fc.constantFrom<ChunkTransformerOptions['deliver']>('stream', 'when-complete')

function cut(answer: string, sizes: readonly number[]): string[] {
  const pieces: string[] = []
  for (let start = 0, turn = 0; start < answer.length; turn += 1) {
    const size = sizes[turn % sizes.length]!
    pieces.push(answer.slice(start, start + size))
    start += size
  }
  return pieces
}

describe('a stream', () => {
  it('has the strict shape and says what the whole completion says, however it is cut', () => {
    fc.assert(
      fc.property(answers, cuts, finishes, deliveries, fc.boolean(), (answer, sizes, finish, deliver, isSplit) => {
        const pieces = cut(answer, sizes)
        const last = isSplit ? undefined : pieces.pop()
        const end = last === undefined ? chunkOf({}, finish) : text(last, finish)
        const { choices } = fold([roleChunk, ...pieces.map((piece) => text(piece)), end], { deliver })
        const whole = { choices: [{ message: { content: answer }, finish_reason: finish }] }
        const { message, finish_reason: finishReason } = transformCompletion(whole, { format: 'qwen3_coder', deliver })
          .choices![0]!
        const { content, reasoning, calls } = choices[0]!
        expect({ content, reasoning, finishReason: choices[0]!.finishReason }).toEqual({
          content: message!.content ?? '',
          reasoning: message!.reasoning_content ?? '',
          finishReason,
        })
        expect(calls.map((call) => [call.name, call.arguments])).toEqual(
          (message!.tool_calls ?? []).map((call) => [call.function.name, call.function.arguments]),
        )
      }),
      { numRuns: 400 },
    )
  })
})
