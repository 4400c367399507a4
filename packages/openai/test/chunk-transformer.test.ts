import { describe, expect, it } from 'vitest'
import { createChunkTransformer, type ChatCompletionChunk } from '../src/index.ts'
import {
  chunkOf,
  closeCall,
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

const fixedIds = { createCallId: (index: number) => `call_${index}` }

describe('the order of a stream', () => {
  it('sends role, content, call, arguments and finish, each in a chunk of its own', () => {
    const chunks = run([roleChunk, text('Hi.'), text(openCall), text(closeCall, 'stop')], fixedIds)
    expect(deltasOf(chunks)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Hi.' },
      { tool_calls: [{ index: 0, id: 'call_0', type: 'function', function: { name: 'write_file', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"path":"a.txt","content":"hel' } }] },
      { tool_calls: [{ index: 0, function: { arguments: 'lo"}' } }] },
      { delta: {}, finish: 'tool_calls' },
    ])
    for (const chunk of chunks) expect(chunk).toMatchObject(envelope)
  })

  it('begins with the role when the upstream leaves it out', () => {
    expect(deltasOf(run([text('Hi')]))[0]).toEqual({ role: 'assistant', content: '' })
  })

  it('takes the role apart from text in the same chunk', () => {
    expect(deltasOf(run([chunkOf({ role: 'assistant', content: 'Hi' }, 'stop')]))).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Hi' },
      { delta: {}, finish: 'stop' },
    ])
  })

  it('says the role once', () => {
    const again = chunkOf({ role: 'assistant', content: 'a' })
    expect(deltasOf(run([again, again, chunkOf({ role: '', content: 'b' })]))).toEqual([
      { role: 'assistant', content: '' },
      { content: 'a' },
      { content: 'a' },
      { content: 'b' },
      { delta: {}, finish: 'stop' },
    ])
  })

  it('gives a call without arguments {} and nothing before it', () => {
    const { choices } = fold([roleChunk, text(emptyCall, 'stop')])
    expect(choices[0]!.calls[0]).toMatchObject({ name: 'list_files', arguments: '{}' })
  })

  it('puts text between and after calls into chunks of its own', () => {
    const { choices } = fold([roleChunk, text(`a ${wholeCall} b ${emptyCall} c`, 'stop')])
    expect(choices[0]!.calls.map((call) => call.name)).toEqual(['write_file', 'list_files'])
    expect(choices[0]!.content).toBe('a b c')
  })

  it('makes ids that no other answer has', () => {
    const ids = [1, 2].flatMap(() =>
      fold([roleChunk, text(wholeCall + emptyCall, 'stop')]).choices[0]!.calls.map(({ id }) => id),
    )
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  })
})

describe('chunks that say the same', () => {
  it('come back as the same object', () => {
    const chunks = [
      roleChunk,
      text('Hello'),
      text(' world'),
      chunkOf({}),
      chunkOf({ content: '.' }, null, { logprobs: null }),
      chunkOf({}, 'stop'),
    ]
    expect(stepsOf(chunks)).toEqual(['same', 'same', 'same', 'same', 'same', 'same', []])
  })

  it('come back as the same object with null content beside the role', () => {
    expect(stepsOf([chunkOf({ role: 'assistant', content: null })])[0]).toBe('same')
  })

  it('are never passed ahead of text that is held back', () => {
    const steps = stepsOf([
      roleChunk,
      text('a <tool'),
      chunkOf({}),
      text('box> b'),
      text('\n'),
      text('c'),
      chunkOf({}, 'stop'),
    ])
    expect(steps[1]).not.toBe('same')
    expect(steps[3]).not.toBe('same')
    const content = (steps as ChatCompletionChunk[][])
      .slice(1, 6)
      .flatMap((step) => ((step as unknown) === 'same' ? [] : step))
    expect(content.map((chunk) => chunk.choices![0]!.delta.content ?? '').join('')).toBe('a <toolbox> b\nc')
  })

  it('are not given away with a finish that differs', () => {
    const steps = stepsOf([roleChunk, text(wholeCall), chunkOf({}, 'stop')])
    expect(deltasOf(steps[2] as ChatCompletionChunk[])).toEqual([{ delta: {}, finish: 'tool_calls' }])
  })

  it('are sent in order with held text before a finish', () => {
    expect(deltasOf(run([roleChunk, text('a <tool_'), chunkOf({}, 'stop')])).slice(1)).toEqual([
      { content: 'a' },
      { content: ' <tool_' },
      { delta: {}, finish: 'stop' },
    ])
  })
})

describe('the finish', () => {
  it('is apart from the text of the same chunk and takes its stop reason along', () => {
    const [, , last] = stepsOf([roleChunk, text('Hi'), text(' you', 'stop', { stop_reason: 151_645, token_ids: [5] })])
    expect((last as ChatCompletionChunk[]).map((chunk) => chunk.choices![0])).toEqual([
      { index: 0, delta: { content: ' you' }, finish_reason: null, token_ids: [5] },
      { index: 0, delta: {}, finish_reason: 'stop', stop_reason: 151_645 },
    ])
  })

  it.each([
    ['stop', 'tool_calls'],
    ['tool_calls', 'tool_calls'],
    ['length', 'length'],
    ['content_filter', 'content_filter'],
  ])('of %s after a complete call is %s', (upstream, sent) => {
    expect(fold([roleChunk, text(wholeCall, upstream)]).choices[0]!.finishReason).toBe(sent)
  })

  it('is tool_calls after a repaired call', () => {
    const unclosed = wholeCall.replace('\n</tool_call>', '')
    expect(fold([roleChunk, text(unclosed, 'stop')]).choices[0]).toMatchObject({ finishReason: 'tool_calls' })
  })

  it('P7: is never tool_calls with a truncated call, and its arguments stay open', () => {
    for (const reason of ['stop', 'tool_calls', 'length']) {
      const { choices } = fold([roleChunk, text(openCall, reason)])
      expect(choices[0]).toMatchObject({ finishReason: 'length' })
      expect(choices[0]!.calls[0]!.arguments).toBe('{"path":"a.txt","content":"hel')
    }
  })

  it('is length when the last of several calls is truncated', () => {
    expect(fold([roleChunk, text(emptyCall + openCall, 'stop')]).choices[0]!.finishReason).toBe('length')
  })

  it('is stop when the upstream says tool_calls and there are none', () => {
    expect(fold([roleChunk, text('Hi', 'tool_calls')]).choices[0]!.finishReason).toBe('stop')
  })

  it('is made from the calls when the upstream forgets it', () => {
    expect(fold([roleChunk, text(wholeCall)]).choices[0]!.finishReason).toBe('tool_calls')
    expect(fold([roleChunk, text(openCall)]).choices[0]!.finishReason).toBe('length')
    expect(fold([roleChunk, text('Hi')]).choices[0]!.finishReason).toBe('stop')
  })

  it('comes once, and nothing of the choice after it', () => {
    const chunks = [
      roleChunk,
      text('Hi', 'stop'),
      text('more'),
      chunkOf({}, 'stop'),
      text('x', null, { token_ids: [1] }),
    ]
    expect(stepsOf(chunks).slice(2)).toEqual([[], [], [], []])
  })

  it('is not made of an empty finish reason', () => {
    expect(fold([roleChunk, text('Hi', ''), text(' you', 'stop')]).choices[0]).toMatchObject({ content: 'Hi you' })
  })
})

describe('truncatedCalls: error', () => {
  it('ends the stream with an error on which clients do not retry', () => {
    const chunks = run([roleChunk, text(openCall, 'length'), text('more')], { truncatedCalls: 'error' })
    expect(chunks.at(-1)).toEqual({
      error: {
        message: expect.stringContaining('must not be executed'),
        type: 'upstream_error',
        code: 'tool_call_truncated',
      },
    })
    expect(chunks.every((chunk) => !chunk.choices?.[0]?.finish_reason)).toBe(true)
  })

  it('does so at a missing finish too, and leaves whole calls alone', () => {
    expect(run([roleChunk, text(openCall)], { truncatedCalls: 'error' }).at(-1)).toHaveProperty('error')
    expect(fold([roleChunk, text(wholeCall, 'length')], { truncatedCalls: 'error' }).choices[0]!.finishReason).toBe(
      'length',
    )
  })
})

describe('deliver: when-complete', () => {
  const options = { deliver: 'when-complete' } as const

  it('sends a call once it is whole', () => {
    const steps = stepsOf([roleChunk, text(`a${openCall}`), text('hel'), text(closeCall), chunkOf({}, 'stop')], options)
    expect(deltasOf(steps[1] as ChatCompletionChunk[])).toEqual([{ content: 'a' }])
    expect(steps[2]).toEqual([])
    expect((steps[3] as ChatCompletionChunk[])[0]!.choices![0]!.delta.tool_calls![0]!.function.name).toBe('write_file')
  })

  it('never sends a truncated one', () => {
    const { choices } = fold([roleChunk, text(`a${openCall}`, 'length')], options)
    expect(choices[0]).toEqual({ content: 'a', reasoning: '', calls: [], finishReason: 'length' })
    expect(fold([roleChunk, text(openCall, 'stop')], options).choices[0]).toMatchObject({
      calls: [],
      finishReason: 'length',
    })
  })

  it('leaves no gap in the indexes for a call that was left out', () => {
    const limits = { argumentChars: 20 }
    const { choices } = fold([roleChunk, text(wholeCall + emptyCall, 'stop')], { ...options, limits })
    expect(choices[0]!.calls.map((call) => call.name)).toEqual(['list_files'])
    expect(choices[0]!.finishReason).toBe('length')
  })
})

describe('reasoning', () => {
  it('out of the text goes to reasoning_content', () => {
    const { choices } = fold([roleChunk, text(`<think>\nplan\n</think>\n\nHi.\n${wholeCall}`, 'stop')])
    expect(choices[0]).toMatchObject({ reasoning: 'plan', content: 'Hi.', finishReason: 'tool_calls' })
  })

  it.each(['reasoning_content', 'reasoning'])(
    'of the upstream in %s goes to reasoning_content, before content',
    (field) => {
      const chunks = [
        roleChunk,
        chunkOf({ [field]: 'plan' }),
        chunkOf({ [field]: '!', content: 'Hi' }),
        chunkOf({}, 'stop'),
      ]
      expect(deltasOf(run(chunks)).slice(1)).toEqual([
        { reasoning_content: 'plan' },
        { reasoning_content: '!' },
        { content: 'Hi' },
        { delta: {}, finish: 'stop' },
      ])
    },
  )

  it('of the upstream waits for the end of a call', () => {
    const chunks = [roleChunk, text(openCall), chunkOf({ reasoning: 'late' }), text(`${closeCall}${emptyCall}`, 'stop')]
    const kinds = deltasOf(run(chunks)).map((delta) => Object.keys(delta as object)[0])
    expect(kinds.indexOf('reasoning_content')).toBeGreaterThan(kinds.indexOf('tool_calls'))
    expect(fold(chunks).choices[0]).toMatchObject({ reasoning: 'late', finishReason: 'tool_calls' })
    expect(fold(chunks).choices[0]!.calls).toHaveLength(2)
  })

  it('of the upstream waits for earlier text that is held back', () => {
    const deltas = deltasOf(
      run([roleChunk, text('a <tool'), chunkOf({ reasoning: 'r' }), text('box'), chunkOf({}, 'stop')]),
    )
    const order = deltas.map((delta) => JSON.stringify(delta))
    expect(order.findIndex((delta) => delta.includes('<tool'))).toBeLessThan(
      order.findIndex((delta) => delta.includes('"r"')),
    )
  })

  it('of the upstream means that the content is no thought', () => {
    const chunks = [roleChunk, chunkOf({ reasoning: 'plan' }), text('Hi', 'stop')]
    expect(fold(chunks, { reasoning: 'open' }).choices[0]).toMatchObject({ reasoning: 'plan', content: 'Hi' })
  })
})

describe('fields that are not known', () => {
  it('are copied to the first chunk that comes out, and not to the others', () => {
    const logprobs = { content: [{ token: 'x' }] }
    const [, step] = stepsOf([
      roleChunk,
      text(`a ${wholeCall}`, null, { logprobs }, { system_fingerprint: 'fp', x_extra: 1 }),
    ])
    const chunks = step as ChatCompletionChunk[]
    expect(chunks[0]).toMatchObject({ system_fingerprint: 'fp', x_extra: 1 })
    expect(chunks[0]!.choices![0]).toMatchObject({ logprobs })
    for (const chunk of chunks.slice(1)) {
      expect(Object.keys(chunk).sort()).toEqual(['choices', 'created', 'id', 'model', 'object'])
      expect(Object.keys(chunk.choices![0]!).sort()).toEqual(['delta', 'finish_reason', 'index'])
    }
  })

  it('travel on an empty chunk while the text waits', () => {
    const [, step] = stepsOf([roleChunk, text('<tool_c', null, { token_ids: [151_657] })])
    expect(step).toEqual([
      { ...envelope, choices: [{ index: 0, delta: {}, finish_reason: null, token_ids: [151_657] }] },
    ])
  })

  it('make no empty chunk when they are null or always the same', () => {
    const [, step] = stepsOf([roleChunk, text('<tool_c', null, { logprobs: null }, { system_fingerprint: 'fp' })])
    expect(step).toEqual([])
  })

  it('of a delta are kept', () => {
    const chunks = run([roleChunk, chunkOf({ refusal: 'no' }), chunkOf({}, 'stop')])
    expect(deltasOf(chunks)[1]).toEqual({ refusal: 'no' })
  })

  it('leave token ids to tell a marker from ordinary text', () => {
    const options = { markerTokens: { '<tool_call>': 151_657, '</tool_call>': 151_658 } }
    const body = '\n{"name": "f", "arguments": {}}\n</tool_call>'
    const answer = (ids: number[]): object[] => [
      roleChunk,
      text('<tool_call>', null, { token_ids: ids }),
      text(body, 'stop', { token_ids: [4, 151_658] }),
    ]
    const hermes = { ...options, format: 'hermes' }
    expect(fold(answer([1, 2, 3]), hermes).choices[0]).toMatchObject({ calls: [], content: `<tool_call>${body}` })
    expect(fold(answer([151_657]), hermes).choices[0]).toMatchObject({ calls: [{ name: 'f' }], content: '' })
  })
})

describe('odd deltas', () => {
  it('may have null or no content, null or empty tool_calls, or no delta', () => {
    const chunks = [
      roleChunk,
      chunkOf({ content: null, tool_calls: null }),
      chunkOf({ tool_calls: [] }),
      chunkOf({ content: 'Hi', tool_calls: [] }),
      { ...envelope, choices: [{ index: 0, finish_reason: null }] },
      { ...envelope, choices: [{ index: 0, finish_reason: 'stop' }] },
    ]
    const sent = run(chunks)
    expect(JSON.stringify(sent)).not.toContain('tool_calls')
    expect(fold(chunks).choices[0]).toMatchObject({ content: 'Hi', finishReason: 'stop' })
  })

  it('may have content in parts', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]
    expect(fold([roleChunk, chunkOf({ content: parts }, 'stop')]).choices[0]!.content).toBe('ab')
  })

  it('are signs of life without text', () => {
    expect(
      deltasOf(run([roleChunk, text(openCall), chunkOf({ content: '' }), text(closeCall, 'stop')])),
    ).toContainEqual({})
  })
})

