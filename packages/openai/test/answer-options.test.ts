import { describe, expect, it } from 'vitest'
import {
  createChunkTransformer,
  transformCompletion,
  type ChatCompletion,
  type ChatCompletionChunk,
  type ChunkTransformerOptions,
  type DeliveredAnswer,
  type EndedCall,
} from '../src/index.ts'
import {
  chunkOf,
  deltasOf,
  emptyCall,
  envelope,
  fold,
  openCall,
  roleChunk,
  run,
  stepsOf,
  text,
  wholeCall,
} from './helpers.ts'

const single = { singleCall: true } as const

function whole(content: string, options: Partial<ChunkTransformerOptions>, finish = 'stop'): ChatCompletion {
  const given = { choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }] }
  return transformCompletion(given, { format: 'qwen3_coder', ...options })
}

describe('singleCall', () => {
  it('ends the answer at once behind the first call', () => {
    const out = run([roleChunk, text(`Hi.\n${wholeCall}`), text(`\n${emptyCall}`), text('', 'stop')], single)
    expect(deltasOf(out).at(-1)).toEqual({ delta: {}, finish: 'tool_calls' })
    const steps = stepsOf([roleChunk, text(wholeCall), text(`\n${emptyCall}`)], single)
    expect(deltasOf(steps[1] as ChatCompletionChunk[]).at(-1)).toEqual({ delta: {}, finish: 'tool_calls' })
    expect(steps.slice(2)).toEqual([[], []])
  })

  it('leaves out a second call, and text behind the first, streamed and whole', () => {
    for (const rest of [`\n${emptyCall}`, ' and then', `\n${openCall}`]) {
      for (const finish of ['stop', 'length']) {
        const folded = fold([roleChunk, text(wholeCall + rest, finish)], single)
        expect(folded.choices[0]).toMatchObject({ content: '', finishReason: 'tool_calls' })
        expect(folded.choices[0]!.calls).toHaveLength(1)
        const choice = whole(wholeCall + rest, single, finish).choices![0]!
        expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
        expect(choice.message!.tool_calls).toHaveLength(1)
      }
    }
  })

  it('keeps a first call that was cut off as it is', () => {
    expect(fold([roleChunk, text(openCall, 'length')], single).choices[0]).toMatchObject({ finishReason: 'length' })
  })

  it('tells what is still wanted of the upstream', () => {
    const transformer = createChunkTransformer({ format: 'qwen3_coder', ...single, includeUsage: true })
    const demandAfter = (chunk: object): string => {
      transformer.transform(chunk)
      return transformer.demand
    }
    expect(transformer.demand).toBe('answer')
    expect(demandAfter(text(openCall))).toBe('answer')
    expect(demandAfter(text(wholeCall.slice(openCall.length)))).toBe('usage')
    expect(demandAfter(text('\n'))).toBe('usage')
    expect(demandAfter(text('<tool_call>'))).toBe('nothing')
  })

  it('leaves an upstream alone that comes to its own end', () => {
    const transformer = createChunkTransformer({ format: 'qwen3_coder', ...single, includeUsage: true })
    transformer.transform(text(wholeCall))
    transformer.transform(chunkOf({}, 'stop'))
    expect(transformer.demand).toBe('answer')
    const usage = { total_tokens: 3 }
    expect(transformer.transform({ ...envelope, choices: [], usage })).toMatchObject([{ usage }])
  })

  it('wants nothing more where the client does not ask for usage', () => {
    const transformer = createChunkTransformer({ format: 'qwen3_coder', ...single, includeUsage: false })
    transformer.transform(text(wholeCall))
    expect(transformer.demand).toBe('nothing')
  })

  it('waits for all choices', () => {
    const transformer = createChunkTransformer({ format: 'qwen3_coder', ...single, includeUsage: false, choices: 2 })
    transformer.transform(text(wholeCall))
    expect(transformer.demand).toBe('answer')
    transformer.transform(text(openCall, null, { index: 1 }))
    expect(transformer.demand).toBe('answer')
    transformer.transform(text(wholeCall.slice(openCall.length), null, { index: 1 }))
    expect(transformer.demand).toBe('nothing')
  })
})

describe('requiresCall', () => {
  const required = { requiresCall: true } as const

  it('makes an error of an answer without a call', () => {
    const out = run([roleChunk, text('No.', 'stop')], required)
    expect(out.at(-1)).toMatchObject({ error: { type: 'upstream_error', code: 'tool_call_missing' } })
    expect(out.filter(({ choices }) => choices?.[0]?.finish_reason)).toEqual([])
    expect(() => whole('No.', required)).toThrow(expect.objectContaining({ status: 502 }))
    expect(() => whole('', required)).toThrow(/without the tool call/)
  })

  it.each(['length', 'content_filter'])('lets the finish %s speak for itself', (finish) => {
    expect(fold([roleChunk, text('No', finish)], required).choices[0]!.finishReason).toBe(finish)
    expect(whole('No', required, finish).choices![0]!.finish_reason).toBe(finish)
  })

  it('is content with a call, also one of the upstream', () => {
    expect(fold([roleChunk, text(wholeCall, 'stop')], required).choices[0]!.finishReason).toBe('tool_calls')
    const call = { index: 0, id: 'a', type: 'function', function: { name: 'ls', arguments: '{}' } }
    const native = [roleChunk, chunkOf({ tool_calls: [call] }), chunkOf({}, 'tool_calls')]
    expect(run(native, required).at(-1)!.choices![0]!.finish_reason).toBe('tool_calls')
  })
})

