import { mergeEvents, runParser, splitEvery } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import {
  type ParsedMessage,
  type ParserOptions,
  type ResponseTemplate,
  createToolCallParser,
  parseToolCalls,
} from '../../src/index.ts'
import { channels, headers, jsonTags, parameterTags, templates } from './templates.ts'
import { writeTool } from './tools.ts'

type Options = Omit<ParserOptions, 'format'> & { finishReason?: string }

function parse(template: unknown, text: string, options: Options = {}): ParsedMessage {
  return parseToolCalls(text, { ...options, format: template as ResponseTemplate })
}

function calls(message: ParsedMessage): unknown {
  return message.toolCalls.map(({ function: call, status }) => [call.name, call.arguments, status])
}

/** A template whose only field beside the content is the calls'. */
function callTemplate(field: object): ResponseTemplate {
  return { start_anchor: '<bot>', fields: { tool_calls: { open: '<c>', close: '</c>', ...field }, content: {} } }
}

const onlyName = { function: { name: '{name}', arguments: '{content}' } }
const named = { open: undefined, open_pattern: '<c (?P<name>\\w+)>', transform: onlyName }

describe('what goes out early', () => {
  it('JSON arguments, in the middle of a string', () => {
    const parser = createToolCallParser({ format: channels })
    parser.feed('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": "be')
    const events = parser.feed('gin')
    expect(events).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'gin' }])
  })

  it('the text of a tag that is open', () => {
    const parser = createToolCallParser({ format: parameterTags, tools: [writeTool] })
    parser.feed('<tool_call><function=write><parameter=text>\nbe')
    expect(parser.feed('gin <')).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'gin ' }])
    expect(parser.inspect().held).toBe('<')
  })

  it('the text of a line that is open, but for its blanks', () => {
    const parser = createToolCallParser({ format: callTemplate({ ...named, content: 'kv-lines' }) })
    parser.feed('<c f>a: be')
    expect(parser.feed('gin  ')).toEqual([{ type: 'tool-call-arguments', index: 0, text: 'gin' }])
    expect(parser.feed('x')).toEqual([{ type: 'tool-call-arguments', index: 0, text: '  x' }])
  })

  it('a tag whose value is not any text, when it has ended', () => {
    const content_args = { tag_pattern: '<(?P<key>\\w)>(?P<value>[^<]*)</\\w>' }
    const parser = createToolCallParser({ format: callTemplate({ ...named, content: 'xml-inline', content_args }) })
    expect(parser.feed('<c f><a>begin')).toMatchObject([{ type: 'tool-call-start' }])
    expect(parser.feed('</a>')).toEqual([{ type: 'tool-call-arguments', index: 0, text: '{"a":"begin"' }])
  })
})

