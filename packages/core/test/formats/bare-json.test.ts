import { describe, expect, it } from 'vitest'
import { createToolCallParser, parseToolCalls } from '../../src/index.ts'

const ls = { type: 'function' as const, function: { name: 'ls', parameters: { type: 'object' } } }
const write = { type: 'function' as const, function: { name: 'write', parameters: { type: 'object' } } }

describe('bare JSON: precision before recall', () => {
  it('P2 holds no more of other JSON text than its first key', () => {
    const parser = createToolCallParser({ format: 'llama3_json', tools: [ls] })
    expect(parser.feed('{"')).toEqual([])
    expect(parser.feed('city": "Oslo"')).toEqual([{ type: 'content', text: '{"city": "Oslo"' }])
  })

  it('P2 opens as soon as the name and the brace of the arguments have come', () => {
    const parser = createToolCallParser({ format: 'llama3_json', tools: [ls] })
    expect(parser.feed('{"name": "ls", "parameters": ')).toEqual([])
    expect(parser.feed('{')[0]).toMatchObject({ type: 'tool-call-start', name: 'ls' })
  })

  it('FP28 an undeclared name is content; without tools any name with both keys is a call', () => {
    const text = '{"name": "rm", "parameters": {}}'
    expect(parseToolCalls(text, { format: 'llama3_json', tools: [ls] })).toMatchObject({ content: text, toolCalls: [] })
    expect(parseToolCalls(text, { format: 'llama3_json' }).toolCalls[0]?.function.name).toBe('rm')
    const alone = '{"name": "rm"}'
    expect(parseToolCalls(alone, { format: 'llama3_json' })).toMatchObject({ content: alone, diagnostics: [] })
  })

  it('an object with other keys before the arguments is data', () => {
    const schema = '{"type": "object", "properties": {"name": "ls", "arguments": {}}}'
    expect(parseToolCalls(schema, { format: 'llama3_json', tools: [ls] })).toMatchObject({
      content: schema,
      diagnostics: [],
    })
  })

  it('P15 a call that does not open within limits.heldChars is content', () => {
    const text = `{"arguments": {"a": "${'x'.repeat(200)}"}, "name": "ls"}`
    const options = { format: 'llama3_json', tools: [ls], limits: { heldChars: 100 } }
    expect(parseToolCalls(text, options)).toMatchObject({ content: text, diagnostics: [{ code: 'limit' }] })
  })

  it('FP28 required forwards an undeclared name', () => {
    const message = parseToolCalls('[{"name": "rm", "parameters": {}}]', { format: 'required', tools: [ls] })
    expect(message.toolCalls[0]?.function.name).toBe('rm')
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['unknown-tool'])
  })

  it('FP22 named needs exactly the chosen tool', () => {
    expect(() => createToolCallParser({ format: 'named' })).toThrow(/tools must hold exactly that tool/)
    expect(() => createToolCallParser({ format: 'named', tools: [ls, write] })).toThrow(TypeError)
    expect(parseToolCalls('{"path": "a"}', { format: 'named', tools: [] }).content).toBe('{"path": "a"}')
  })

  it('P7 named arguments that are cut stay open', () => {
    const message = parseToolCalls('{"path": "a b', { format: 'named', tools: [write], finishReason: 'length' })
    expect(message.toolCalls[0]).toMatchObject({ function: { arguments: '{"path": "a b' }, status: 'truncated' })
  })

  it('an answer of the generic form streams decoded, and never ends in half a character', () => {
    const parser = createToolCallParser({ format: 'generic', audit: true })
    const texts = ['{"response": "a', '\\', 'n\\ud8', '3d', '\\ude00 b', '"}'].map((chunk) =>
      parser
        .feed(chunk)
        .map((event) => (event.type === 'content' ? event.text : ''))
        .join(''),
    )
    expect(texts).toEqual(['a', '', '\n', '', '😀 b', ''])
    expect(parser.end()).toEqual([])
  })
})
