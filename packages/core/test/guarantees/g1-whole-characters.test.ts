import { describe, expect, it } from 'vitest'
import { type ParserEvent, createToolCallParser } from '@tooldelta/core'

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

function feedUnits(text: string, format: string): ParserEvent[] {
  const parser = createToolCallParser({ format })
  const events = Array.from({ length: text.length }, (_, index) => parser.feed(text.charAt(index))).flat()
  return [...events, ...parser.end()]
}

describe('G1 split invariance: no event holds half a character', () => {
  it.each([
    ['content', 'qwen3_coder', 'a😀b'],
    ['reasoning', 'qwen3_coder', '<think>a😀b</think>c'],
    [
      'an argument',
      'qwen3_coder',
      '<tool_call>\n<function=f>\n<parameter=p>\na😀b\n</parameter>\n</function>\n</tool_call>',
    ],
    ['a JSON argument', 'hermes', '<tool_call>\n{"name": "f", "arguments": {"p": "a😀b"}}\n</tool_call>'],
  ])('%s cut inside a surrogate pair', (_, format, text) => {
    const texts = feedUnits(text, format).flatMap((event) =>
      'text' in event && event.text !== undefined ? [event.text] : [],
    )
    expect(texts.join('')).toContain('😀')
    expect(texts.filter((piece) => LONE_SURROGATE.test(piece))).toEqual([])
  })
})