describe('calls that need their whole region', () => {
  const merged = {
    ...named,
    content: 'xml-inline',
    content_args: { tag_pattern: '<(?P<key>\\w+)>(?P<value>.*?)</\\w+>', merge_duplicates: true },
  }

  it('repeated tags become a list', () => {
    const message = parse(callTemplate(merged), '<c write><path>a</path><lines>1</lines><path>b</path></c>', {
      tools: [writeTool],
    })
    expect(calls(message)).toEqual([['write', '{"path":["a","b"],"lines":1}', 'complete']])
  })

  it('a name among the parameters, which types them', () => {
    const transform = { function: { name: '{content.fn}', arguments: '{content}' } }
    const message = parse(callTemplate({ content: 'kv-lines', transform }), '<c>fn: write\nlines: 7\n</c>', {
      tools: [writeTool],
    })
    expect(calls(message)).toEqual([['write', '{"fn":"write","lines":7}', 'complete']])
  })

  it('a name in the closer', () => {
    const field = { content: 'json', close: undefined, close_pattern: '</c (?P<name>\\w+)>', transform: onlyName }
    expect(calls(parse(callTemplate(field), '<c>{"a": "</c g>", }</c f>'))).toEqual([
      ['f', '{"a": "</c g>" }', 'repaired'],
    ])
  })

  it('arguments that are put together keep their digits', () => {
    const transform = {
      function: { name: '{content.n}', arguments: { x: '{content.p.x}', kind: 'k' } },
      id: '{content.i}',
    }
    const message = parse(
      callTemplate({ content: 'json', transform }),
      '<c>{"n": "f", "i": "id1", "p": {"x": 12345678901234567890}}</c> ok',
    )
    expect(calls(message)).toEqual([['f', '{"x":12345678901234567890,"kind":"k"}', 'complete']])
    expect(message.toolCalls[0]?.id).toBe('id1')
    expect(message.content).toBe(' ok')
  })

  it('a placeholder that names nothing: no call', () => {
    const transform = { function: { name: '{content.n}', arguments: { x: '{content.p}' } } }
    const message = parse(callTemplate({ content: 'json', transform }), 'a<c>{"n": "f"}</c>b')
    expect(message.toolCalls).toEqual([])
    expect(message.content).toBe('a<c>{"n": "f"}</c>b')
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['json-unreadable'])
  })

  it('stray text behind the JSON is dropped, limits hold', () => {
    const transform = { function: { name: '{content.n}' } }
    const template = callTemplate({ content: 'json', transform })
    expect(parse(template, '<c>{"n": "f"} oh</c>').diagnostics).toMatchObject([{ code: 'stray-text', text: 'oh' }])
    expect(parse(template, '<c>{"n": "f"}</c>', { limits: { heldChars: 8 } }).content).toBe('<c>{"n": "f"}</c>')
    const cut = parse(template, '<c>{"n": "f"}</c>', { limits: { argumentChars: 1 } })
    expect(calls(cut)).toEqual([['f', '{', 'truncated']])
  })

  it('broken JSON is content without repair', () => {
    const template = callTemplate({ content: 'json', transform: { function: { name: '{content.n}' } } })
    expect(parse(template, '<c>{n: "f"}</c>', { repair: false }).content).toBe('<c>{n: "f"}</c>')
    expect(calls(parse(template, '<c>{n: "f"</c>'))).toEqual([['f', '{}', 'repaired']])
  })
})

describe('quotes and keys of the template', () => {
  const dialect = { unquoted_keys: true, string_delims: [['«', '»']] }
  const template = callTemplate({ ...named, content: 'json', content_args: dialect })

  it('are no repair', () => {
    expect(calls(parse(template, '<c f>{«a»: «x"\n», b: "y"}</c>', { repair: false }))).toEqual([
      ['f', '{"a": "x\\"\\n", "b": "y"}', 'complete'],
    ])
  })

  it('keep backslashes, control characters and halves of pairs', () => {
    expect(calls(parse(template, '<c f>{a: «\\n\u0001\ud83d😀»}</c>'))).toEqual([
      ['f', '{"a": "\\\\n\\u0001\\ud83d😀"}', 'complete'],
    ])
  })

  it('open without an end leave the call truncated', () => {
    expect(calls(parse(template, '<c f>{a: «x</c>'))).toEqual([['f', '{"a": "x</c>', 'truncated']])
  })
})

describe('names', () => {
  const text = '<c long_name>a: 1\n</c>'
  const template = callTemplate({ ...named, content: 'kv-lines' })

  it('that are too long open nothing', () => {
    expect(parse(template, text, { limits: { nameChars: 4 } })).toMatchObject({ content: text, toolCalls: [] })
  })

  it('that nobody declared are reported, or are text', () => {
    expect(parse(template, text, { tools: [writeTool] }).diagnostics).toMatchObject([{ code: 'unknown-tool' }])
    expect(parse(template, text, { tools: [writeTool], unknownTools: 'content' }).content).toBe(text)
  })

  it('of more calls than may be are text', () => {
    const message = parse(template, text + text, { limits: { calls: 1 } })
    expect(message.toolCalls).toHaveLength(1)
    expect(message.content).toBe(text)
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['limit'])
  })
})

