import { describe, expect, it } from 'vitest'
import { toolCallMiddleware, type ToolCallMiddlewareOptions } from '../src/index.ts'
import { prepareCall } from '../src/prepare-call.ts'
import type { CallParams, CallTool, PromptMessage } from '../src/specification.ts'
import { contentOf, createModel, readAll, textParts, wrap } from './helpers.ts'

const ls: CallTool = {
  type: 'function',
  name: 'ls',
  description: 'Lists',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
}
const search: CallTool = { type: 'provider', id: 'p.search', name: 'search', args: {} }
const hello: PromptMessage = { role: 'user', content: [{ type: 'text', text: 'Hello' }] }

function prepare(params: Partial<CallParams>, options: Partial<ToolCallMiddlewareOptions> = {}) {
  return prepareCall({ prompt: [hello], ...params }, { format: 'hermes', ...options })
}

const textOf = ({ content }: PromptMessage): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('')

describe('mode prompt', () => {
  it('leaves a call without tools and calls alone', () => {
    const system: PromptMessage = { role: 'system', content: 'Be kind.', providerOptions: { p: { cache: true } } }
    const image = { type: 'file', mediaType: 'image/png', data: new Uint8Array([1]) }
    const user: PromptMessage = { role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }
    const thought: PromptMessage = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Hm.', providerOptions: { p: { signature: 'x' } } },
        { type: 'text', text: 'A dot.' },
      ],
    }
    const prompt = [system, user, thought, hello]
    const { params } = prepare({ prompt, temperature: 0.5, providerOptions: { p: { top: 1 } } })
    expect(params).toEqual({ prompt, temperature: 0.5, providerOptions: { p: { top: 1 } } })
    for (const [index, message] of params.prompt.entries()) expect(message).toBe(prompt[index])
  })

  it('writes tools into the system message, and keeps its provider options', () => {
    const system: PromptMessage = { role: 'system', content: 'Be kind.', providerOptions: { p: { cache: true } } }
    const { params, answer } = prepare({ prompt: [system, hello], tools: [ls] })
    expect(params.tools).toBeUndefined()
    expect(params.prompt[0]!.providerOptions).toEqual({ p: { cache: true } })
    expect(textOf(params.prompt[0]!)).toMatch(/^Be kind\.[^]*"name": "ls"/)
    expect(params.prompt[1]).toBe(hello)
    expect(answer.tools!.map(({ function: { name } }) => name)).toEqual(['ls'])
  })

  it('writes calls and results of every kind, files beside them', () => {
    const call = (id: string, input: unknown) => ({ type: 'tool-call', toolCallId: id, toolName: 'ls', input })
    const result = (id: string, output: { type: string; value?: unknown; reason?: string }) => ({
      type: 'tool-result',
      toolCallId: id,
      toolName: 'ls',
      output,
    })
    const prompt: PromptMessage[] = [
      hello,
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Look.' },
          { type: 'text', text: 'I look.' },
          ...['a', 'b', 'c', 'd', 'e'].map((id) => call(id, { path: id })),
        ],
      },
      {
        role: 'tool',
        content: [
          result('a', { type: 'text', value: '<one>' }),
          result('b', { type: 'json', value: { two: [2] } }),
          result('c', { type: 'error-text', value: 'no such file' }),
          result('d', { type: 'execution-denied', reason: 'Not that.' }),
          result('e', { type: 'execution-denied' }),
        ],
      },
      { role: 'assistant', content: [call('f', '{"path": "broken')] },
      {
        role: 'tool',
        content: [
          result('f', {
            type: 'content',
            value: [
              { type: 'text', text: 'see' },
              { type: 'image-data', data: 'AA==', mediaType: 'image/png' },
              { type: 'file-url', url: 'https://example.com/a.pdf', mediaType: 'application/pdf' },
              { type: 'file-id', fileId: 'x' },
            ],
          }),
        ],
      },
    ]
    const { params } = prepare({ prompt, tools: [ls] })
    expect(params.prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user', 'assistant', 'user'])
    const calls = params.prompt[2]!.content as { type: string; text: string }[]
    expect(calls.map(({ type }) => type)).toEqual(['reasoning', 'text'])
    expect(calls[0]!.text).toBe('Look.')
    expect(calls[1]!.text).toMatch(
      /^I look\.\n<tool_call>\n\{"name": "ls", "arguments": \{"path": ?"a"\}\}\n<\/tool_call>/,
    )
    expect(calls[1]!.text.match(/<tool_call>/g)).toHaveLength(5)
    const results = textOf(params.prompt[3]!)
    for (const text of ['<one>', '{"two":[2]}', 'no such file', 'Not that.', 'The user did not allow this call.']) {
      expect(results).toContain(`<tool_response>\n${text}\n</tool_response>`)
    }
    expect(textOf(params.prompt[4]!)).toContain('"path"')
    const parts = params.prompt[5]!.content
    expect(parts).toContainEqual({ type: 'file', data: 'AA==', mediaType: 'image/png' })
    expect(parts).toContainEqual({
      type: 'file',
      data: new URL('https://example.com/a.pdf'),
      mediaType: 'application/pdf',
    })
    expect(textOf(params.prompt[5]!)).toContain('"fileId":"x"')
  })

  it('keeps calls of the provider’s own tools as parts', () => {
    const own = { type: 'tool-call', toolCallId: 's', toolName: 'search', input: {}, providerExecuted: true }
    const result = { type: 'tool-result', toolCallId: 's', toolName: 'search', output: { type: 'json', value: [] } }
    const searched: PromptMessage = { role: 'assistant', content: [own, result, { type: 'text', text: 'Found.' }] }
    const mixed: PromptMessage = {
      role: 'assistant',
      content: [own, result, { type: 'tool-call', toolCallId: 'l', toolName: 'ls', input: {} }],
    }
    const { params } = prepare({ prompt: [hello, searched, hello, mixed], tools: [ls, search] })
    expect(params.tools).toEqual([search])
    expect(params.prompt[2]).toBe(searched)
    const parts = params.prompt[4]!.content
    expect(parts.slice(0, 2)).toEqual([own, result])
    expect(JSON.stringify(parts)).toContain('<tool_call>')
  })
})

