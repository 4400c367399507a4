import { formats } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import {
  InvalidRequestError,
  prepareRequest,
  type ChatCompletionRequest,
  type PrepareRequestOptions,
} from '../../src/index.ts'

const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]
const request: ChatCompletionRequest = { model: 'm', messages: [], tools, temperature: 0.2 }
const conversation = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
  {
    role: 'assistant',
    content: '',
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'a', content: 'x' },
]
const qwen: PrepareRequestOptions = { format: 'qwen3_coder' }

describe('prepareRequest', () => {
  it.each([
    ['vllm', 'none'],
    ['llamacpp', 'none'],
    ['sglang', 'auto'],
  ] as const)('keeps the tools and sets tool_choice for %s to %s', (profile, choice) => {
    const { request: prepared, parser, report } = prepareRequest(request, { ...qwen, profile })
    expect(prepared).toMatchObject({ ...request, tool_choice: choice })
    expect(parser.tools).toBe(tools)
    expect(report).toMatchObject({ mode: 'template', profile, warnings: [] })
    expect(report.changes[0]).toMatchObject({ path: 'tool_choice', action: 'added', after: choice })
  })

  it('removes tool_choice for a generic upstream', () => {
    const { request: prepared, report } = prepareRequest(
      { ...request, tool_choice: 'auto' },
      { ...qwen, profile: 'generic' },
    )
    expect(prepared).not.toHaveProperty('tool_choice')
    expect(report.changes[0]).toMatchObject({ path: 'tool_choice', action: 'removed', before: 'auto' })
  })

  it('does not write to the request', () => {
    const frozen = Object.freeze({ ...request, tool_choice: 'auto' })
    const { request: prepared, report } = prepareRequest(frozen, qwen)
    expect(frozen.tool_choice).toBe('auto')
    expect(prepared['tool_choice']).toBe('none')
    expect(report.changes[0]).toMatchObject({ action: 'changed', before: 'auto', after: 'none' })
  })

  it.each([
    ['no tools', {}],
    ['no messages', { messages: undefined }],
    ['messages that are no list', { messages: 'Hi' }],
    ['a conversation with nothing to mend', { messages: conversation }],
  ])('leaves a request with %s alone', (_name, more) => {
    const given = { model: 'm', messages: [], x_unknown: [1], ...more }
    const { request: prepared, parser, report } = prepareRequest(given, qwen)
    expect(prepared).toBe(given)
    expect(parser.tools).toEqual([])
    expect(report).toEqual({ mode: 'passthrough', profile: 'vllm', changes: [], warnings: [] })
  })

  it.each([
    ['null tools', { tools: null }],
    ['an empty list of tools', { tools: [], tool_choice: 'auto' }],
    ['tool_choice none', { tools, tool_choice: 'none', parallel_tool_calls: false }],
  ])('takes the tools out of a request with %s', (_name, more) => {
    const { request: prepared, parser, report } = prepareRequest({ model: 'm', messages: [], ...more }, qwen)
    expect(prepared).toEqual({ model: 'm', messages: [] })
    expect(parser.tools).toEqual([])
    expect(report.mode).toBe('passthrough')
    expect(report.changes).toContainEqual(expect.objectContaining({ path: 'tools', action: 'removed' }))
  })

  it.each([
    ['vllm', 'none', ['<tool_call>']],
    ['llamacpp', 'none', undefined],
    ['sglang', 'auto', undefined],
  ] as const)('keeps the tools for the prefix cache of %s when asked to', (profile, choice, words) => {
    const given = { ...request, tool_choice: 'none' }
    const { request: prepared, parser, report } = prepareRequest(given, { ...qwen, profile, toolsWhenNone: 'keep' })
    expect(prepared).toEqual({ ...request, tool_choice: choice, ...(words && { bad_words: words }) })
    expect(parser.tools).toEqual([])
    expect(report).toMatchObject({ mode: 'passthrough', toolChoice: 'none' })
  })

  it('adds to the words that the client bans', () => {
    const given = { ...request, tool_choice: 'none', bad_words: ['x'] }
    const { request: prepared } = prepareRequest(given, { ...qwen, toolsWhenNone: 'keep' })
    expect(prepared['bad_words']).toEqual(['x', '<tool_call>'])
  })

  it('leaves every request alone in mode passthrough', () => {
    const given = { ...request, tools: 'nonsense' }
    expect(prepareRequest(given, { ...qwen, mode: 'passthrough' }).request).toBe(given)
  })

  it.each(['template', 'passthrough'] as const)('renames the model and drops fields in mode %s', (mode) => {
    const given = { model: 'alias', messages: [], logit_bias: {}, seed: 1 }
    const options: PrepareRequestOptions = {
      ...qwen,
      mode,
      upstreamModel: 'org/model',
      dropParams: ['logit_bias', 'x'],
    }
    const { request: prepared, report } = prepareRequest(given, options)
    expect(prepared).toEqual({ model: 'org/model', messages: [], seed: 1 })
    expect(report.changes.map(({ path, action }) => [path, action])).toEqual([
      ['logit_bias', 'removed'],
      ['model', 'changed'],
    ])
  })

  it('never adds a field that is to be dropped', () => {
    const options = { format: 'kimi_k2', dropParams: ['skip_special_tokens'] }
    expect(prepareRequest(request, options).request).not.toHaveProperty('skip_special_tokens')
  })

  it('adds the fields that a format needs and never over those of the client', () => {
    const format = formats.find(({ upstream }) => Object.keys(upstream).length > 0)!
    const [field, value] = Object.entries(format.upstream)[0]!
    const { request: prepared, report } = prepareRequest(request, { format: format.id })
    expect(prepared[field]).toEqual(value)
    expect(report.changes).toContainEqual(expect.objectContaining({ path: field, action: 'added', after: value }))
    expect(prepareRequest({ ...request, [field]: 'mine' }, { format: format.id }).request[field]).toBe('mine')
  })

  it('gives the options of the parser on', () => {
    const { parser } = prepareRequest(request, {
      ...qwen,
      reasoning: 'off',
      repair: false,
      mode: 'template',
      profile: 'vllm',
    })
    expect(parser).toEqual({ format: 'qwen3_coder', reasoning: 'off', repair: false, tools })
  })

  it.each([
    [{}, 'tools', 'Send tools as a list'],
    [[7], 'tools.0', 'Each tool is an object'],
    [[{ type: 'web_search' }], 'tools.0.type', 'Only tools of type "function"'],
    [[tools[0], { type: 'function' }], 'tools.1.function', 'into an object "function"'],
    [[{ function: {} }], 'tools.0.function.name', 'Give the function a name'],
    [[{ function: { name: '' } }], 'tools.0.function.name', 'Give the function a name'],
    [[{ function: { name: 'f', description: 1 } }], 'tools.0.function.description', 'a string'],
    [[{ function: { name: 'f', parameters: [] } }], 'tools.0.function.parameters', 'JSON Schema object'],
  ])('refuses the tools %j with the path and the mend', (given, param, mend) => {
    try {
      prepareRequest({ ...request, tools: given }, qwen)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidRequestError)
      expect(error).toMatchObject({
        status: 400,
        body: { error: { type: 'invalid_request_error', code: 'invalid_tools', param } },
      })
      expect((error as Error).message).toContain(mend)
      expect((error as Error).message.startsWith(`${param}: `)).toBe(true)
    }
  })

  it('takes tools with more than it knows, and leaves out what tag templates would print', () => {
    const func = { name: 'f', description: 'd', parameters: { type: 'object', properties: {}, $schema: 's' } }
    const given = { ...request, tools: [{ type: 'function', x: 1, function: { ...func, strict: true, y: 2 } }] }
    expect(prepareRequest(given, { format: 'hermes' }).request.tools).toBe(given.tools)
    expect(prepareRequest(given, qwen).request.tools).toEqual([
      { type: 'function', x: 1, function: { ...func, y: 2, parameters: { type: 'object', properties: {} } } },
    ])
  })

  it('refuses a body that is no object', () => {
    for (const body of [null, [], 'x']) expect(() => prepareRequest(body as never, qwen)).toThrow(InvalidRequestError)
  })

  it('refuses wrong options with what is allowed', () => {
    const wrong: [object, RegExp][] = [
      [{ mode: 'prompt', format: 'xlam' }, /cannot write the prompt of the format 'xlam'.*qwen3_coder, .*hermes/],
      [{ mode: 'prompt', format: 'auto' }, /cannot write the prompt/],
      [{ mode: 'other' }, /Unknown mode 'other'.*template, prompt, passthrough/],
      [{ profile: 'ollama' }, /vllm, sglang, llamacpp, generic/],
      [{ toolChoice: 'hope' }, /prefill, structural_tag, json, instruction/],
      [{ toolsWhenNone: 'x' }, /drop, keep/],
      [{ mergeSystemMessages: 'yes' }, /true, false/],
      [{ dropParams: 'logit_bias' }, /a list of request fields/],
      [{ dropParams: ['messages'] }, /must not name 'messages'/],
      [{ upstreamModel: '' }, /name of a model/],
      [{ format: 'qwen3_codr' }, /qwen3_coder/],
    ]
    for (const [options, message] of wrong) {
      expect(() => prepareRequest(request, { ...qwen, ...options } as PrepareRequestOptions)).toThrow(message)
      expect(() => prepareRequest(request, { ...qwen, ...options } as PrepareRequestOptions)).toThrow(TypeError)
    }
  })
})
