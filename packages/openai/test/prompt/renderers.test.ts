import { describe, expect, it } from 'vitest'
import { findPromptRenderer, promptFormats, type HistoryMessage } from '../../src/index.ts'
import { printJson, printPython, readMembers } from '../../src/prompt/json-text.ts'

const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }

function callOf(args: string): HistoryMessage {
  return {
    role: 'assistant',
    content: '',
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: args } }],
  }
}

describe('findPromptRenderer', () => {
  it('takes ids, aliases and versions of models', () => {
    expect(findPromptRenderer('qwen3')).toBe(findPromptRenderer('hermes'))
    expect(findPromptRenderer('qwen3_xml')).toBe(findPromptRenderer('qwen3_coder'))
    expect(findPromptRenderer('qwen3_5')).not.toBe(findPromptRenderer('qwen3_coder'))
    expect(findPromptRenderer('glm47')).not.toBe(findPromptRenderer('glm45'))
    expect(findPromptRenderer('openai')).toBeUndefined()
    expect(() => findPromptRenderer('qwen3_codr')).toThrow(/Did you mean 'qwen3_coder'/u)
  })
})

describe.each([...promptFormats])('%s', (format) => {
  const { render } = findPromptRenderer(format)!

  it('keeps plain messages as they are, and never writes to its input', () => {
    const messages = [
      { role: 'system', content: 'Be brief.', name: 'x' },
      { role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] },
      { role: 'assistant', content: 'A dot.', custom: 1 },
    ]
    const rendered = render({ messages: freeze(messages), tools: [] })
    expect(rendered).toEqual(messages)
    expect(rendered[1]).toBe(messages[1])
    const history = [
      { role: 'user', content: 'Look.' },
      callOf('{"a":1}'),
      { role: 'tool', tool_call_id: 'c1', content: 'x' },
    ]
    const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }]
    expect(() => render({ messages: freeze(history), tools: freeze(tools) })).not.toThrow()
  })

  it('keeps an image in a result where it is', () => {
    const result = { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'Here: ' }, image] }
    const rendered = render({ messages: [{ role: 'user', content: 'Look.' }, callOf('{}'), result], tools: [] })
    const { role, content } = rendered.at(-1)!
    expect(role).not.toBe('tool')
    const parts = content as { type: string; text?: string }[]
    const at = parts.indexOf(image)
    expect(at).toBeGreaterThan(0)
    expect(parts[at - 1]!.text).toBe('Here: ')
    expect(parts.every((part) => part === image || part.type === 'text')).toBe(true)
  })

  it('prints arguments of any depth, and every digit', () => {
    const deep = `{"a":${'['.repeat(20_000)}12345678901234567890${']'.repeat(20_000)}}`
    const rendered = render({ messages: [{ role: 'user', content: 'Look.' }, callOf(deep)], tools: [] })
    expect(JSON.stringify(rendered)).toContain(`[12345678901234567890]`)
  })

  it('writes calls that no message comes before', () => {
    const result = { role: 'tool', tool_call_id: 'c1', content: 'a dot' }
    const [first, ...rest] = render({ messages: [callOf('{}'), result], tools: [] })
    expect(first!.role).toBe('assistant')
    expect(first!.tool_calls).toBeUndefined()
    expect(JSON.stringify([first, ...rest])).toContain('a dot')
  })
})

describe('the text of values', () => {
  it('printJson changes blanks and escapes alone', () => {
    expect(printJson(' {"b" :[1.0,-0,1E5 ,true,null],"a":{ } , "2":"\\u00e9\\/\\n", "1":[]}')).toBe(
      '{"b": [1.0, -0, 1E5, true, null], "a": {}, "2": "é/\\n", "1": []}',
    )
  })

  it('printPython prints as str() does', () => {
    expect(printPython('"it\'s"')).toBe("it's")
    expect(
      printPython('["it\'s", "\\"", "both \'\\"", "\\n\\u00a0\\u0001\\ud83d\\ude00\\\\", true, false, null, 1e5]'),
    ).toBe(`["it's", '"', 'both \\'"', '\\n\\xa0\\x01😀\\\\', True, False, None, 1e5]`)
  })

  it('readMembers keeps order, text and names that occur twice', () => {
    expect(readMembers('{"2":1.50,"1": {"x":[1,{"y":","}]} ,"__proto__":"}","2":null}')).toEqual([
      { name: '2', value: '1.50' },
      { name: '1', value: '{"x":[1,{"y":","}]}' },
      { name: '__proto__', value: '"}"' },
      { name: '2', value: 'null' },
    ])
    expect(readMembers('{ }')).toEqual([])
  })
})

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner)
    Object.freeze(value)
  }
  return value
}
