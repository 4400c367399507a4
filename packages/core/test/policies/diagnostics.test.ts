import { describe, expect, it } from 'vitest'
import {
  createToolCallParser,
  parseToolCalls,
  type Diagnostic,
  type DiagnosticCode,
  type ParserOptions,
} from '../../src/index.ts'
import { hermes, jsonCall, oslo, qwen, wrapped, write, xmlCall } from './documents.ts'

const find = (raw: string, code: DiagnosticCode, options: ParserOptions = qwen): Diagnostic | undefined =>
  parseToolCalls(raw, options).diagnostics.find((diagnostic) => diagnostic.code === code)

describe('diagnostics', () => {
  const examples: [code: DiagnosticCode, raw: string, options?: ParserOptions][] = [
    ['missing-opener', '<function=list_files>\n</function>'],
    ['missing-closer', '<tool_call>\n<function=list_files>\n</tool_call>'],
    ['doubled-opener', `<tool_call>\n${oslo}`],
    ['stray-closer', `${oslo}\n</tool_call>`],
    ['mended-tag', oslo.replace('<function=', '<function ')],
    ['other-dialect', jsonCall('list_files', '{}')],
    ['stray-text', oslo.replace('<parameter', 'hm\n<parameter')],
    ['end-token', 'Hi.<|im_end|>'],
    ['duplicate-parameter', xmlCall('get_weather', ['city', 'a'], ['city', 'b'])],
    ['duplicate-key', jsonCall('list_files', '{"a": 1, "a": 2}'), hermes],
    ['undeclared-parameter', xmlCall('get_weather', ['nope', '1'])],
    ['unknown-tool', xmlCall('nope')],
    ['value-type', xmlCall('get_weather', ['days', 'soon'])],
    ['empty-value', xmlCall('get_weather', ['days', ''])],
    ['json-repair', jsonCall('list_files', "{'a': 1}"), hermes],
    ['json-unreadable', jsonCall('list_files', '{"a": 1/6}'), hermes],
    ['json-envelope', wrapped('{"name": "list_files", "extra": 1, "arguments": {}}'), hermes],
    ['truncated', write('x').slice(0, 60)],
    ['limit', `${oslo}${oslo}`, { ...qwen, limits: { calls: 1 } }],
    ['stray-reasoning-marker', '<think>a</think></think>b'],
    ['call-in-reasoning', `<think>${oslo}`],
  ]

  it.each(examples)('diagnostics %s', (code, raw, options = qwen) => {
    const found = find(raw, code, options)
    expect(found, JSON.stringify(parseToolCalls(raw, options))).toBeDefined()
    expect(found?.message).toMatch(/^\S.*\.$/)
    expect(found?.offset).toBeGreaterThanOrEqual(0)
    expect(found?.offset).toBeLessThanOrEqual(raw.length)
    const inStream = createToolCallParser(options).feed(raw)
    expect(inStream.every((event) => event.type !== 'diagnostic' || event.message !== '')).toBe(true)
  })

  it('diagnostics dropped text is in the remark, at its place', () => {
    const raw = oslo.replace('<parameter', 'hm, so\n<parameter')
    const found = find(raw, 'stray-text')
    expect(found?.text?.trim()).toBe('hm, so')
    expect(raw.slice(found?.offset, (found?.offset ?? 0) + (found?.text?.length ?? 0))).toBe(found?.text)
  })

  it('diagnostics of a call carry its index', () => {
    const raw = `${oslo}\n${xmlCall('get_weather', ['days', 'soon'])}`
    expect(find(raw, 'value-type')?.index).toBe(1)
  })

  it('diagnostics offsets count the whole input, in UTF-16 units', () => {
    const raw = `🌍 é\n${oslo}<|im_end|>`
    expect(find(raw, 'end-token')?.offset).toBe(raw.indexOf('<|im_end|>'))
  })

  it('diagnostics held text at a cut is reported as dropped', () => {
    const raw = '<tool_call>\n<function=write_file>\n<parameter=content>\nabc\n</param'
    expect(parseToolCalls(raw, { ...qwen, finishReason: 'length' }).diagnostics).toContainEqual(
      expect.objectContaining({ code: 'truncated', text: '\n</param', index: 0 }),
    )
  })

  it('diagnostics ordinary documents have none', () => {
    for (const raw of ['Hi.', oslo, `Hi.\n\n${oslo}\n${oslo}\nDone.`, `<think>\na\n</think>\n\n${oslo}`])
      expect(parseToolCalls(raw, qwen).diagnostics).toEqual([])
    expect(parseToolCalls(jsonCall('list_files', '{"a": [1]}'), hermes).diagnostics).toEqual([])
  })
})
