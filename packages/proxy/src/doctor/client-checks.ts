import { detectFormat } from '@tooldelta/core'
import { type Answer, ask, askWhole, isRefused, type Refused } from '../probe/ask.ts'
import { findCallFault } from '../probe/probe-model.ts'
import {
  brokenCall,
  callTokens,
  canaryMessages,
  canaryTool,
  lateSystemMessages,
  resultNumber,
  toResultMessages,
} from '../probe/questions.ts'
import type { ProbeTarget } from '../probe/index.ts'
import { failed, ok, type Verdict } from './types.ts'

/** Whom the checks ask, and for which model. */
export interface CheckContext {
  target: ProbeTarget
  model: string
}

const usualMend = 'Set mode: auto for this model in tooldelta.yaml, and see the log line of the probe at start.'

/** A short answer, not streamed. */
export async function checkCompletion({ target, model }: CheckContext): Promise<Verdict> {
  const messages = [{ role: 'user', content: 'Say hello in one word.' }]
  const answer = await askWhole(target, { model, messages, max_tokens: callTokens })
  if (isRefused(answer)) {
    return failed(describeRefusal(answer), 'Ask the server itself for a completion, and see its log.')
  }
  const [choice] = (answer['choices'] ?? []) as { message?: { content?: unknown }; finish_reason?: unknown }[]
  const content = choice?.message?.content
  if (typeof content !== 'string' || content.trim() === '') {
    return failed('The answer has no text.', 'Look at the model with another client: without text nothing else works.')
  }
  return ok(`"${shorten(content)}", finish_reason ${String(choice?.finish_reason)}`)
}

/** A tool call, streamed, as an editor asks for it. */
export async function checkToolCall(context: CheckContext): Promise<{ verdict: Verdict; answer?: Answer }> {
  const answer = await ask(context.target, callBody(context))
  if (isRefused(answer)) {
    return { verdict: failed(describeRefusal(answer), mendOfRefusal(answer)) }
  }
  const fault = findCallFault(answer)
  if (fault !== undefined) return { verdict: failed(fault, mendOfCall(answer)), answer }
  const [call] = answer.calls
  const pieces = call!.deltas === 1 ? 'in one piece' : `in ${call!.deltas} pieces`
  return { verdict: ok(`${call!.name} ${call!.arguments}, ${pieces}, finish_reason tool_calls`), answer }
}

/** A call that the client demands. */
export async function checkForcedCall(context: CheckContext): Promise<Verdict> {
  const answer = await ask(context.target, { ...callBody(context), tool_choice: 'required' })
  if (isRefused(answer)) return failed(describeRefusal(answer), usualMend)
  if (answer.calls.length === 0) {
    return failed(
      answer.error ?? 'No call came although one is required.',
      'Set toolChoice: structural_tag or json for this model in tooldelta.yaml.',
    )
  }
  return ok(`${answer.calls[0]!.name} ${answer.calls[0]!.arguments}`)
}

/** A second turn, with the call of the first and its result in the history. */
export async function checkSecondTurn(context: CheckContext, first: Answer | undefined): Promise<Verdict> {
  const call = first?.calls[0] ?? { ...brokenCall, arguments: '{"word": "amber-7431"}' }
  const answer = await ask(context.target, {
    ...callBody(context),
    messages: toResultMessages(call, first?.content || null),
  })
  if (isRefused(answer)) return failed(describeRefusal(answer), usualMend)
  if (answer.content.includes(resultNumber)) return ok(`The model read the tool's result: "${shorten(answer.content)}"`)
  return failed(
    answer.error ?? `The answer does not tell what the tool said: "${shorten(answer.content)}"`,
    'Set mode: prompt for this model, in case its chat template loses results of tools; a model of this size may also just miss it.',
  )
}

/** A turn whose history has a call that was cut off. */
export async function checkBrokenHistory(context: CheckContext): Promise<Verdict> {
  const answer = await ask(context.target, { ...callBody(context), messages: toResultMessages(brokenCall, null) })
  if (isRefused(answer)) {
    return failed(
      describeRefusal(answer),
      'Set mode: template or prompt for this model: with passthrough one cut call in a history fails every later turn.',
    )
  }
  return answer.error === undefined
    ? ok('A call with cut arguments in the history does not fail the turn.')
    : failed(answer.error, usualMend)
}

/** A system message behind others, as editors send them. */
export async function checkLateSystem({ target, model }: CheckContext): Promise<Verdict> {
  const answer = await ask(target, { model, messages: lateSystemMessages, tools: [canaryTool], max_tokens: 16 })
  if (!isRefused(answer)) return ok('A second system message is taken.')
  return failed(describeRefusal(answer), 'Set mergeSystemMessages: true for this model in tooldelta.yaml.')
}

function callBody({ model }: CheckContext): object {
  return { model, messages: canaryMessages, tools: [canaryTool], max_tokens: callTokens, temperature: 0 }
}

export function describeRefusal({ status, message }: Refused): string {
  return `${status}: ${shorten(message, 160)}`
}

function mendOfRefusal({ message }: Refused): string {
  return /tool[ -_]choice|tool-call-parser/i.test(message)
    ? 'The proxy passes tools on as they are: set mode: auto or template for this model in tooldelta.yaml.'
    : usualMend
}

function mendOfCall({ content, calls, error }: Answer): string {
  if (error !== undefined) return 'See the log of the server for this request.'
  const format = calls.length === 0 ? detectFormat(content) : undefined
  if (format !== undefined) return `The call is in the text: set format: ${format} for this model.`
  if (calls.length > 0) return 'Set mode: template for this model, so that tooldelta reads the calls itself.'
  return 'Set mode: prompt in case the chat template has no tools, or use a model that was made to call tools.'
}

export function shorten(text: string, length = 60): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return line.length > length ? `${line.slice(0, length)}...` : line
}