describe('several choices', () => {
  it('have a parser each and a chunk each', () => {
    const both = (a: string, b: string, finish: string | null = null): object => ({
      ...envelope,
      choices: [
        { index: 0, delta: { content: a }, finish_reason: finish },
        { index: 1, delta: { content: b }, finish_reason: finish },
      ],
    })
    const { choices } = fold([
      both('<tool_call>\n<func', 'plain <tool'),
      both('tion=list_files>\n', 'box'),
      both('</function>\n</tool_call>', '', 'stop'),
    ])
    expect(choices[0]).toMatchObject({ content: '', finishReason: 'tool_calls' })
    expect(choices[1]).toMatchObject({ content: 'plain <toolbox', finishReason: 'stop', calls: [] })
  })

  it('get a chunk each even where nothing changes', () => {
    const delta = { role: 'assistant', content: '' }
    const role = {
      ...envelope,
      choices: [
        { index: 0, delta, finish_reason: null },
        { index: 1, delta, finish_reason: null },
      ],
    }
    expect(
      run([role])
        .slice(0, 2)
        .map((chunk) => chunk.choices),
    ).toEqual([[role.choices[0]], [role.choices[1]]])
  })
})

describe('usage', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
  const usageChunk = { ...envelope, choices: [], usage }

  it('is the last chunk when it was asked for', () => {
    const steps = stepsOf([roleChunk, chunkOf({}, 'stop'), usageChunk], { includeUsage: true })
    expect(steps.slice(2)).toEqual(['same', []])
  })

  it('is removed when it was not', () => {
    const chunks = [text('a', null, {}, { usage }), chunkOf({}, 'stop', {}, { usage }), usageChunk]
    expect(JSON.stringify(run([roleChunk, ...chunks], { includeUsage: false }))).not.toContain('usage')
  })

  it('passes as it comes when nothing is said', () => {
    expect(stepsOf([roleChunk, chunkOf({}, 'stop', {}, { usage }), usageChunk])).toEqual(['same', 'same', 'same', []])
    expect(run([roleChunk, text('a', 'stop', {}, { usage })]).at(-1)).toMatchObject({ usage, choices: [{ delta: {} }] })
  })

  it.each([true, false, undefined])('is never on a chunk with text (includeUsage %s)', (includeUsage) => {
    const chunks = [
      roleChunk,
      text('a', null, {}, { usage }),
      text(openCall, null, {}, { usage }),
      text(closeCall, 'stop', {}, { usage }),
      usageChunk,
    ]
    for (const chunk of run(chunks, { includeUsage })) {
      const choice = chunk.choices?.[0]
      if (choice !== undefined && Object.keys(choice.delta).length > 0) expect(chunk.usage ?? null).toBeNull()
    }
  })

  it('is never on a chunk of an upstream that parses', () => {
    const native = chunkOf(
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      null,
      {},
      { usage },
    )
    expect(
      run([roleChunk, native, chunkOf({}, 'tool_calls'), usageChunk], { includeUsage: true })[1],
    ).not.toHaveProperty('usage')
  })

  it('is given at the end when the upstream has it on other chunks only', () => {
    const chunks = [roleChunk, text('a', null, {}, { usage: { total_tokens: 1 } }), chunkOf({}, 'stop', {}, { usage })]
    expect(fold(chunks, { includeUsage: true }).usage).toEqual(usage)
  })

  it('is one chunk and comes after the finish, whatever the upstream does', () => {
    const chunks = [roleChunk, { ...usageChunk, usage: { total_tokens: 1 } }, text('a'), usageChunk, usageChunk]
    expect(fold(chunks, { includeUsage: true })).toMatchObject({ usage, choices: [{ finishReason: 'stop' }] })
    expect(run([roleChunk, chunkOf({}, 'stop'), usageChunk, usageChunk]).filter((chunk) => chunk.usage)).toHaveLength(1)
  })

  it('gets an empty choices list where the upstream has none', () => {
    expect(run([roleChunk, chunkOf({}, 'stop'), { ...envelope, usage }]).at(-1)).toEqual(usageChunk)
    expect(run([roleChunk, chunkOf({}, 'stop'), { ...envelope, choices: null, usage }]).at(-1)).toEqual(usageChunk)
  })

  it('may be null on every chunk', () => {
    const chunks = [
      chunkOf({ role: 'assistant', content: '' }, null, {}, { usage: null }),
      text('a', null, {}, { usage: null }),
    ]
    expect(stepsOf(chunks, { includeUsage: true }).slice(0, 2)).toEqual(['same', 'same'])
  })
})