describe('toolChoice', () => {
  it('none: the tools are not in the prompt, and text with markers stays text', async () => {
    const { params, answer } = prepare({ tools: [ls], toolChoice: { type: 'none' } })
    expect(params).toEqual({ prompt: [hello] })
    expect(answer.tools).toEqual([])
    const text = '<tool_call>\n{"name": "ls", "arguments": {}}\n</tool_call>'
    const model = wrap(createModel([textParts({ chunks: [text] })]), { format: 'hermes' })
    const parts = await readAll(
      (await model.doStream({ prompt: [hello], tools: [ls], toolChoice: { type: 'none' } })).stream,
    )
    expect(contentOf(parts)).toEqual([{ type: 'text', text }])
  })

  it('required and a named tool: a line of the system message', () => {
    const required = prepare({ tools: [ls], toolChoice: { type: 'required' } })
    expect(textOf(required.params.prompt[0]!)).toContain('You must call one of your tools now.')
    expect(required.answer.requiresCall).toBe(true)
    const named = prepare({ tools: [ls], toolChoice: { type: 'tool', toolName: 'ls' } })
    expect(textOf(named.params.prompt[0]!)).toContain('You must call the tool ls now.')
    expect(named.answer.singleCall).toBe(true)
  })

  it('json: the provider decodes the calls', async () => {
    const params = { prompt: [hello], tools: [ls], toolChoice: { type: 'tool', toolName: 'ls' } }
    const prepared = prepare(params, { toolChoice: 'json' })
    expect(prepared.params.responseFormat).toEqual({ type: 'json', name: 'arguments', schema: ls.inputSchema })
    const model = wrap(createModel([textParts({ chunks: ['{"path": ', '"src"}'] })]), {
      format: 'hermes',
      toolChoice: 'json',
    })
    const parts = await readAll((await model.doStream(params)).stream)
    expect(contentOf(parts)).toMatchObject([{ type: 'tool-call', toolName: 'ls', input: '{"path": "src"}' }])
  })

  it('a constraint of the caller’s own wins, with a warning', async () => {
    const responseFormat = { type: 'json', schema: { type: 'object' } }
    const params = { prompt: [hello], tools: [ls], toolChoice: { type: 'required' }, responseFormat }
    const prepared = prepare(params)
    expect(prepared.params.responseFormat).toBe(responseFormat)
    expect(prepared.answer.requiresCall).toBeUndefined()
    const model = wrap(createModel([textParts({ chunks: ['{}'] }), textParts({ chunks: ['{}'] })]), {
      format: 'hermes',
    })
    const [start] = await readAll((await model.doStream(params)).stream)
    expect(start).toEqual({ type: 'stream-start', warnings: [{ type: 'other', message: prepared.warnings[0] }] })
    expect((await model.doGenerate(params)).warnings).toEqual(start!.warnings)
  })

  it('a tool of the provider’s own that is named stays named', () => {
    const toolChoice = { type: 'tool', toolName: 'search' }
    expect(prepare({ tools: [ls, search], toolChoice }).params).toMatchObject({ tools: [search], toolChoice })
    const required = prepare({ tools: [ls, search], toolChoice: { type: 'required' } })
    expect(required.params.toolChoice).toEqual({ type: 'auto' })
  })

  it('a tool that is not there is refused', () => {
    expect(() => prepare({ tools: [ls], toolChoice: { type: 'tool', toolName: 'cd' } }, { mode: 'prompt' })).toThrow(
      /cd/,
    )
  })
})

