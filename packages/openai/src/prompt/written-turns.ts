import type { ChatTool } from '@tooldelta/core'
import type { HistoryMessage } from '../history/index.ts'
import { without } from '../history/values.ts'
import { joinContent, textOf } from './content.ts'
import type { SplitMessage } from './thoughts.ts'
import { callsOf, endOfResults, type PastCall } from './turns.ts'
import type { PromptInput } from './types.ts'

/** How a template writes what plain messages have no fields for, where results are a turn of a role of their own. */
export interface WrittenLayout {
  /** What the template writes behind the content of a turn. */
  end: string
  /** The template leaves out system messages that are not the first: nothing can be written behind them. */
  losesLaterSystem?: boolean
  /** The messages that stand for the tools and the history's own first system message, if it has one. */
  system(tools: readonly ChatTool[], text: string | undefined): HistoryMessage[]
  /** The thought and the content of a message, as the template finds them. */
  split(message: HistoryMessage): SplitMessage
  /** What the template writes before the body of an assistant's turn. `isCurrent`: no message of the user comes later. */
  opening(thought: string, isCurrent: boolean): string
  /** Content and calls of an assistant's turn. */
  body(content: unknown, calls: readonly PastCall[]): unknown
  /** The turn with the results of one message, its header with it, without the end. */
  results(contents: readonly unknown[]): unknown
}

/**
 * Renders a history for a template whose results have a role that plain messages have not. The turns with calls and results are written
 * out, with the template's own headers, behind the content of the message before them: the template puts the same text around them. The
 * last message is then one of the user, which no server takes for the beginning of an answer.
 */
export function renderWrittenTurns({ messages, tools }: PromptInput, layout: WrittenLayout): HistoryMessage[] {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user')
  const text = messages[0]?.role === 'system' ? textOf(messages[0].content) : undefined
  const rendered = tools.length === 0 ? [] : layout.system(tools, text)
  const start = tools.length === 0 || text === undefined ? 0 : 1
  for (let index = start; index < messages.length; index++) {
    const message = messages[index]!
    if (message.role === 'tool') {
      const end = endOfResults(messages, index)
      writeResults(rendered, messages.slice(index, end), layout)
      index = end - 1
    } else if (message.tool_calls === undefined) rendered.push(message)
    else writeCalls(rendered, message, { layout, isCurrent: index > lastUser })
  }
  return rendered
}

interface Place {
  layout: WrittenLayout
  isCurrent: boolean
}

/** Behind another message of the assistant a turn stays a message: templates trim the content of such messages in ways of their own. */
function writeCalls(rendered: HistoryMessage[], message: HistoryMessage, { layout, isCurrent }: Place): void {
  const { thought = '', content } = layout.split(message)
  const body = layout.body(content, callsOf(message))
  const at = placeToWrite(rendered, layout)
  if (at === -1 || rendered[at]?.role === 'assistant') {
    const given = without(message, 'tool_calls')
    rendered.push({ ...given, role: message.role, content: body, reasoning_content: thought })
  } else append(rendered, at, [layout.end, layout.opening(thought, isCurrent), body])
}

function writeResults(rendered: HistoryMessage[], results: readonly HistoryMessage[], layout: WrittenLayout): void {
  const turn = layout.results(results.map(({ content }) => content ?? ''))
  const at = placeToWrite(rendered, layout)
  if (at === -1) rendered.push({ role: 'user', content: turn })
  else append(rendered, at, [layout.end, turn])
}

/** The last message, as far as the template prints it; -1 when there is none. */
function placeToWrite(rendered: readonly HistoryMessage[], { losesLaterSystem = false }: WrittenLayout): number {
  return rendered.findLastIndex(({ role }, index) => !(losesLaterSystem && role === 'system' && index > 0))
}

function append(rendered: HistoryMessage[], at: number, turn: readonly unknown[]): void {
  const message = rendered[at]!
  rendered[at] = { ...message, content: joinContent([message.content ?? '', ...turn]) }
}