describe('errors in the stream', () => {
  it.each([
    [
      { error: { message: 'm', type: 'BadRequestError', param: null, code: 400 } },
      { message: 'm', type: 'BadRequestError', code: 400 },
    ],
    [
      { object: 'error', message: 'm', type: 'InternalServerError', code: 500 },
      { message: 'm', type: 'InternalServerError', code: 500 },
    ],
    [{ detail: 'm' }, { message: 'm', type: 'upstream_error', code: null }],
    [{ error: 'm' }, { message: 'm', type: 'upstream_error', code: null }],
  ])('of the shape %j are forwarded and end it', (given, told) => {
    const chunks = run([roleChunk, text('a <tool'), given, text('b')])
    expect(deltasOf(chunks).slice(1)).toEqual([{ content: 'a' }, { content: ' <tool' }, { error: told }])
  })

  it('lose a type and code on which clients would repeat half an answer', () => {
    const given = { error: { message: 'm', type: 'rate_limit_exceeded', code: 429 } }
    expect(run([roleChunk, text('a'), given]).at(-1)).toEqual({
      error: { message: 'm', type: 'upstream_error', code: 'upstream_429' },
    })
    expect(run([roleChunk, given]).at(-1)).toEqual(given)
  })

  it('are made of a stream that breaks off, after the held text', () => {
    const chunks = run([roleChunk, text('a <tool')], {}, 'abort')
    expect(deltasOf(chunks).slice(1)).toEqual([
      { content: 'a' },
      { content: ' <tool' },
      { error: { message: expect.any(String), type: 'upstream_error', code: 'upstream_disconnected' } },
    ])
    expect(chunks.at(-1)!.error!.message).not.toMatch(
      /aborted|overloaded|premature close|connection reset|socket hang up/i,
    )
  })

  it('are made of a stream that breaks off before or inside a call, whose arguments stay open', () => {
    expect(run([], {}, 'error')).toEqual([{ error: expect.objectContaining({ code: 'upstream_disconnected' }) }])
    const { choices, error } = fold([roleChunk, text(openCall)], {}, 'abort')
    expect(error).toBeDefined()
    expect(choices[0]!.calls[0]!.arguments).toBe('{"path":"a.txt","content":"hel')
  })

  it('are not made of a break after the finish', () => {
    expect(fold([roleChunk, text('a', 'stop')], {}, 'abort').error).toBeUndefined()
  })
})

