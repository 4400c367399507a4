import { detectFormat, findFormat, parseToolCalls, type ParsedMessage } from '@tooldelta/core'
import { findPromptRenderer, prepareRequest, type ChatCompletionRequest } from '@tooldelta/openai'
import { type Answer, ask, isRefused, type Refused } from './ask.ts'
import { decide } from './decide.ts'
import { identifyServer } from './identify.ts'
import {
  brokenCall,
  callTokens,
  canary,
  canaryMessages,
  canaryTool,
  isCanaryCall,
  lateSystemMessages,
  leastGrowth,
  shortest,
  toResultMessages,
} from './questions.ts'
import type { ProbedModel, ProbeFindings, ProbeResult, ProbeTarget } from './types.ts'

/** One probe: whom it asks, and about what. */
interface ProbeContext {
  target: ProbeTarget
  /** What the upstream calls the model. */
  model: string
  format: string
  reasoning: ProbeReasoning
  signal: AbortSignal | undefined
}

type ProbeReasoning = NonNullable<ProbedModel['parser']>['reasoning']

/**
 * Asks a model's server what it does with tools: a handful of short questions, one after the other. The outcome says which mode fits, and
 * why, in plain words.
 *
 * @throws ProbeError when the server gives no answer to go by; it can be asked again later
 * @throws the signal's reason when it has fired
 * @example
 * ```ts
 * const { mode, sentences } = await probeModel(upstream, { name: 'coder', format: 'qwen3_coder' })
 * ```
 */
export async function probeModel(target: ProbeTarget, model: ProbedModel, signal?: AbortSignal): Promise<ProbeResult> {
  const context: ProbeContext = {
    target,
    model: model.upstreamModel ?? model.name,
    format: readFormatId(model.format),
    reasoning: model.parser?.reasoning,
    signal,
  }
  const findings: ProbeFindings = {
    server: await identifyServer(target, context.model, signal),
    ...(await findTools(context)),
    parser: 'unknown',
    rawCall: 'unknown',
    markers: 'unknown',
    thinking: 'unknown',
    systemMessages: 'unknown',
    brokenHistory: 'unknown',
  }
  Object.assign(findings, await findOwnParser(context))
  Object.assign(findings, await findRawCall(context, findings))
  Object.assign(findings, await findSystemRule(context))
  if (findings.parser === 'correct') findings.brokenHistory = await findBrokenHistory(context)
  return decide(findings, { ...model, format: context.format }, target)
}

/** Settings may name a file; its format has no id that is known everywhere. */
function readFormatId(format: string): string {
  try {
    return findFormat(format).id
  } catch {
    return 'auto'
  }
}

/** The same question with and without a tool, as the proxy would ask it: the prompt grows when the template writes it down. */
async function findTools(context: ProbeContext): Promise<Pick<ProbeFindings, 'tools' | 'toolsRefusal'>> {
  const { target, model, signal } = context
  const without = await ask(target, shortest(model), signal)
  if (isRefused(without)) return { tools: 'unknown' }
  const withTool = await ask(target, prepare({ ...shortest(model), tools: [canaryTool] }, context, 'template'), signal)
  if (isRefused(withTool)) return { tools: 'refused', toolsRefusal: withTool.message }
  const growth = promptTokens(withTool) - promptTokens(without)
  // Without usage the call itself tells, later.
  if (Number.isNaN(growth)) return { tools: 'unknown' }
  return { tools: growth >= leastGrowth ? 'rendered' : 'ignored' }
}

function promptTokens({ usage }: Answer): number {
  const tokens = usage?.['prompt_tokens']
  // A server that does not count says 0.
  return typeof tokens === 'number' && tokens > 0 ? tokens : Number.NaN
}

/** What a client without tooldelta would get. */
async function findOwnParser({
  target,
  model,
  format,
  signal,
}: ProbeContext): Promise<Pick<ProbeFindings, 'parser' | 'parserFault'>> {
  const body = { model, messages: canaryMessages, tools: [canaryTool], max_tokens: callTokens, temperature: 0 }
  const answer = await ask(target, body, signal)
  if (isRefused(answer)) return { parser: isParserRefusal(answer) ? 'none' : 'unknown' }
  if (answer.calls.length > 0) {
    const parserFault = findCallFault(answer)
    return parserFault === undefined ? { parser: 'correct' } : { parser: 'faulty', parserFault }
  }
  if (read(answer, format).toolCalls.length > 0) return { parser: 'none' }
  if (answer.content.includes(canary) && answer.content.includes(canaryTool.function.name)) return { parser: 'none' }
  return { parser: 'unknown' }
}

