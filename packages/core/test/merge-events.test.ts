import { mergeEvents, type ParserEvent } from '@tooldelta/core'
import { expect, it } from 'vitest'

it('joins pieces of one text and nothing else', () => {
  const events: ParserEvent[] = [
    { type: 'content', text: 'a' },
    { type: 'content', text: 'b' },
    { type: 'reasoning', text: 'c' },
    { type: 'tool-call-start', index: 0, id: 'x', name: 'f' },
    { type: 'tool-call-arguments', index: 0, text: '{' },
    { type: 'tool-call-arguments', index: 0, text: '}' },
  ]
  expect(mergeEvents(events)).toEqual([
    { type: 'content', text: 'ab' },
    { type: 'reasoning', text: 'c' },
    { type: 'tool-call-start', index: 0, id: 'x', name: 'f' },
    { type: 'tool-call-arguments', index: 0, text: '{}' },
  ])
})
