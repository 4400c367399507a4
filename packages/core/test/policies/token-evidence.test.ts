import { describe, expect, it } from 'vitest'
import {
  createToolCallParser,
  foldEvents,
  type ParsedMessage,
  type ParserEvent,
  type ParserOptions,
  type TokenInfo,
} from '../../src/index.ts'
import { functionBlock, hermes, oslo, osloArguments, qwen, text } from './documents.ts'

const markers = { '<tool_call>': 1, '</tool_call>': 2, '<think>': 3, '</think>': 4 }

type Chunk = readonly [text: string, ...ids: number[]] | string

/** Chunks with the ids of their tokens; a bare string has no token information. Id 9 is any ordinary token. */
function read(chunks: readonly Chunk[], options: ParserOptions = qwen): ParsedMessage {
  const parser = createToolCallParser(options)
  const events: ParserEvent[] = []
  for (const chunk of chunks) {
    if (typeof chunk === 'string') events.push(...parser.feed(chunk))
    else {
      const [piece, ...ids] = chunk
      events.push(...parser.feed(piece, { ids, markers } satisfies TokenInfo))
    }
  }
  return foldEvents([...events, ...parser.end()])
}

const names = (message: ParsedMessage): string[] => message.toolCalls.map((call) => call.function.name)
const inner = `\n${functionBlock('get_weather', ['city', 'Oslo'])}\n`

describe('token evidence', () => {
  it('token evidence: a marker whose id is there counts', () => {
    const message = read([
      ['<tool_call>', 1],
      [inner, 9],
      ['</tool_call>', 2],
    ])
    expect(message.toolCalls[0]?.function.arguments).toBe(osloArguments)
    expect(message.toolCalls[0]?.status).toBe('complete')
    expect(message.content).toBe(null)
  })

  it('token evidence: a marker that the ids say is ordinary text is content', () => {
    const prose = 'Write <tool_call>{"name": "f", "arguments": {}}</tool_call> then.'
    const message = read([[prose, 9, 9, 9]], { ...hermes, tools: undefined })
    expect(message.content).toBe(prose)
    expect(names(message)).toEqual([])
  })

  it('token evidence: an opener typed in pieces is content', () => {
    const chunks: Chunk[] = [...'<tool_call>'].map((piece) => [piece, 9])
    const message = read([...chunks, [' is a tag', 9]])
    expect(message.content).toBe('<tool_call> is a tag')
  })

  it('token evidence: a marker that is cut over two chunks with ids does not count', () => {
    const message = read(
      [
        ['<tool_', 1],
        [`call>{"name": "f", "arguments": {}}</tool_call>`, 9],
      ],
      { ...hermes, tools: undefined },
    )
    expect(names(message)).toEqual([])
  })

  it('token evidence: chunks without ids are decided by their text', () => {
    expect(names(read([oslo]))).toEqual(['get_weather'])
    expect(names(read([['Hi. ', 9], oslo]))).toEqual(['get_weather'])
  })

  it('token evidence: markers without an id are decided by the text', () => {
    const parser = createToolCallParser(qwen)
    const events = parser.feed(oslo, { ids: [9], markers: { '<think>': 3 } })
    expect(names(foldEvents([...events, ...parser.end()]))).toEqual(['get_weather'])
  })

  it('token evidence: a text closer in a value is data, the token is the closer', () => {
    const message = read([
      ['<tool_call>', 1],
      ['\n<function=write_file>\n<parameter=content>\nx\n</parameter>\n</function>\n', 9],
      ['</tool_call>', 9],
      ['\nmore\n</parameter>\n</function>\n', 9],
      ['</tool_call>', 2],
    ])
    expect(message.toolCalls[0]?.function.arguments).toBe(
      text({ content: 'x\n</parameter>\n</function>\n</tool_call>\nmore' }),
    )
    expect(message.content).toBe(null)
  })

  it('token evidence: a JSON closer typed as text does not end a body', () => {
    const message = read(
      [
        ['<tool_call>', 1],
        ['{"name": "f", "arguments": {"a": "</tool_call>"}}', 9],
        ['</tool_call>', 2],
        ['Done.', 9],
      ],
      { ...hermes, tools: undefined },
    )
    expect(message.toolCalls[0]?.function.arguments).toBe('{"a": "</tool_call>"}')
    expect(message.content).toBe('Done.')
  })

  it('token evidence: reasoning markers too', () => {
    const typed = read([['Use <think> tags.', 9]])
    expect(typed.content).toBe('Use <think> tags.')
    const real = read([
      ['<think>', 3],
      ['The </think> tag', 9],
      ['</think>', 4],
      ['Hi.', 9],
    ])
    expect(real.reasoning).toBe('The </think> tag')
    expect(real.content).toBe('Hi.')
  })

  it('token evidence: several tokens in one chunk', () => {
    const message = read([[`<tool_call>${inner}</tool_call>`, 1, 9, 2]])
    expect(names(message)).toEqual(['get_weather'])
  })
})
