import type { ParserEvent } from '@tooldelta/core'
import type { DeliveredAnswer } from './options.ts'
import type { ChatCompletionMessage, ChatCompletionToolCall } from './wire.ts'

/** Puts together what a client gets of one choice, and the text that the model wrote for it. */
export class AnswerRecord {
  private content = ''
  private reasoning = ''
  private readonly calls: ChatCompletionToolCall[] = []
  private raw: string | undefined = ''

  /** Text of the model, as it came. */
  addRaw(text: string): void {
    if (this.raw !== undefined) this.raw += text
  }

  /** The answer was ended inside the text: its last characters are no part of it. `undefined`: nobody knows how many. */
  cutRaw(length: number | undefined): void {
    if (length === undefined) this.raw = undefined
    else if (length > 0) this.raw = this.raw?.slice(0, -length)
  }

  addReasoning(text: string): void {
    this.reasoning += text
  }

  /** Events that were delivered. */
  add(events: readonly ParserEvent[]): void {
    for (const event of events) {
      if (event.type === 'content') this.content += event.text
      else if (event.type === 'reasoning') this.reasoning += event.text
      else if (event.type === 'tool-call-start') {
        this.calls[event.index] = { id: event.id, type: 'function', function: { name: event.name, arguments: '' } }
      } else if (event.type === 'tool-call-arguments') this.calls[event.index]!.function.arguments += event.text
    }
  }

  end(choice: number, finishReason: string): DeliveredAnswer {
    const { content, reasoning, calls, raw } = this
    const message: ChatCompletionMessage = {
      role: 'assistant',
      content: content === '' && calls.length > 0 ? null : content,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(calls.length > 0 && { tool_calls: calls }),
    }
    return { choice, message, finishReason, raw }
  }
}
