import { mapCallIds, type HistoryMessage } from '../history/index.ts'
import { without } from '../history/values.ts'
import { createCallPrefix } from './call-prefix.ts'
import { joinContent } from './content.ts'
import { printJson, toText } from './json-text.ts'
import { callsOf, type PastCall } from './turns.ts'
import type { PromptInput, PromptRenderer } from './types.ts'

const noSystem = 'You are Kimi, an AI assistant created by Moonshot AI.'

/**
 * Moonshot Kimi K2. Template: moonshotai/Kimi-K2-Instruct-0905. It writes the `name` of a message into the header of its turn, so tools
 * and results are system messages with a name.
 */
export const kimiK2: PromptRenderer = {
  formats: ['kimi_k2'],
  render,
  callPrefix: createCallPrefix('kimi_k2'),
}

function render({ messages: given, tools }: PromptInput): HistoryMessage[] {
  const { messages } = mapCallIds(given, 'functions')
  const rendered: HistoryMessage[] = []
  if (tools.length > 0) {
    rendered.push({ role: 'system', name: 'tool_declare', content: printJson(toText(tools)) })
    if (messages[0]?.role !== 'system') rendered.push({ role: 'system', content: noSystem })
  }
  for (const message of messages) rendered.push(renderMessage(message))
  return rendered
}

function renderMessage(message: HistoryMessage): HistoryMessage {
  const { content = '', tool_call_id: id } = message
  if (message.role === 'tool') {
    return { role: 'system', name: 'tool', content: joinContent([`## Return of ${id}\n`, content]) }
  }
  if (message.tool_calls === undefined) return message
  const calls = callsOf(message).map(printCall).join('')
  return {
    ...without(message, 'tool_calls'),
    role: message.role,
    content: joinContent([content, `<|tool_calls_section_begin|>${calls}<|tool_calls_section_end|>`]),
  }
}

function printCall({ id, arguments: text }: PastCall): string {
  return `<|tool_call_begin|>${id}<|tool_call_argument_begin|>${printJson(text)}<|tool_call_end|>`
}