describe('mode template', () => {
  const template = { mode: 'template' } as const

  it('leaves prompt and tools to the provider, which must not parse', () => {
    const { params } = prepare({ tools: [ls, search], toolChoice: { type: 'auto' } }, template)
    expect(params).toEqual({ prompt: [hello], tools: [ls, search], toolChoice: { type: 'none' } })
    expect(params.prompt[0]).toBe(hello)
    expect(params.tools![0]).toBe(ls)
    const auto = prepare({ tools: [ls] }, { ...template, upstreamToolChoice: 'auto' })
    expect(auto.params.toolChoice).toEqual({ type: 'auto' })
    expect(prepare({}, template).params).toEqual({ prompt: [hello] })
  })

  it('demands a call by a line of the system message', () => {
    const { params } = prepare({ tools: [ls], toolChoice: { type: 'required' } }, template)
    expect(params.prompt.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(params.prompt[0]!.content).toContain('You must call one of your tools now.')
  })

  it('offers a tool whose name a format cannot write under another one, in the past too', async () => {
    const odd = { ...ls, name: 'größe' }
    const past: PromptMessage = {
      role: 'assistant',
      content: [{ type: 'tool-call', toolCallId: 'a', toolName: 'größe', input: {} }],
    }
    const params = { prompt: [hello, past], tools: [odd] }
    const prepared = prepare(params, template)
    const { name } = prepared.params.tools![0]!
    expect(name).toMatch(/^[\w-]+$/)
    expect(prepared.params.prompt[1]!.content).toMatchObject([{ toolName: name }])
    const model = wrap(
      createModel([textParts({ chunks: [`<tool_call>\n{"name": "${name}", "arguments": {}}\n</tool_call>`] })]),
      { format: 'hermes', ...template },
    )
    const parts = await readAll((await model.doStream(params)).stream)
    expect(contentOf(parts)).toMatchObject([{ toolName: 'größe' }])
  })
})

describe('wrong options are refused at once', () => {
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /format: 'qwen3_coder'/],
    ['an unknown format', { format: 'qwen3_codr' }, /qwen3_coder/],
    ['a format without a renderer', { format: 'mistral' }, /cannot write the prompt of the format 'mistral'/],
    ['an unknown mode', { format: 'hermes', mode: 'auto' }, /Unknown mode 'auto'. Use one of prompt, template/],
    ['an unknown toolChoice', { format: 'hermes', toolChoice: 'prefill' }, /instruction, json/],
    ['an unknown parser option', { format: 'hermes', closers: 'last' }, /closers/],
  ])('%s', (_name, options, message) => {
    expect(() => toolCallMiddleware(options as ToolCallMiddlewareOptions)).toThrow(message)
    expect(() => toolCallMiddleware(options as ToolCallMiddlewareOptions)).toThrow(TypeError)
  })

  it('but a format without a renderer is fine in mode template', () => {
    expect(() => toolCallMiddleware({ format: 'mistral', mode: 'template' })).not.toThrow()
  })
})
