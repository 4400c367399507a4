import { readFormatFixtures } from '@tooldelta/testbed'
import { foldStrictly } from '@tooldelta/testbed/wire-check'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createChunkTransformer,
  transformCompletion,
  type ArgumentCoalescing,
  type ChatCompletionChunk,
  type ChunkTransformerOptions,
  type UpstreamChunk,
} from '../src/index.ts'
import { chunkOf, deltasOf, fold, openCall, roleChunk, run, text, wholeCall } from './helpers.ts'

const callFormats = ['qwen3_coder', 'hermes', 'glm45', 'kimi_k2', 'minimax_m2', 'gemma4']
const fixtures = callFormats.flatMap((format) =>
  readFormatFixtures(format)
    .filter(({ kind }) => ['escapes', 'two-calls', 'cut'].includes(kind))
    .map((fixture) => ({ format, ...fixture })),
)

/** Sizes of the argument deltas, without the empty ones of starts. */
function sizesOf(chunks: readonly ChatCompletionChunk[]): number[] {
  return chunks.flatMap(({ choices }) =>
    (choices?.[0]?.delta.tool_calls ?? []).flatMap(({ function: { name, arguments: piece = '' } }) =>
      name === undefined ? [piece.length] : [],
    ),
  )
}

/** All that a client gets, in order, with neighbours of one kind joined. Ids are random and left out. */
function joined(chunks: readonly ChatCompletionChunk[]): string {
  const parts: { kind: string; text: string }[] = []
  for (const { choices } of chunks) {
    for (const [name, value] of Object.entries(choices?.[0]?.delta ?? {})) {
      const call =
        name === 'tool_calls' ? (value as { index: number; function: Record<string, string> }[])[0] : undefined
      const kind = call === undefined ? name : `${call.index} ${call.function['name'] ?? ''}`
      const piece = call === undefined ? String(value) : (call.function['arguments'] ?? '')
      const last = parts.at(-1)
      if (last?.kind === kind) last.text += piece
      else if (piece !== '' || call !== undefined) parts.push({ kind, text: piece })
    }
    if (choices?.[0]?.finish_reason) parts.push({ kind: 'finish', text: choices[0].finish_reason })
  }
  return JSON.stringify(parts)
}

function cutEvery(whole: string, size: number): object[] {
  const pieces = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
  return pieces.map((piece) => text(piece))
}

