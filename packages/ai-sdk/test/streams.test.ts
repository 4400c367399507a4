import type { Diagnostic } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { MissingToolCallError, type FinishedCall } from '../src/index.ts'
import type { StreamPart } from '../src/specification.ts'
import {
  callOf,
  checkParts,
  contentOf,
  createModel,
  mergeParts,
  readAll,
  reasonOf,
  streamRun,
  textParts,
  toCallTools,
  usageOf,
  wrap,
} from './helpers.ts'

const tools = toCallTools([
  {
    function: { name: 'ls', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
  },
])!
const call = '<tool_call>\n<function=ls>\n<parameter=path>\nsrc/main\n</parameter>\n</function>\n</tool_call>'
const options = { format: 'qwen3_coder', createCallId: (index: number) => `call-${index}` }

async function pass(parts: StreamPart[], more: Parameters<typeof wrap>[1] = options): Promise<StreamPart[]> {
  return readAll((await wrap(createModel([parts]), more).doStream(callOf({ tools }))).stream)
}

const finish = (word: string): StreamPart => ({ type: 'finish', finishReason: reasonOf(word), usage: usageOf('v3') })
const text = (...deltas: string[]): StreamPart[] => [
  { type: 'text-start', id: 't' },
  ...deltas.map((delta) => ({ type: 'text-delta', id: 't', delta })),
  { type: 'text-end', id: 't' },
]

describe('a streamed call', () => {
  it('is start, deltas, end and call, each part as soon as its text is there', async () => {
    const parts = textParts({
      chunks: [
        'Hi. ',
        '<tool_call>\n<function=ls>\n',
        '<parameter=path>\nsrc',
        '/ma',
        'in\n</parameter>\n</function>',
        '\n</tool_call>',
      ],
    })
    const out = await pass(parts)
    checkParts(out)
    expect(out).toEqual([
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'Hi.' },
      { type: 'text-end', id: '0' },
      { type: 'tool-input-start', id: 'call-0', toolName: 'ls' },
      { type: 'tool-input-delta', id: 'call-0', delta: '{"path":"src' },
      { type: 'tool-input-delta', id: 'call-0', delta: '/ma' },
      { type: 'tool-input-delta', id: 'call-0', delta: 'in' },
      { type: 'tool-input-delta', id: 'call-0', delta: '"}' },
      { type: 'tool-input-end', id: 'call-0' },
      { type: 'tool-call', toolCallId: 'call-0', toolName: 'ls', input: '{"path":"src/main"}' },
      { ...parts.at(-1), finishReason: { unified: 'tool-calls', raw: 'raw-stop' } },
    ])
  })

  it('gives the first piece of the input while the model is still writing it', async () => {
    let controller: ReadableStreamDefaultController<StreamPart>
    const stream = new ReadableStream<StreamPart>({ start: (given) => void (controller = given) })
    const model = { ...createModel([]), doStream: () => Promise.resolve({ stream }) }
    const reader = (await wrap(model, options).doStream(callOf({ tools }))).stream.getReader()
    controller!.enqueue({ type: 'text-start', id: '0' })
    controller!.enqueue({ type: 'text-delta', id: '0', delta: '<tool_call>\n<function=ls>\n<parameter=path>\ns' })
    expect((await reader.read()).value).toMatchObject({ type: 'tool-input-start', toolName: 'ls' })
    expect((await reader.read()).value).toMatchObject({ type: 'tool-input-delta', delta: '{"path":"s' })
    await reader.cancel()
  })

  it('waits for its end with deliver: when-complete, and is not sent at all when it was cut', async () => {
    const whenComplete = { ...options, deliver: 'when-complete' } as const
    const whole = await pass(textParts({ chunks: [...call] }), whenComplete)
    checkParts(whole)
    expect(whole.filter(({ type }) => type.startsWith('tool-')).map(({ type }) => type)).toEqual([
      'tool-input-start',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
    ])
    const cut = await pass(textParts({ chunks: [call.slice(0, 60)], finishReason: 'length' }), whenComplete)
    expect(cut.map(({ type }) => type)).toEqual(['stream-start', 'finish'])
    expect(cut.at(-1)!.finishReason).toEqual(reasonOf('length'))
  })

  it('ends the answer with its first call where parallelToolCalls is false', async () => {
    const out = await pass(textParts({ chunks: [`${call}\n${call}\nMore.`] }), { ...options, parallelToolCalls: false })
    expect(contentOf(out).map(({ type }) => type)).toEqual(['tool-call'])
  })

  it('gets ids that never repeat', async () => {
    const ids = new Set<unknown>()
    for (let turn = 0; turn < 3; turn += 1) {
      const out = await pass(textParts({ chunks: [`${call}\n${call}`] }), { format: 'qwen3_coder' })
      for (const part of contentOf(out)) ids.add(part['toolCallId'])
    }
    expect(ids.size).toBe(6)
    for (const id of ids) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  })
})

