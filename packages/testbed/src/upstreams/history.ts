import { PythonJsonError, pythonJsonLoads, pythonTypeOf } from './python-json.ts'
import { Refusal } from './refusal.ts'
import type { TemplateMessage } from './chat-template.ts'
import type { FakeMessage } from './types.ts'

/** How a server reads the arguments of earlier calls. */
export type ReadArguments = (value: unknown) => unknown

/** Makes the messages of a request what the server's template gets, with text parts joined. */
export function toTemplateMessages(messages: readonly FakeMessage[], readArguments: ReadArguments): TemplateMessage[] {
  return messages.map((message) => {
    const calls = message.tool_calls
    const content = joinParts(message.content)
    if (message.role !== 'assistant' || !Array.isArray(calls) || calls.length === 0) {
      return { role: message.role, content: content ?? '' }
    }
    const read = calls.map((call: { function?: { name?: unknown; arguments?: unknown } }) => ({
      function: { name: String(call.function?.name), arguments: readArguments(call.function?.arguments) },
    }))
    return { role: message.role, content: content ?? '', tool_calls: read }
  })
}

function joinParts(content: unknown): unknown {
  if (!Array.isArray(content)) return content
  return content.map((part: { text?: unknown }) => part.text ?? '').join('\n')
}

/** As `json.loads` of Python reads arguments. */
export function loadArguments(value: unknown, status: number): unknown {
  if (typeof value !== 'string') {
    const type = pythonTypeOf(value)
    throw new Refusal(status, `the JSON object must be str, bytes or bytearray, not ${type}`)
  }
  try {
    return pythonJsonLoads(value)
  } catch (error) {
    if (error instanceof PythonJsonError) throw new Refusal(status, error.message)
    throw error
  }
}
