import { describe, expect, it } from 'vitest'
import { createToolCallParser, findFormat } from '../../src/index.ts'
import { loadTemplate } from '../../src/templates/load-template.ts'
import { templates } from './templates.ts'

/** A template that is right, with one field changed. */
function withCalls(changes: object): unknown {
  return {
    start_anchor: '<bot>',
    fields: { tool_calls: { open: '<c>', close: '</c>', content: 'json', ...changes }, content: {} },
  }
}

function withFields(fields: unknown): unknown {
  return { start_anchor: '<bot>', fields }
}

const xml = { content: 'xml-inline', open_pattern: '<c (?P<name>\\w+)>', open: undefined }

describe('a template that is wrong', () => {
  it.each<[string, unknown, RegExp]>([
    ['no object', [], /^response_template must be an object; got \[\]$/],
    [
      'an unknown key',
      { ...templates['lines'], feilds: {} },
      /^response_template\.feilds is unknown\. Did you mean fields\?/,
    ],
    ['another version', { ...templates['lines'], version: 2 }, /response_template\.version must be 1; got 2/],
    ['defaults', { ...templates['lines'], defaults: [] }, /defaults must be an object/],
    ['two anchors', { ...templates['lines'], start_anchor: 'x' }, /start_anchor and start_anchor_pattern exclude/],
    [
      'an anchor pattern',
      { fields: { content: {} }, start_anchor_pattern: 'a(' },
      /start_anchor_pattern cannot be read/,
    ],
    ['no fields', { start_anchor: 'x' }, /fields must be an object of fields; got undefined/],
    ['empty fields', withFields({}), /fields must have at least one field/],
    ['a field that is none', withFields({ content: 'text' }), /fields\.content must be an object; got "text"/],
    [
      'an unknown key of a field',
      withCalls({ opne: 'x' }),
      /fields\.tool_calls\.opne is unknown\. Did you mean open\?/,
    ],
    [
      'an unknown content',
      withCalls({ content: 'xml' }),
      /tool_calls\.content must be one of text, int, .*; got "xml"/,
    ],
    ['two openers', withCalls({ open_pattern: 'x' }), /tool_calls\.open and open_pattern exclude each other/],
    ['two closers', withCalls({ close_pattern: 'x' }), /tool_calls\.close and close_pattern exclude each other/],
    ['an opener that is no text', withCalls({ open: 5 }), /open must be a string or a list of strings; got 5/],
    ['an empty list', withCalls({ open: [] }), /open must name at least one literal/],
    ['an empty literal', withCalls({ close: ['a', ''] }), /close must not hold an empty string/],
    ['a long literal', withCalls({ close: 'x'.repeat(257) }), /close must hold literals of at most 256/],
    [
      'a pattern',
      withCalls({ close: undefined, close_pattern: 'a(?<=b)' }),
      /close_pattern cannot be read: a look-behind .* at character 1 of "a\(/,
    ],
    [
      'a pattern that matches everywhere',
      withCalls({ close: undefined, close_pattern: '\\s*' }),
      /matches the empty text/,
    ],
    ['flags', withCalls({ repeats: 'yes' }), /tool_calls\.repeats must be true or false; got "yes"/],
    ['join without repeats', withFields({ content: { join: ',' } }), /content\.join needs repeats/],
    ['two implicit fields', withFields({ content: {}, notes: {} }), /one field without open .* content, notes/],
    [
      'two thoughts',
      withFields({ thinking: { open: 'a' }, reasoning: { open: 'b' } }),
      /thinking and reasoning, which mean the same/,
    ],
    [
      'calls without a marker',
      withFields({ tool_calls: { content: 'json' } }),
      /tool_calls needs open or open_pattern/,
    ],
    ['an answer that is no text', withFields({ content: { content: 'json' } }), /content\.content must be text/],
    [
      'an answer that is transformed',
      withFields({ content: { transform: '{content}' } }),
      /content\.transform is for calls/,
    ],
    ['a call that is a number', withCalls({ content: 'int' }), /content cannot be int/],
    [
      'captures without a transform',
      withFields({ thinking: { open_pattern: '<(?P<n>a)>' } }),
      /thinking\.transform is missing: only it can use the captures n/,
    ],
    [
      'an unknown option',
      withCalls({ content_args: { unquoted: true } }),
      /content_args\.unquoted is unknown\. Did you mean unquoted_keys/,
    ],
    ['delimiters', withCalls({ content_args: { string_delims: ['a'] } }), /string_delims must be a list of pairs/],
    ['no tag pattern', withCalls({ ...xml, transform: '{content}' }), /content_args\.tag_pattern is missing/],
    [
      'a tag pattern without groups',
      withCalls({ ...xml, transform: '{content}', content_args: { tag_pattern: 'a' } }),
      /tag_pattern must have a group \(\?P<key>/,
    ],
    [
      'a value parser',
      withCalls({
        ...xml,
        transform: '{content}',
        content_args: { tag_pattern: '(?P<key>a)(?P<value>b)', value_parser: { name: 'yaml' } },
      }),
      /value_parser\.name must be one of/,
    ],
    [
      'a nested value parser',
      withCalls({
        ...xml,
        transform: '{content}',
        content_args: { tag_pattern: '(?P<key>a)(?P<value>b)', value_parser: { name: 'kv-lines' } },
      }),
      /value_parser\.name cannot be kv-lines/,
    ],
    ['a separator', withCalls({ content: 'kv-lines', content_args: { kv_sep: '' } }), /kv_sep must not be empty/],
    ['each without a transform', withCalls({ transform_each: true }), /transform_each needs a transform/],
    [
      'each of no list',
      withCalls({ content: 'text', transform_each: true, transform: '{a}' }),
      /transform_each needs content json/,
    ],
    [
      'an unknown placeholder',
      withCalls({ transform: { function: { name: '{contents.name}' } } }),
      /transform\.function\.name names contents.*Did you mean content/,
    ],
    [
      'a placeholder in a text',
      withCalls({ transform: { id: ['call {content.id}'] } }),
      /transform\.id\[0\] must be a placeholder as a whole/,
    ],
    [
      'a tokenizer configuration',
      { response_template: templates['lines'] },
      /pass the object under its key response_template/,
    ],
    [
      'a response_schema',
      { type: 'object', properties: { content: { 'x-regex': 'a' } } },
      /response_schema, the older way/,
    ],
    ['extractors', { 'x-regex': 'a' }, /response_schema, the older way/],
  ])('is refused: %s', (_, template, message) => {
    expect(() => createToolCallParser({ format: template as never })).toThrow(TypeError)
    expect(() => createToolCallParser({ format: template as never })).toThrow(message)
  })

  it('says that the name alone is not enough', () => {
    expect(() => createToolCallParser({ format: 'response_template' })).toThrow(/pass the object/)
  })
})

describe('a template', () => {
  it.each(Object.entries(templates))('%s is read', (_, template) => {
    expect(() => loadTemplate(structuredClone(template))).not.toThrow()
  })

  it('may leave out its start, and close with eos alone', () => {
    const { fields } = loadTemplate({ fields: { tool_calls: { open: '<c>', close: 'eos', content: 'json' } } })
    expect(fields[0]?.close?.source).toBe('\\Z')
  })

  it('is a format like any other', () => {
    const info = findFormat(templates['jsonTags']!)
    expect(info).toMatchObject({
      id: 'response_template',
      family: 'response-template',
      reasoning: { open: '<think>', close: '</think>', start: 'tags' },
      upstream: { skip_special_tokens: false, spaces_between_special_tokens: false },
    })
    expect(info.endTokens).toContain('<|im_end|>')
    expect(findFormat(templates['lines']!).reasoning).toBeUndefined()
  })

  it('does not take the snapshot of another', () => {
    const parser = createToolCallParser({ format: templates['lines']! })
    const other = createToolCallParser({ format: templates['jsonTags']! })
    expect(() => (other as unknown as { restore(snapshot: object): void }).restore(parser.snapshot())).toThrow(
      /another template/,
    )
  })
})

describe('how calls are read', () => {
  const opener = { open: undefined, open_pattern: '<c (?P<name>\\w+)>' }
  const tags = { content: 'xml-inline', content_args: { tag_pattern: '<(?P<key>a)>(?P<value>.*?)</a>' } }
  const merged = { content: 'xml-inline', content_args: { ...tags.content_args, merge_duplicates: true } }

  it.each<[string, object, string]>([
    ['no transform', {}, 'envelope'],
    ['the content as a whole', { transform: '{content}' }, 'envelope'],
    ['the content as the function', { transform: { type: 'function', function: '{content}' } }, 'envelope'],
    [
      'name and arguments by key',
      { transform: { function: { name: '{content.fn}', arguments: '{content.in}' } } },
      'envelope',
    ],
    ['flat', { transform: { name: '{content.name}', arguments: '{content.arguments}' } }, 'envelope'],
    [
      'the OpenAI shape',
      { transform: { function: { name: '{content.function.name}', arguments: '{content.function.arguments}' } } },
      'envelope',
    ],
    [
      'items of a list',
      { transform_each: true, transform: { function: { name: '{a}', arguments: '{b}' } } },
      'envelope',
    ],
    [
      'a captured name, arguments by key',
      { ...opener, transform: { function: { name: '{name}', arguments: '{content.in}' } } },
      'envelope',
    ],
    [
      'a captured name',
      { ...opener, transform: { function: { name: '{name}', arguments: '{content}' } } },
      'arguments',
    ],
    ['a constant name', { transform: { function: { name: 'python', arguments: '{content}' } } }, 'arguments'],
    [
      'JSON as text',
      { ...opener, content: 'text', transform: { function: { name: '{name}', arguments: '{content}' } } },
      'arguments',
    ],
    ['tags', { ...opener, ...tags, transform: { function: { name: '{name}', arguments: '{content}' } } }, 'pairs'],
    [
      'lines',
      { ...opener, content: 'kv-lines', transform: { function: { name: '{name}', arguments: '{content}' } } },
      'pairs',
    ],
    [
      'tags that make lists',
      { ...opener, ...merged, transform: { function: { name: '{name}', arguments: '{content}' } } },
      'whole',
    ],
    [
      'a name among the tags',
      { ...tags, transform: { function: { name: '{content.a}', arguments: '{content}' } } },
      'whole',
    ],
    [
      'a name in the closer',
      {
        close: undefined,
        close_pattern: '</c (?P<name>\\w+)>',
        transform: { function: { name: '{name}', arguments: '{content}' } },
      },
      'whole',
    ],
    ['a deep path', { transform: { function: { name: '{content.a.b.c}', arguments: '{content.d}' } } }, 'whole'],
    [
      'arguments that are put together',
      { transform: { function: { name: '{content.n}', arguments: { x: '{content.x}' } } } },
      'whole',
    ],
    ['no arguments', { transform: { function: { name: '{content.n}' } } }, 'whole'],
    ['a list of calls', { transform: [{ function: { name: '{content.n}', arguments: '{content.a}' } }] }, 'whole'],
  ])('%s', (_, changes, mode) => {
    const { fields } = loadTemplate(withCalls(changes))
    expect(fields.find(({ role }) => role === 'tool_calls')?.call?.mode).toBe(mode)
  })
})
