import { formats } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import {
  InvalidRequestError,
  prepareRequest,
  type ChatCompletionRequest,
  type PrepareRequestOptions,
} from '../../src/index.ts'

const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]
const request: ChatCompletionRequest = { model: 'm', messages: [], tools, temperature: 0.2 }
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

  it('warns of a tool choice that it cannot enforce', () => {
    const named = { type: 'function', function: { name: 'f' } }
    for (const choice of ['required', named]) {
      expect(prepareRequest({ ...request, tool_choice: choice }, qwen).report.warnings).toHaveLength(1)
    }
    expect(prepareRequest({ ...request, tool_choice: null }, qwen).report.warnings).toEqual([])
  })

  it.each([
    ['no tools', {}],
    ['null tools', { tools: null }],
    ['an empty list of tools', { tools: [] }],
    ['tool_choice none', { tools, tool_choice: 'none' }],
  ])('leaves a request with %s alone', (_name, more) => {
    const given = { model: 'm', messages: [], ...more }
    const { request: prepared, parser, report } = prepareRequest(given, qwen)
    expect(prepared).toBe(given)
    expect(parser.tools).toEqual([])
    expect(report).toEqual({ mode: 'passthrough', profile: 'vllm', changes: [], warnings: [] })
  })

  it('leaves every request alone in mode passthrough', () => {
    const given = { ...request, tools: 'nonsense' }
    expect(prepareRequest(given, { ...qwen, mode: 'passthrough' }).request).toBe(given)
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
    [[{ function: { name: 'f', parameters: 'x' } }], 'tools.0.function.parameters', 'JSON Schema object'],
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

  it('takes tools with more than it knows', () => {
    const strict = [
      { type: 'function', strict: true, function: { name: 'f', description: null, parameters: null, strict: true } },
    ]
    expect(prepareRequest({ ...request, tools: strict }, qwen).request.tools).toBe(strict)
  })

  it('refuses a body that is no object', () => {
    for (const body of [null, [], 'x']) expect(() => prepareRequest(body as never, qwen)).toThrow(InvalidRequestError)
  })

  it('refuses wrong options with what is allowed', () => {
    expect(() => prepareRequest(request, { ...qwen, mode: 'prompt' })).toThrow(/not in this version/)
    expect(() => prepareRequest(request, { ...qwen, mode: 'other' as never })).toThrow(/'template' or 'passthrough'/)
    expect(() => prepareRequest(request, { ...qwen, profile: 'ollama' as never })).toThrow(
      /vllm, sglang|vllm, llamacpp/,
    )
    expect(() => prepareRequest(request, { format: 'qwen3_codr' })).toThrow(/qwen3_coder/)
  })
})
