import { createToolCallParser, type ParserEvent } from '@tooldelta/core'

/** What the page shows of one answer. */
export interface AnswerView {
  content: string
  reasoning: string
  calls: { name: string; arguments: string; status: string }[]
}

/**
 * Reads an answer piece by piece, as a page that shows a stream would.
 *
 * @returns `add` takes the next piece and gives what to show now; `end` is for the end of the stream
 */
export function createAnswerReader(format: string): { add(piece: string): AnswerView; end(): AnswerView } {
  const parser = createToolCallParser({ format })
  const view: AnswerView = { content: '', reasoning: '', calls: [] }
  return {
    add: (piece) => show(view, parser.feed(piece)),
    end: () => show(view, parser.end()),
  }
}

function show(view: AnswerView, events: readonly ParserEvent[]): AnswerView {
  for (const event of events) {
    if (event.type === 'content') view.content += event.text
    if (event.type === 'reasoning') view.reasoning += event.text
    if (event.type === 'tool-call-start') view.calls.push({ name: event.name, arguments: '', status: 'streaming' })
    if (event.type === 'tool-call-arguments') view.calls[event.index]!.arguments += event.text
    if (event.type === 'tool-call-end') view.calls[event.index]!.status = event.status
  }
  return view
}