describe('prefill', () => {
  const prefill = '<tool_call>\n<function='

  it('is read before the answer, and is no part of it', () => {
    const rest = emptyCall.slice(prefill.length)
    const folded = fold([roleChunk, text(rest.slice(0, 3)), text(rest.slice(3), 'stop')], { prefill })
    expect(folded.choices[0]).toMatchObject({ content: '', finishReason: 'tool_calls' })
    expect(folded.choices[0]!.calls[0]).toMatchObject({ name: 'list_files', arguments: '{}' })
    expect(whole(rest, { prefill }).choices![0]!.message!.tool_calls).toHaveLength(1)
  })

  it('comes back as text where no call comes of it', () => {
    expect(fold([roleChunk, text('!? no', 'stop')], { prefill }).choices[0]!.content).toBe(`${prefill}!? no`)
    expect(whole('!? no', { prefill }).choices![0]!.message!.content).toBe(`${prefill}!? no`)
  })

  it('is nothing by itself', () => {
    expect(fold([roleChunk, chunkOf({}, 'stop')], { prefill }).choices[0]).toMatchObject({ content: '', calls: [] })
  })
})

describe('toolNames', () => {
  it('are those of the client', () => {
    const options = { toolNames: new Map([['list_files', 'list files']]) }
    const folded = fold([roleChunk, text(emptyCall + wholeCall, 'stop')], options)
    const names = ['list files', 'write_file']
    expect(folded.choices[0]!.calls.map((call) => call.name)).toEqual(names)
    const { tool_calls: calls } = whole(emptyCall + wholeCall, options).choices![0]!.message!
    expect(calls!.map((call) => call.function.name)).toEqual(names)
  })
})

describe('onCall', () => {
  it('tells how each call has ended', () => {
    const told: EndedCall[] = []
    const options = { onCall: (call: EndedCall) => void told.push(call) }
    run([roleChunk, text(emptyCall + openCall, 'length')], options)
    const expected = [
      { choice: 0, index: 0, status: 'complete' },
      { choice: 0, index: 1, status: 'truncated' },
    ]
    expect(told).toEqual(expected)
    whole(emptyCall + openCall, options, 'length')
    expect(told.slice(2)).toEqual(expected)
  })

  it('counts calls of an upstream that parses', () => {
    const told: EndedCall[] = []
    const options = { onCall: (call: EndedCall) => void told.push(call) }
    const call = (index: number): object =>
      chunkOf({ tool_calls: [{ index, id: `${index}`, function: { name: 'ls' } }] })
    run([roleChunk, call(0), call(1), chunkOf({}, 'tool_calls')], options)
    expect(told).toEqual([
      { choice: 0, index: 0, status: 'complete' },
      { choice: 0, index: 1, status: 'complete' },
    ])
  })
})

describe('onAnswer', () => {
  function answersOf(chunks: readonly object[], options: Partial<ChunkTransformerOptions> = {}): DeliveredAnswer[] {
    const answers: DeliveredAnswer[] = []
    run(chunks, { ...options, onAnswer: (answer) => void answers.push(answer) })
    return answers
  }

  it('tells what the client got, and what the model wrote', () => {
    const raw = `<think>\nWhy?\n</think>\n\nHi.\n${emptyCall}`
    const streamed = answersOf([roleChunk, text(raw.slice(0, 20)), text(raw.slice(20), 'stop')])
    const answers: DeliveredAnswer[] = []
    whole(raw, { onAnswer: (answer) => void answers.push(answer) })
    for (const answer of [...streamed, ...answers]) {
      expect(answer).toMatchObject({
        choice: 0,
        finishReason: 'tool_calls',
        raw,
        message: {
          role: 'assistant',
          content: 'Hi.',
          reasoning_content: 'Why?',
          tool_calls: [{ function: { name: 'list_files', arguments: '{}' } }],
        },
      })
    }
    expect([streamed.length, answers.length]).toEqual([1, 1])
  })

  it('knows the text up to the end of a single call, if nothing but blanks came behind it', () => {
    const [exact] = answersOf([roleChunk, text(`${emptyCall}\n`)], single)
    expect(exact!.raw).toBe(emptyCall)
    const [unknown] = answersOf([roleChunk, text(`${emptyCall}\n${emptyCall}`)], single)
    expect(unknown!.raw).toBeUndefined()
  })

  it('has a prefill in its text, and reasoning of the upstream beside it', () => {
    const prefill = '<tool_call>\n<function='
    const chunks = [roleChunk, chunkOf({ reasoning: 'Why?' }), text(emptyCall.slice(prefill.length), 'stop')]
    expect(answersOf(chunks, { prefill })[0]).toMatchObject({
      raw: emptyCall,
      message: { content: null, reasoning_content: 'Why?' },
    })
  })

  it('says nothing of an answer that ends in an error', () => {
    expect(answersOf([roleChunk, text('No.', 'stop')], { requiresCall: true })).toEqual([])
    expect(answersOf([roleChunk, text('No.'), { error: { message: 'x' } }])).toEqual([])
  })
})