describe('an upstream that parses', () => {
  const start = chunkOf({
    tool_calls: [{ index: 0, id: 'chatcmpl-tool-1', type: 'function', function: { name: 'f', arguments: '' } }],
  })
  const rest = chunkOf({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] })

  it('is passed on untouched', () => {
    const chunks = [
      roleChunk,
      text('Hi'),
      start,
      rest,
      text('<tool_call> is text'),
      chunkOf({ content: 'x' }, 'tool_calls'),
    ]
    expect(stepsOf(chunks)).toEqual(['same', 'same', 'same', 'same', 'same', 'same', []])
  })

  it('gets the text that was held back before its first call', () => {
    const steps = stepsOf([roleChunk, text('Hi <tool'), start, rest, chunkOf({}, 'tool_calls')])
    expect(deltasOf(steps[2] as ChatCompletionChunk[]).map((delta) => Object.keys(delta as object)[0])).toEqual([
      'content',
      'tool_calls',
    ])
    expect(steps.slice(3)).toEqual(['same', 'same', []])
  })

  it('counts on from calls that came as text', () => {
    const { choices } = fold([roleChunk, text(emptyCall), start, rest, chunkOf({}, 'tool_calls')])
    expect(choices[0]!.calls.map((call) => call.name)).toEqual(['list_files', 'f'])
  })

  it('is not said to have finished its calls when it did not say so', () => {
    expect(
      fold([roleChunk, start, chunkOf({ tool_calls: [{ index: 0, function: { arguments: '{"a' } }] })]).choices[0]!
        .finishReason,
    ).toBe('length')
  })
})