describe('regions', () => {
  it('a closer behind a call is removed, one before is text', () => {
    const message = parse(jsonTags, '</tool_call><tool_call>{"name": "f"}</tool_call>\n</tool_call>')
    expect(message.content).toBe('</tool_call>')
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['stray-closer'])
  })

  it('a closer of a thought twice is removed', () => {
    const message = parse(jsonTags, '<think>a</think>\n</think>\nb')
    expect(message).toMatchObject({ reasoning: 'a', content: 'b' })
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['stray-reasoning-marker'])
  })

  it('end tokens go, those of words at the end only', () => {
    const message = parse(jsonTags, '<s>a</s> b<|eot_id|>c</s>\n')
    expect(message.content).toBe('<s>a</s> bc')
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['end-token', 'end-token'])
  })

  it('one that never closes runs to the end', () => {
    expect(parse(jsonTags, 'x<think>a<tool_call>\n')).toMatchObject({ reasoning: 'a<tool_call>', content: 'x' })
  })

  it('a marker spelled out of ordinary tokens is text', () => {
    const parser = createToolCallParser({ format: jsonTags })
    const markers = { '<think>': 7, '</think>': 8 }
    const events = [
      ...parser.feed('<think>', { ids: [1, 2], markers }),
      ...parser.feed('<think>', { ids: [7], markers }),
      ...parser.feed('a', { ids: [3], markers }),
      ...parser.end(),
    ]
    expect(events.slice(0, 2)).toEqual([
      { type: 'content', text: '<think>' },
      { type: 'reasoning', text: 'a' },
    ])
  })

  it('an opener that never ends is text in the end', () => {
    const template = callTemplate({ ...named, open_pattern: '<c[^>]*name=(?P<name>\\w+)>', content: 'json' })
    const text = `<c ${'x'.repeat(2000)}`
    const message = parse(template, text, { limits: { heldChars: 10 } })
    expect(message.content).toBe(text)
    expect(message.diagnostics.map(({ code }) => code)).toEqual(['limit'])
  })

  it('text that nobody asked for outside of all regions is dropped where the template says so', () => {
    const message = parse({ fields: { notes: {}, content: { open: '<a>', close: '</a>' } } }, 'x <a>y</a> z')
    expect(message.content).toBe('y')
    expect(message.diagnostics).toMatchObject([
      { code: 'stray-text', text: 'x ' },
      { code: 'stray-text', text: ' z' },
    ])
  })

  it('a demanded field that does not come is reported', () => {
    const template = { fields: { content: { open: '<a>', close: '</a>', optional: false } } }
    expect(parse(template, 'x').diagnostics).toMatchObject([{ code: 'missing-field' }])
    expect(parse(template, '<a>x</a>').diagnostics).toEqual([])
  })

  it.each(Object.keys(templates))('no text of %s is lost to a thrown error', (name) => {
    for (const text of ['', '<', '\ud83d', '<|', '\u0000']) {
      expect(() => parse(templates[name], text)).not.toThrow()
    }
  })
})

describe('texts that property tests found', () => {
  const limits = { heldChars: 38 }

  it.each<[string, ResponseTemplate, string, Options]>([
    [
      'half a pair at the end of the hold',
      callTemplate({ content: 'json' }),
      '<c>{"name"a": {"name":"f","input":\ud83d</c>"<c>',
      { limits },
    ],
    [
      'two limits at the beginning',
      headers,
      `[${'a'.repeat(499)}<|message_model|>${'\n'.repeat(700)}`,
      { limits, reasoning: 'auto' },
    ],
  ])('%s', (_, template, text, options) => {
    const all = { ...options, format: template }
    const whole = mergeEvents(runParser(all, [text], 'length'))
    expect(mergeEvents(runParser(all, splitEvery(text, 1), 'length'))).toEqual(whole)
  })
})