describe('repairs and cuts are told', () => {
  it('in the metadata of the call and of the finish, and to the callbacks', async () => {
    const seen: Diagnostic[] = []
    const calls: FinishedCall[] = []
    const out = await pass(textParts({ chunks: [call.replace('</parameter>\n</function>', '')] }), {
      ...options,
      onDiagnostic: (diagnostic) => void seen.push(diagnostic),
      onCall: (ended) => void calls.push(ended),
    })
    const made = out.find(({ type }) => type === 'tool-call')!
    expect(made.providerMetadata).toEqual({ tooldelta: { status: 'repaired' } })
    expect(calls).toEqual([{ toolCallId: 'call-0', toolName: 'ls', status: 'repaired' }])
    expect(seen.map(({ code }) => code)).toContain('missing-closer')
    expect(out.at(-1)!.providerMetadata).toEqual({
      tooldelta: { diagnostics: seen.map(({ text: _text, ...remark }) => remark) },
    })
  })

  it('keeps the metadata of the provider', async () => {
    const metadata = { provider: { cached: 3 } }
    const parts = textParts({ chunks: ['Hi.<|im_end|>'] })
    const out = await pass([...parts.slice(0, -1), { ...parts.at(-1)!, providerMetadata: metadata }])
    expect(out.at(-1)!.providerMetadata).toMatchObject({
      ...metadata,
      tooldelta: { diagnostics: [{ code: 'end-token' }] },
    })
    const [start, ...rest] = text('Hi')
    const kept = await pass([{ ...start!, providerMetadata: { p: { item: 1 } } }, ...rest, finish('stop')])
    expect(kept[0]).toEqual({ type: 'text-start', id: 't', providerMetadata: { p: { item: 1 } } })
    expect(kept.at(-1)).not.toHaveProperty('providerMetadata')
  })

  it('calls a truncated call by its status and never finishes with tool-calls', async () => {
    const calls: FinishedCall[] = []
    const onCall = (ended: FinishedCall) => void calls.push(ended)
    const out = await pass(textParts({ chunks: [`${call}\n${call.slice(0, 60)}`] }), { ...options, onCall })
    checkParts(out)
    expect(calls.map(({ status }) => status)).toEqual(['complete', 'truncated'])
    expect(contentOf(out)).toHaveLength(1)
    expect(out.at(-1)!.finishReason).toEqual({ unified: 'length', raw: 'raw-stop' })
  })
})

describe('parts that are no text', () => {
  it('pass as they are', async () => {
    const others: StreamPart[] = [
      { type: 'response-metadata', modelId: 'm' },
      { type: 'raw', rawValue: { a: 1 } },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com' },
      { type: 'file', mediaType: 'image/png', data: 'AA==' },
      { type: 'tool-input-start', id: 'p', toolName: 'web_search', providerExecuted: true },
      { type: 'tool-input-end', id: 'p' },
      { type: 'tool-call', toolCallId: 'p', toolName: 'web_search', input: '{}', providerExecuted: true },
      { type: 'tool-result', toolCallId: 'p', toolName: 'web_search', result: [] },
    ]
    const out = await pass([...others, ...text(call), finish('stop')])
    expect(out.slice(0, others.length)).toEqual(others)
    expect(contentOf(out).map(({ toolName }) => toolName)).toEqual(['web_search', 'ls'])
    expect(out.at(-1)!.finishReason).toMatchObject({ unified: 'tool-calls' })
  })

  it('reasoning of the provider passes, and text is then not taken for a thought that is open', async () => {
    const reasoning: StreamPart[] = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r', providerMetadata: { p: { signature: 'x' } } },
    ]
    const open = { ...options, reasoning: 'open' } as const
    const out = await pass([...reasoning, ...text('Hi.'), finish('stop')], open)
    expect(out.slice(0, 3)).toEqual(reasoning)
    expect(contentOf(out)).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hi.' },
    ])
    const alone = await pass([...text('Hm.\n</think>\n\nHi.'), finish('stop')], open)
    expect(contentOf(alone)).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hi.' },
    ])
    checkParts(alone)
  })

  it('a provider that makes calls itself is left alone from there on', async () => {
    const native: StreamPart[] = [
      { type: 'tool-input-start', id: 'n', toolName: 'ls' },
      { type: 'tool-input-delta', id: 'n', delta: '{}' },
      { type: 'tool-input-end', id: 'n' },
      { type: 'tool-call', toolCallId: 'n', toolName: 'ls', input: '{}' },
    ]
    const [start, end] = [text()[0]!, text()[1]!]
    const delta = (piece: string): StreamPart => ({ type: 'text-delta', id: 't', delta: piece })
    const out = await pass([start, delta('a <tool'), ...native, delta(call), end, finish('tool-calls')])
    checkParts(out)
    expect(contentOf(out)).toEqual([{ type: 'text', text: 'a <tool' }, native[3], { type: 'text', text: call }])
    expect(out.at(-1)).toEqual(finish('tool-calls'))
  })

  it('the end of a block passes at once where nothing is held, with what the provider says at it', async () => {
    const source: StreamPart = { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com' }
    const [start, delta, end] = text('Hi.')
    const cited = { ...end!, providerMetadata: { p: { cited: 1 } } }
    const out = await pass([start!, delta!, cited, source, finish('stop')])
    expect(out).toEqual([start, delta, cited, source, finish('stop')])
    const held = await pass([start!, { ...delta!, delta: 'a <' }, cited, source, finish('stop')])
    expect(mergeParts(held)).toEqual([
      start,
      { ...delta, delta: 'a' },
      source,
      { ...delta, delta: ' <' },
      cited,
      finish('stop'),
    ])
  })

  it('several blocks of text keep their ids, and a call may run over them', async () => {
    const second = text('b')[1]!
    const blocks: StreamPart[] = [
      ...text('a'),
      { type: 'text-start', id: 'u' },
      { ...second, id: 'u', delta: call.slice(0, 30) },
      { type: 'text-end', id: 'u' },
      { type: 'text-start', id: 'v' },
      { ...second, id: 'v', delta: `${call.slice(30)} b` },
      { type: 'text-end', id: 'v' },
      finish('stop'),
    ]
    const out = await pass(blocks)
    checkParts(out)
    expect(contentOf(out)).toMatchObject([
      { text: 'a' },
      { toolName: 'ls', input: '{"path":"src/main"}' },
      { text: ' b' },
    ])
    expect(out.filter(({ type }) => type === 'text-start').map(({ id }) => id)).toEqual(['t', 'v'])
  })
})