function isParserRefusal({ message }: Refused): boolean {
  return /tool[ -_]choice|tool-call-parser|auto-tool-choice/i.test(message)
}

/** What is wrong with an answer that has calls, as a client sees it; undefined when nothing is. */
export function findCallFault(answer: Answer): string | undefined {
  const [call, ...others] = answer.calls
  if (call === undefined) return 'No call came.'
  if (others.length > 0) return `There were ${answer.calls.length} calls instead of one.`
  if (call.id === '') return 'The call has no id.'
  if (!isCanaryCall(call)) return `The call is ${call.name} with the arguments ${call.arguments.slice(0, 100)}.`
  if (answer.finishReason !== 'tool_calls') return `The finish reason is ${String(answer.finishReason)}.`
  if (/<\/?(?:tool_call|function|parameter)\b/.test(answer.content)) return 'Markup of the call is in the text.'
  if (answer.error !== undefined) return `The stream ended with an error: ${answer.error}.`
  return undefined
}

/** The model's raw text, asked for as the proxy will ask, and what the format's parser makes of it. */
async function findRawCall(context: ProbeContext, { tools }: ProbeFindings): Promise<Partial<ProbeFindings>> {
  const { target, model, format, signal } = context
  const isPrompt = (tools === 'ignored' || tools === 'refused') && findPromptRenderer(format) !== undefined
  if (!isPrompt && tools === 'refused') return {}
  const body = { model, messages: canaryMessages, tools: [canaryTool], max_tokens: callTokens, temperature: 0 }
  const answer = await ask(target, prepare(body, context, isPrompt ? 'prompt' : 'template'), signal)
  if (isRefused(answer)) return tools === 'unknown' ? { tools: 'refused', toolsRefusal: answer.message } : {}
  const thinking = findThinking(answer, format)
  const message = read(answer, format, thinking === 'open' ? 'open' : context.reasoning)
  // A server that cannot be kept from parsing has read it already.
  const isRead = answer.calls.some(isCanaryCall) || message.toolCalls.some((call) => isCanaryCall(call.function))
  const isTried = answer.content.includes(canaryTool.function.name) && answer.content.includes(canary)
  const looksLike = isRead ? undefined : detectFormat(answer.content)
  return {
    // Only a model that was shown the tool can call it.
    ...(tools === 'unknown' && { tools: isRead || isTried ? 'rendered' : 'unknown' }),
    rawCall: isRead ? 'read' : isTried ? 'unreadable' : 'no call',
    markers: isRead ? 'kept' : isTried && needsMarkers(format) && looksLike === undefined ? 'stripped' : 'unknown',
    looksLike,
    thinking,
  }
}

function needsMarkers(format: string): boolean {
  return findFormat(format).upstream['skip_special_tokens'] === false
}

function findThinking({ content, reasoning }: Answer, format: string): ProbeFindings['thinking'] {
  if (reasoning !== '') return 'split'
  const { open: opener, close: closer } = findFormat(format).reasoning ?? { open: '<think>', close: '</think>' }
  const close = content.indexOf(closer)
  const open = content.indexOf(opener)
  if (close !== -1 && (open === -1 || close < open)) return 'open'
  return open === -1 ? 'none' : 'tags'
}

function read(answer: Answer, format: string, reasoning?: ProbeReasoning): ParsedMessage {
  const tools = [canaryTool]
  return parseToolCalls(answer.content, { format, tools, ...(reasoning !== undefined && { reasoning }) })
}

async function findSystemRule({ target, model, signal }: ProbeContext): Promise<Partial<ProbeFindings>> {
  const answer = await ask(target, { ...shortest(model), messages: lateSystemMessages }, signal)
  return { systemMessages: isRefused(answer) ? 'first' : 'anywhere' }
}

async function findBrokenHistory({ target, model, signal }: ProbeContext): Promise<ProbeFindings['brokenHistory']> {
  const messages = toResultMessages(brokenCall, null)
  const answer = await ask(target, { ...shortest(model), messages, tools: [canaryTool] }, signal)
  return isRefused(answer) ? 'refused' : 'taken'
}

function prepare(body: ChatCompletionRequest, context: ProbeContext, mode: 'template' | 'prompt'): object {
  const { format, reasoning, target } = context
  const options = { format, mode, profile: target.profile, ...(reasoning !== undefined && { reasoning }) }
  return prepareRequest(body, options).request
}