describe('coalesceArguments', () => {
  it('has formats to look at', () => {
    expect(new Set(fixtures.map(({ format }) => format)).size).toBe(callFormats.length)
  })

  it.each(fixtures)('leaves the answer of $format the same at every cut: $kind, $title', (fixture) => {
    const { format, text: answer, tools = [], options, finishReason = 'stop' } = fixture
    const shared: ChunkTransformerOptions = { format, tools, ...options }
    const send = (chunks: readonly object[], coalesceArguments?: ArgumentCoalescing): ChatCompletionChunk[] =>
      run([roleChunk, ...chunks, chunkOf({}, finishReason)], { ...shared, coalesceArguments })
    const expected = joined(send([text(answer)]))
    for (let cut = 1; cut < answer.length; cut += 1) {
      const chunks = [text(answer.slice(0, cut)), text(answer.slice(cut))]
      if (joined(send(chunks, { minChars: 1 + (cut % 40) })) !== expected) expect.fail(`another answer, cut at ${cut}`)
    }
    const letters = cutEvery(answer, 1)
    for (const coalescing of [{ minChars: 1 }, { minChars: 7 }, { minChars: 1_000_000 }, { maxDelayMs: 5 }]) {
      const chunks = send(letters, coalescing)
      foldStrictly(chunks)
      expect(joined(chunks), JSON.stringify(coalescing)).toBe(expected)
    }
  })

  it('sends no delta of less than minChars but the last of a call', () => {
    const long = openCall + 'x'.repeat(200) + '</parameter>\n</function>\n</tool_call>'
    const chunks = [roleChunk, ...cutEvery(long, 3), chunkOf({}, 'stop')]
    const plain = sizesOf(run(chunks))
    expect(plain.length).toBeGreaterThan(60)
    for (let minChars = 1; minChars < 60; minChars += 1) {
      const expected = [0]
      for (const size of plain) {
        if (expected.at(-1)! >= minChars) expected.push(0)
        expected[expected.length - 1]! += size
      }
      expect(sizesOf(run(chunks, { coalesceArguments: { minChars } })), `${minChars}`).toEqual(expected)
    }
  })

  it('sends what it has before text, a thought or another call goes out', () => {
    const coalesceArguments = { minChars: 1_000_000 }
    const after = [text(`${wholeCall}So `), text('it is.'), text(`<think>hm</think>${wholeCall}`), chunkOf({}, 'stop')]
    const kinds = run([roleChunk, ...after], { coalesceArguments }).flatMap(({ choices }) =>
      Object.entries(choices?.[0]?.delta ?? {}).map(([name, value]) =>
        name === 'tool_calls' ? ((value as { id?: string }[])[0]?.id === undefined ? 'arguments' : 'start') : name,
      ),
    )
    expect(kinds.filter((kind) => kind !== 'role').join(' ')).toMatch(
      /^content start arguments content( content)* (reasoning_content )*start arguments$/,
    )
  })

  it.each([
    ['a cut by length', [chunkOf({}, 'length')], undefined],
    ['an error of the upstream', [{ error: { message: 'no', type: 'x', code: 1 } }], undefined],
    ['a broken connection', [], 'abort'],
    ['an end without a finish', [], 'stop'],
    ['reasoning behind it', [chunkOf({ reasoning: 'hm' }), chunkOf({}, 'length')], undefined],
    ['calls that the upstream parses', [chunkOf({ tool_calls: [{ index: 0, id: 'a', function: {} }] })], 'abort'],
  ])('holds nothing back at %s', (_what, end, reason) => {
    const chunks = [roleChunk, ...cutEvery(openCall, 4), ...end]
    const argumentsOf = (options: Partial<ChunkTransformerOptions>): string =>
      run(chunks, options, reason)
        .flatMap(({ choices }) => choices?.[0]?.delta.tool_calls ?? [])
        .map((call) => call.function.arguments ?? '')
        .join('')
    expect(argumentsOf({}).length).toBeGreaterThan(20)
    expect(argumentsOf({ coalesceArguments: { minChars: 1_000_000 } })).toBe(argumentsOf({}))
  })

  it('goes with delivery of whole calls: one delta for all arguments', () => {
    const chunks = [roleChunk, ...cutEvery(wholeCall, 2), chunkOf({}, 'stop')]
    const sizes = sizesOf(run(chunks, { deliver: 'when-complete', coalesceArguments: { minChars: 1_000_000 } }))
    expect(sizes).toHaveLength(1)
    expect(sizesOf(run(chunks, { deliver: 'when-complete' }))).toEqual(sizes)
  })

  it('tells since when it collects, and releases when asked', () => {
    const transformer = createChunkTransformer({ format: 'qwen3_coder', coalesceArguments: { maxDelayMs: 5 } })
    const feed = (piece: object): ChatCompletionChunk[] => transformer.transform(piece as UpstreamChunk)
    feed(roleChunk)
    expect(transformer.collectingSince).toBeUndefined()
    feed(text(openCall))
    expect(transformer.collectingSince).toBe(2)
    expect(feed(text('x'))).toEqual([])
    expect(transformer.collectingSince).toBe(2)
    const released = deltasOf(transformer.release())
    expect(released).toEqual([
      { tool_calls: [{ index: 0, function: { arguments: expect.stringMatching(/^\{"path":.*hel/) } }] },
    ])
    expect(transformer.collectingSince).toBeUndefined()
    expect(transformer.release()).toEqual([])
    feed(text('y'))
    expect(transformer.collectingSince).toBe(4)
    feed(text('</parameter>\n</function>\n</tool_call>'))
    expect(transformer.collectingSince).toBeUndefined()
    transformer.flush()
    expect([transformer.collectingSince, transformer.release()]).toEqual([undefined, []])
  })

  it('keeps choices apart', () => {
    const pick = (index: number, content: string, finish: string | null = null): object => ({
      choices: [{ index, delta: { content }, finish_reason: finish }],
    })
    const transformer = createChunkTransformer({
      format: 'qwen3_coder',
      choices: 2,
      coalesceArguments: { minChars: 999 },
    })
    const feed = (chunk: object): ChatCompletionChunk[] => transformer.transform(chunk as UpstreamChunk)
    const out = [...feed(pick(0, openCall)), ...feed(pick(1, openCall))]
    expect(transformer.collectingSince).toBe(1)
    out.push(...feed(pick(0, 'a</parameter>\n</function>\n</tool_call>', 'stop')))
    expect(transformer.collectingSince).toBe(2)
    out.push(...transformer.release())
    out.push(...feed(pick(1, 'b</parameter>\n</function>\n</tool_call>', 'stop')), ...transformer.flush())
    const values = foldStrictly(out).choices.map(({ calls }) => JSON.parse(calls[0]!.arguments) as { content: string })
    expect(values.map(({ content }) => content)).toEqual(['hela', 'helb'])
  })

  it.each([{}, { minChars: 0 }, { maxDelayMs: -1 }, { minChars: Number.NaN }, { minChars: 5, maxDelayMs: 0 }, null, 7])(
    'refuses %j',
    (value) => {
      const coalesceArguments = value as ArgumentCoalescing
      expect(() => createChunkTransformer({ format: 'qwen3_coder', coalesceArguments })).toThrow(
        /coalesceArguments.*minChars/,
      )
    },
  )

  it('leaves what it cannot see untouched, at random cuts and sizes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 20 })
    const answer = `Hi ${wholeCall} and ${wholeCall}${openCall}`
    const expected = fold([roleChunk, text(answer), chunkOf({}, 'length')])
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 80 }), (cuts, minChars) => {
        const chunks: object[] = []
        for (let at = 0, turn = 0; at < answer.length; turn += 1) {
          const size = cuts[turn % cuts.length]!
          chunks.push(text(answer.slice(at, at + size)))
          at += size
        }
        const folded = fold([roleChunk, ...chunks, chunkOf({}, 'length')], { coalesceArguments: { minChars } })
        expect(folded.choices.map(plain)).toEqual(expected.choices.map(plain))
      }),
      { numRuns: 60 },
    )
  })
})