describe('ends', () => {
  it.each(['length', 'content-filter', 'error', 'other'])('the provider ends with %s: that stays', async (word) => {
    const out = await pass(textParts({ chunks: [`${call}x`], finishReason: word }))
    expect(out.at(-1)!.finishReason).toEqual(reasonOf(word))
    expect(contentOf(out).map(({ type }) => type)).toEqual(['tool-call', 'text'])
  })

  it('tool-calls without a call is stop', async () => {
    const out = await pass(textParts({ chunks: ['Hi.'], finishReason: 'tool-calls' }))
    expect(out.at(-1)!.finishReason).toEqual({ unified: 'stop', raw: 'raw-tool-calls' })
  })

  it('a stream that ends without a finish gives its held text; a call that was open stays open', async () => {
    const out = await pass(text('a <tool_c').slice(0, 2))
    expect(mergeParts(out)).toEqual([...text('a <tool_c')])
    const cut = await pass(text(call.slice(0, 60)).slice(0, 2))
    expect(cut.map(({ type }) => type)).toEqual(['tool-input-start', 'tool-input-delta', 'tool-input-end'])
  })

  it('an error part passes', async () => {
    const error = new Error('overloaded')
    const out = await pass([...text('a').slice(0, 2), { type: 'error', error }, finish('error')])
    expect(out).toContainEqual({ type: 'error', error })
    expect(out.at(-1)!.finishReason).toEqual(reasonOf('error'))
  })

  it('an error of the stream reaches the reader', async () => {
    const stream = new ReadableStream<StreamPart>({ pull: (controller) => controller.error(new Error('reset')) })
    const model = { ...createModel([]), doStream: () => Promise.resolve({ stream }) }
    const { stream: out } = await wrap(model, options).doStream(callOf({ tools }))
    await expect(readAll(out)).rejects.toThrow('reset')
  })

  it('cancelling reaches the provider', async () => {
    let reason: unknown
    const stream = new ReadableStream<StreamPart>({ cancel: (given) => void (reason = given) })
    const model = { ...createModel([]), doStream: () => Promise.resolve({ stream }) }
    const { stream: out } = await wrap(model, options).doStream(callOf({ tools }))
    await out.cancel('gone')
    expect(reason).toBe('gone')
  })

  it('an abort signal goes to the provider untouched', async () => {
    const model = createModel([textParts({ chunks: ['Hi.'] })])
    const { signal } = new AbortController()
    await wrap(model, options).doStream(callOf({ tools, abortSignal: signal }))
    expect(model.calls[0]!['abortSignal']).toBe(signal)
  })

  it('a call that toolChoice demands and that is missing is an error', async () => {
    const model = () => wrap(createModel([textParts({ chunks: ['No.'] })]), options)
    const required = callOf({ tools, toolChoice: { type: 'required' } })
    const out = await readAll((await model().doStream(required)).stream)
    expect(out.find(({ type }) => type === 'error')!.error).toBeInstanceOf(MissingToolCallError)
    expect(out.at(-1)!.finishReason).toEqual({ unified: 'error', raw: 'raw-stop' })
    await expect(model().doGenerate(required)).rejects.toThrow(MissingToolCallError)
  })
})

it('what a stream does not show stays: request and response', async () => {
  const { stream: _stream, ...rest } = await wrap(createModel([textParts({ chunks: ['a'] })]), options).doStream(
    callOf(),
  )
  expect(rest).toEqual({ request: { body: 'asked' } })
})

it('reads nothing without tools, but splits thoughts off', async () => {
  const run = { options, chunks: ['<think>\nHm.\n</think>\n\n', call] }
  expect(contentOf(await streamRun(run))).toEqual([
    { type: 'reasoning', text: 'Hm.' },
    { type: 'text', text: call },
  ])
})
