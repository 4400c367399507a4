import { describe, expect, it } from 'vitest'
import { createToolCallParser, parseToolCalls } from '../../src/index.ts'
import { hermes, jsonCall, oslo, qwen } from './documents.ts'

const ids = (raw: string, options = qwen): string[] => parseToolCalls(raw, options).toolCalls.map((call) => call.id)

describe('P13 call ids', () => {
  it('P13 are call_ and 24 letters or digits', () => {
    for (const id of ids(`${oslo}\n${oslo}\n${oslo}`)) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
    for (const id of ids(jsonCall('f', '{}'), hermes)) expect(id).toMatch(/^call_[A-Za-z0-9]{24}$/)
  })

  it('P13 differ within a message', () => {
    expect(new Set(ids(`${oslo}\n`.repeat(300))).size).toBe(300)
  })

  it('P13 come from createCallId, once for each call and with its index', () => {
    const asked: number[] = []
    const createCallId = (index: number): string => {
      asked.push(index)
      return `id-${index}`
    }
    expect(ids(`${oslo}\n<tool_call> text\n${oslo}`, { ...qwen, createCallId })).toEqual(['id-0', 'id-1'])
    expect(asked).toEqual([0, 1])
  })

  it('P13 an id that the model writes under hermes is an extra key', () => {
    const raw = '<tool_call>\n{"id": "abc", "name": "list_files", "arguments": {}}\n</tool_call>'
    expect(ids(raw, { ...hermes, createCallId: () => 'mine' })).toEqual(['mine'])
  })

  it('P13 no randomness in core: two parsers give equal ids', () => {
    expect(ids(`${oslo}\n${oslo}`)).toEqual(ids(`${oslo}\n${oslo}`))
  })

  it('P13 the id comes with the start', () => {
    const parser = createToolCallParser({ ...qwen, createCallId: (index) => `x${index}` })
    expect(parser.feed('<tool_call>\n<function=list_files>\n')).toContainEqual({
      type: 'tool-call-start',
      index: 0,
      id: 'x0',
      name: 'list_files',
    })
  })
})
