import { checkArguments, checkOrder, mergeEvents, runParser, splitEvery } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import type { ParserOptions } from '../../src/index.ts'

/** Counterexamples that a property test found once. */
const found: [text: string, options: ParserOptions][] = [
  ['<tool_call>\n{"name":"f","arguments":{"a":ring":""}}\n</tool_call>', { format: 'hermes' }],
  ['<tool_call>\n{"name":"f","arguments":{"a":--0}}\n</tool_call>', { format: 'hermes' }],
  ['<tool_call>\n{"name":"f","arguments":"{\\"a\\":--0,\\"b\\":1}"}\n</tool_call>!', { format: 'granite4' }],
  ['<tool_calls>[{"name":"a","arguments":{ther","b":{}}}\n]</tool_calls>', { format: 'jamba', repair: false }],
  ['<tool_call>\n{"name":"f","arguments":{größe":[false]}}\n</tool_call>', { format: 'qwen25', repair: false }],
  [
    '<longcat_tool_call>{"name":"f","arguments":{"":[["𐀀"]]}}</longcat_tool_call>',
    { format: 'longcat', limits: { heldChars: 40 } },
  ],
  ['<tool_call>{"name":"f","arguments":{</tool_call>x', { format: 'hermes', limits: { heldChars: 40 } }],
  [
    '<|content_invoke_tool_json|>{"name":"f","args":{<|content_text|>x',
    { format: 'inkling', limits: { heldChars: 60 } },
  ],
  ['<tool_call>{"name":"f","arguments": "{\\"a\\": 1}"\u0000', { format: 'hermes', repair: false }],
  ['text<tool_call>{</think>\n', { format: 'mimo', limits: { heldChars: 13 } }],
  [
    '<tool_call>\n<function=f>\n<parameter=u>\n null',
    {
      format: 'qwen3_coder',
      tools: [{ function: { name: 'f', parameters: { properties: { u: { type: ['string', 'integer', 'array'] } } } } }],
    },
  ],
]

describe('G1 examples that were found', () => {
  it.each(found)('%j', (text, options) => {
    const whole = runParser(options, [text])
    const pieces = runParser(options, splitEvery(text, 1))
    expect(mergeEvents(pieces)).toEqual(mergeEvents(whole))
    for (const events of [whole, pieces]) {
      checkArguments(events)
      checkOrder(events)
    }
  })
})
