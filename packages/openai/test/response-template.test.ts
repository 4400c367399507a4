import type { ResponseTemplate } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { prepareRequest } from '../src/index.ts'
import { chunkOf, roleChunk, run, text } from './helpers.ts'

const template: ResponseTemplate = {
  start_anchor: '<bot>',
  fields: {
    tool_calls: {
      open_pattern: '<call (?P<name>\\w+)>',
      close: '</call>',
      content: 'json',
      transform: { function: { name: '{name}', arguments: '{content}' } },
    },
    content: {},
  },
}
const tools = [{ type: 'function' as const, function: { name: 'f', parameters: { type: 'object' } } }]

describe('a response template as the format', () => {
  it('turns the text of a stream into calls', () => {
    const chunks = [roleChunk, text('Hi <call f>{"a"'), text(': 1}</call>'), chunkOf({}, 'stop')]
    const out = JSON.stringify(run(chunks, { format: template, tools }))
    expect(out).toContain('"content":"Hi"')
    expect(out).toContain('"name":"f"')
    expect(out).toContain('"finish_reason":"tool_calls"')
  })

  it('asks the upstream for the markers', () => {
    const { request, parser, report } = prepareRequest({ model: 'm', messages: [], tools }, { format: template })
    expect(request).toMatchObject({ skip_special_tokens: false, spaces_between_special_tokens: false })
    expect(parser.format).toBe(template)
    expect(report.changes.map(({ reason }) => reason)).toContain(
      'The format response_template needs it to keep its markers.',
    )
  })

  it('is refused before the first answer when it is wrong', () => {
    const wrong = { fields: { content: { opne: '<' } } } as unknown as ResponseTemplate
    expect(() => prepareRequest({ model: 'm', messages: [], tools }, { format: wrong })).toThrow(/Did you mean open\?/)
  })
})