function plain(choice: ReturnType<typeof fold>['choices'][number]): unknown {
  return { ...choice, calls: choice.calls.map((call) => [call.name, call.arguments]) }
}

describe('reasoningNames', () => {
  const upstream = [
    roleChunk,
    chunkOf({ reasoning: 'Hm' }),
    text(`<think>so</think>Hi ${wholeCall}`),
    chunkOf({}, 'stop'),
  ]
  const thoughtsOf = (chunks: ChatCompletionChunk[]): unknown[] =>
    deltasOf(chunks).filter((delta) => Object.keys(delta as object).some((name) => name.startsWith('reasoning')))

  it.each([
    [undefined, (thought: string) => ({ reasoning_content: thought })],
    ['reasoning_content', (thought: string) => ({ reasoning_content: thought })],
    ['reasoning', (thought: string) => ({ reasoning: thought })],
    ['both', (thought: string) => ({ reasoning_content: thought, reasoning: thought })],
  ] as const)('%s: of the upstream and of tags, streamed and whole', (reasoningNames, named) => {
    expect(thoughtsOf(run(upstream, { reasoningNames, reasoning: 'tags' }))).toEqual([named('Hm'), named('so')])
    const message = { reasoning: 'Hm', content: `<think>so</think>Hi ${wholeCall}` }
    const completion = { choices: [{ message, finish_reason: 'stop' }] }
    const whole = transformCompletion(completion, { format: 'qwen3_coder', reasoning: 'tags', reasoningNames })
    const { content: _content, tool_calls: calls, ...rest } = whole.choices![0]!.message!
    expect(rest).toEqual(named('Hmso'))
    expect(calls).toHaveLength(1)
  })

  it('hold for an upstream that parses calls itself, only where they are set', () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
    const chunks = [roleChunk, chunkOf({ tool_calls: [{ index: 0, ...call }] }), chunkOf({ reasoning: 'late' })]
    expect(deltasOf(run(chunks)).at(-2)).toEqual({ reasoning: 'late' })
    expect(deltasOf(run(chunks, { reasoningNames: 'both' })).at(-2)).toEqual({
      reasoning_content: 'late',
      reasoning: 'late',
    })
    const completion = {
      choices: [{ message: { content: null, reasoning: 'Hm', tool_calls: [call] }, finish_reason: 'tool_calls' }],
    }
    expect(transformCompletion(completion, { format: 'qwen3_coder' })).toBe(completion)
    const whole = transformCompletion(completion, { format: 'qwen3_coder', reasoningNames: 'reasoning_content' })
    expect(whole.choices![0]!.message).toEqual({ content: null, reasoning_content: 'Hm', tool_calls: [call] })
    expect(completion.choices[0]!.message.reasoning).toBe('Hm')
  })

  it('let a chunk that has them already go on as it is', () => {
    const chunk = chunkOf({ reasoning_content: 'Hm', reasoning: 'Hm' })
    expect(run([roleChunk, chunk], { reasoningNames: 'both' })[1]).toBe(chunk)
  })

  it('are canonical in what is remembered', () => {
    const remembered: unknown[] = []
    run(upstream, {
      reasoningNames: 'reasoning',
      reasoning: 'tags',
      onAnswer: ({ message }) => remembered.push(message.reasoning_content),
    })
    const completion = { choices: [{ message: { content: '<think>so</think>Hi' }, finish_reason: 'stop' }] }
    transformCompletion(completion, {
      format: 'qwen3_coder',
      reasoning: 'tags',
      reasoningNames: 'reasoning',
      onAnswer: ({ message }) => remembered.push(message.reasoning_content),
    })
    expect(remembered).toEqual(['Hmso', 'so'])
  })
})

describe('wrong options', () => {
  it.each([
    [{ reasoningNames: 'thinking' }, /reasoningNames.*reasoning_content, reasoning, both/],
    [{ deliver: 'later' }, /deliver.*stream, when-complete/],
    [{ truncatedCalls: 'drop' }, /truncatedCalls.*length, error/],
  ])('%j are refused at once', (options, message) => {
    expect(() => createChunkTransformer({ format: 'qwen3_coder', ...options } as never)).toThrow(message)
  })
})
