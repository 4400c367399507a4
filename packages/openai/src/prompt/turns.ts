import type { ChatTool } from '@tooldelta/core'
import type { HistoryMessage } from '../history/index.ts'
import { without } from '../history/values.ts'
import { joinContent, textOf } from './content.ts'
import { shieldThought } from './thoughts.ts'
import type { PromptInput } from './types.ts'

/** One call of a history. */
export interface PastCall {
  id: string
  name: string
  /** The text of a JSON object. */
  arguments: string
}

/** How a template writes what plain messages have no fields for, where results are a turn of the user. */
export interface TurnLayout {
  /** The system message with the tools in it. `text` is that of the history's own first system message. */
  system(tools: readonly ChatTool[], text: string | undefined): string
  /** Where the template splits content at `</think>`. */
  shieldsThoughts?: boolean
  /** The content of a message with calls. */
  calls(content: unknown, calls: readonly PastCall[]): unknown
  /** The content of the user's turn with the results of one message. */
  results(contents: readonly unknown[]): unknown
}

/** Renders a history whose tools, calls and results are all text of plain messages. */
export function renderTurns({ messages, tools }: PromptInput, layout: TurnLayout): HistoryMessage[] {
  const rendered: HistoryMessage[] = []
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index]!
    if (message.role === 'tool') {
      const end = endOfResults(messages, index)
      const contents = messages.slice(index, end).map(({ content }) => content ?? '')
      rendered.push({ role: 'user', content: layout.results(contents) })
      index = end - 1
    } else if (message.tool_calls !== undefined) {
      rendered.push(withCallsAsText(message, layout))
    } else rendered.push(message)
  }
  return tools.length === 0 ? rendered : withTools(rendered, tools, layout)
}

function withCallsAsText(message: HistoryMessage, layout: TurnLayout): HistoryMessage {
  const given = layout.shieldsThoughts === true ? shieldThought(message) : message
  const content = layout.calls(given.content ?? '', callsOf(given))
  return { ...without(given, 'tool_calls'), role: message.role, content }
}

/** The calls of a message. */
export function callsOf({ tool_calls: calls }: HistoryMessage): PastCall[] {
  return (calls ?? []).map(({ id, function: { name, arguments: text } }) => ({ id, name, arguments: text }))
}

/** Where the results that begin at a place end. */
export function endOfResults(messages: readonly HistoryMessage[], start: number): number {
  let end = start
  while (messages[end]?.role === 'tool') end++
  return end
}

function withTools(messages: HistoryMessage[], tools: readonly ChatTool[], layout: TurnLayout): HistoryMessage[] {
  const [first, ...rest] = messages
  const text = first?.role === 'system' ? textOf(first.content) : undefined
  if (first === undefined || text === undefined) {
    return [{ role: 'system', content: layout.system(tools, undefined) }, ...messages]
  }
  return [{ ...first, content: layout.system(tools, text) }, ...rest]
}

/** Frames each result and writes them one behind the other. */
export function frameResults(contents: readonly unknown[], open: string, close: string, separator: string): unknown {
  return joinContent(
    contents.flatMap((content, index) => (index === 0 ? [open, content, close] : [separator + open, content, close])),
  )
}
