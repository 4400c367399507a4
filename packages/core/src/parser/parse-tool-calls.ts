import type { Diagnostic } from '../diagnostics.ts'
import type { ParsedMessage, ParsedToolCall, ParserEvent } from '../events.ts'
import type { FinishReason, ParserOptions } from '../options.ts'
import { createToolCallParser } from './create-parser.ts'

/**
 * Parses a whole text: the fold of the streaming parser.
 *
 * @param options - as {@link createToolCallParser}, and why the text ended (default `stop`)
 * @example
 * ```ts
 * const message = parseToolCalls('Hi.<tool_call>\n{"name": "ls", "arguments": {}}\n</tool_call>', { format: 'hermes' })
 * // message.content is 'Hi.', message.toolCalls[0].function.name is 'ls'
 * ```
 */
export function parseToolCalls(text: string, options: ParserOptions & { finishReason?: FinishReason }): ParsedMessage {
  const parser = createToolCallParser(options)
  return foldEvents([...parser.feed(text), ...parser.end(options.finishReason)])
}

/** Folds the events of a stream into the message that they describe. */
export function foldEvents(events: Iterable<ParserEvent>): ParsedMessage {
  const content: string[] = []
  const reasoning: string[] = []
  const pieces: string[][] = []
  const toolCalls: ParsedToolCall[] = []
  const diagnostics: Diagnostic[] = []
  for (const event of events) {
    switch (event.type) {
      case 'content':
        content.push(event.text)
        break
      case 'reasoning':
        reasoning.push(event.text)
        break
      case 'tool-call-start':
        pieces.push([])
        toolCalls.push({
          id: event.id,
          type: 'function',
          function: { name: event.name, arguments: '' },
          status: 'truncated',
        })
        break
      case 'tool-call-arguments':
        pieces[event.index]?.push(event.text)
        break
      case 'tool-call-end': {
        const call = toolCalls[event.index]
        if (call !== undefined) call.status = event.status
        break
      }
      case 'diagnostic': {
        const { type: _, ...diagnostic } = event
        diagnostics.push(diagnostic)
      }
    }
  }
  for (const [index, call] of toolCalls.entries()) call.function.arguments = pieces[index]?.join('') ?? ''
  return {
    content: content.length === 0 ? null : content.join(''),
    reasoning: reasoning.length === 0 ? null : reasoning.join(''),
    toolCalls,
    diagnostics,
  }
}