describe('misuse', () => {
  it('is reported when the transformer is made', () => {
    expect(() => createChunkTransformer({ format: 'qwen_coder3' })).toThrow(TypeError)
  })

  it('is reported with a hint', () => {
    const transformer = createChunkTransformer({ format: 'qwen3_coder' })
    expect(() => transformer.transform('{"choices":[]}' as never)).toThrow(/JSON\.parse/)
  })
})

describe('the rest', () => {
  it('gives remarks of the parser with their choice', () => {
    const remarks: unknown[] = []
    run([roleChunk, text(openCall, 'length')], {
      onDiagnostic: (diagnostic, choice) => remarks.push([diagnostic.code, choice]),
    })
    expect(remarks).toContainEqual(['truncated', 0])
  })

  it('passes heartbeats without choices and gives a flush of nothing nothing', () => {
    expect(stepsOf([{ ...envelope, choices: [] }])).toEqual(['same', []])
    expect(run([])).toEqual([])
  })

  it('keeps the envelope of a chunk that leaves it out', () => {
    const chunks = run([
      roleChunk,
      { choices: [{ index: 0, delta: { content: 'a ' } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ])
    expect(chunks[1]).toMatchObject(envelope)
  })

  it('parses nothing with an empty list of tools', () => {
    expect(fold([roleChunk, text(wholeCall, 'stop')], { tools: [] }).choices[0]).toMatchObject({
      content: wholeCall,
      calls: [],
    })
  })
})
