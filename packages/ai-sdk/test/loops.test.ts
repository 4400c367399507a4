import * as ai6 from 'ai'
import * as ai5 from 'ai5'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toolCallMiddleware, type ToolCallMiddlewareOptions } from '../src/index.ts'
import type { CallParams, StreamPart } from '../src/specification.ts'
import { createModel, textParts } from './helpers.ts'

const content = 'if (a < b) {\n\tlog("C:\\\\new", \'</parameter>\')\n}\n获取 🌍\n'
const write = (path: string, text: string): string =>
  `<tool_call>\n<function=write_file>\n<parameter=path>\n${path}\n</parameter>\n<parameter=content>\n${text}\n</parameter>\n</function>\n</tool_call>`
const list = '<tool_call>\n<function=list_files>\n</function>\n</tool_call>'

const versions = [
  { name: 'ai 5', ai: ai5 as unknown as typeof ai6, version: 'v2' },
  { name: 'ai 6', ai: ai6, version: 'v3' },
] as const

describe.each(versions)('$name', ({ ai, version }) => {
  function start(
    answers: readonly (readonly string[])[],
    more: Partial<ToolCallMiddlewareOptions> = {},
    finishReason = 'stop',
  ) {
    const files = new Map<string, string>()
    const scripted = createModel(
      answers.map((chunks): StreamPart[] => textParts({ chunks, finishReason }, version)),
      version,
    )
    const model = ai.wrapLanguageModel({
      model: scripted as never,
      middleware: toolCallMiddleware({ format: 'qwen3_coder', ...more }) as never,
    })
    const tools = {
      write_file: ai.tool({
        description: 'Writes a file',
        inputSchema: z.object({ path: z.string(), content: z.string() }),
        execute: ({ path, content: text }) => {
          files.set(path, text)
          return Promise.resolve(`wrote ${path}`)
        },
      }),
      list_files: ai.tool({
        description: 'Lists the files',
        inputSchema: z.object({}),
        execute: () => Promise.resolve([...files.keys()]),
      }),
    }
    const settings = { model, tools, prompt: 'Write a file, then list.', stopWhen: ai.stepCountIs(5) }
    return { files, calls: scripted.calls, settings }
  }

  const answers = [
    [`I write it.\n\n${write('a.ts', content)}`, `\n${write('größe.ts', 'null')}`],
    [...list],
    ['There are ', 'two files.'],
  ]

  it('generateText runs the tools and comes to an answer', async () => {
    const { files, calls, settings } = start(answers)
    const { text, steps, finishReason } = await ai.generateText(settings)
    expect(files).toEqual(
      new Map([
        ['a.ts', content],
        ['größe.ts', 'null'],
      ]),
    )
    expect(text).toBe('There are two files.')
    expect(finishReason).toBe('stop')
    expect(steps.map((step) => [step.text, step.finishReason, step.toolCalls.length])).toEqual([
      ['I write it.', 'tool-calls', 2],
      ['', 'tool-calls', 1],
      ['There are two files.', 'stop', 0],
    ])
    expectPlainPrompts(calls)
  })

  it('streamText streams the input of the calls, runs the tools and comes to an answer', async () => {
    const { files, calls, settings } = start(answers.map((chunks) => [...chunks.join('')]))
    const result = ai.streamText(settings)
    const inputs = new Map<string, string>()
    let deltas = 0
    const made: unknown[] = []
    for await (const part of result.fullStream) {
      if (part.type === 'tool-input-start') inputs.set(part.id, '')
      if (part.type === 'tool-input-delta') {
        inputs.set(part.id, inputs.get(part.id)! + part.delta)
        deltas += 1
      }
      if (part.type === 'tool-call') made.push([part.toolName, part.input])
    }
    const expected = [
      ['write_file', { path: 'a.ts', content }],
      ['write_file', { path: 'größe.ts', content: 'null' }],
      ['list_files', {}],
    ]
    expect(made).toEqual(expected)
    expect([...inputs.values()].map((input) => JSON.parse(input) as unknown)).toEqual(
      expected.map(([, input]) => input),
    )
    expect(deltas).toBeGreaterThan(50)
    expect(files).toEqual(
      new Map([
        ['a.ts', content],
        ['größe.ts', 'null'],
      ]),
    )
    expect(await result.text).toBe('There are two files.')
    expect((await result.steps).map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'tool-calls', 'stop'])
    expectPlainPrompts(calls)
  })

  it('never runs a tool whose call was cut off', async () => {
    for (const finishReason of ['length', 'stop', 'error', 'other']) {
      const chunks = [[...write('a.ts', content).slice(0, 120)]]
      const { files, settings } = start(chunks, {}, finishReason)
      const generated = await ai.generateText(settings)
      expect(generated.toolCalls).toEqual([])
      expect(generated.finishReason).toBe(finishReason === 'stop' ? 'length' : finishReason)
      const { settings: again, files: streamed } = start(chunks, {}, finishReason)
      const result = ai.streamText(again)
      const types = new Set<string>()
      for await (const part of result.fullStream) types.add(part.type)
      expect(types).toContain('tool-input-delta')
      expect(types).not.toContain('tool-call')
      expect([files.size, streamed.size]).toEqual([0, 0])
    }
  })

  it('an unknown tool is told to the model, which may go on', async () => {
    const unknown = '<tool_call>\n<function=remove>\n</function>\n</tool_call>'
    const { calls, settings } = start([[unknown], ['Sorry.']])
    const { text } = await ai.generateText(settings)
    expect(text).toBe('Sorry.')
    expect(JSON.stringify(calls[1]!.prompt)).toContain('unavailable tool')
  })

  it('reasoning in the text is reasoning', async () => {
    const { settings } = start([['<think>\nHm.\n</th', 'ink>\n\nDone.']])
    const { text, reasoningText } = await ai.generateText(settings)
    expect({ text, reasoningText }).toEqual({ text: 'Done.', reasoningText: 'Hm.' })
  })

  it('mode template leaves tools and results to the provider', async () => {
    const { calls, settings } = start(answers, { mode: 'template' })
    const { text } = await ai.generateText({ ...settings, providerOptions: { scripted: { top: 1 } } })
    expect(text).toBe('There are two files.')
    expect(calls[2]!.tools!.map(({ name }) => name)).toEqual(['write_file', 'list_files'])
    expect(calls[2]!.toolChoice).toEqual({ type: 'none' })
    expect(calls[2]!['providerOptions']).toEqual({ scripted: { top: 1 } })
    expect(calls[2]!.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool'])
  })
})

/** The provider hears of no tool: all is text of plain messages, and the past calls are as the model wrote them. */
function expectPlainPrompts(calls: readonly CallParams[]): void {
  expect(calls).toHaveLength(3)
  for (const { tools, toolChoice } of calls) expect({ tools, toolChoice }).toEqual({})
  const { prompt } = calls[2]!
  expect(prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user', 'assistant', 'user'])
  const texts = prompt.map((message) => {
    if (typeof message.content === 'string') return message.content
    expect(message.content.map(({ type }) => type)).toEqual(['text'])
    return message.content[0]!.text
  })
  expect(texts[0]).toContain('<name>write_file</name>\n<description>Writes a file</description>')
  expect(texts[2]).toBe(`I write it.\n\n${write('a.ts', content)}\n${write('größe.ts', 'null')}`)
  expect(texts[3]).toBe(
    '<tool_response>\nwrote a.ts\n</tool_response>\n<tool_response>\nwrote größe.ts\n</tool_response>\n',
  )
  expect(texts[4]).toBe(list)
  expect(texts[5]).toBe('<tool_response>\n["a.ts","größe.ts"]\n</tool_response>\n')
}
