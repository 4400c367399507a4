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
  const rendered: HistoryMessage[] = []
  let start = 0
  if (tools.length > 0) {
    const text = messages[0]?.role === 'system' ? textOf(messages[0].content) : undefined
    rendered.push(...layout.system(tools, text))
    if (text !== undefined) start = 1
  }
  const append = (turn: readonly unknown[]): void => {
    const isLost = ({ role }: HistoryMessage, place: number): boolean => role === 'system' && place > 0
    const at =
      layout.losesLaterSystem === true
        ? rendered.findLastIndex((message, place) => !isLost(message, place))
        : rendered.length - 1
    const message = rendered[at]!
    rendered[at] = { ...message, content: joinContent([message.content ?? '', layout.end, ...turn]) }
  }
  for (let index = start; index < messages.length; index++) {
    const message = messages[index]!
    if (message.role === 'tool') {
      const end = endOfResults(messages, index)
      const results = layout.results(messages.slice(index, end).map(({ content }) => content ?? ''))
      if (rendered.length > 0) append([results])
      else rendered.push({ role: 'user', content: results })
      index = end - 1
    } else if (message.tool_calls === undefined) rendered.push(message)
    else {
      const { thought = '', content } = layout.split(message)
      const body = layout.body(content, callsOf(message))
      if (rendered.length > 0) append([layout.opening(thought, index > lastUser), body])
      else
        rendered.push({
          ...without(message, 'tool_calls'),
          role: message.role,
          content: body,
          reasoning_content: thought,
        })
    }
  }
  return rendered
}
