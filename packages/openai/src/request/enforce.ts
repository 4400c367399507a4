import { findFormat, type ChatTool, type ReasoningMode } from '@tooldelta/core'
import { isObject, type JsonObject } from '../history/values.ts'
import { callPrefixOf, type PromptRenderer } from '../prompt/index.ts'
import type { ChatCompletionRequest } from '../wire.ts'
import { createCallListSchema, schemaOf } from './call-schema.ts'
import { nameOf } from './check-options.ts'
import type { RequestDraft } from './draft.ts'
import { addInstruction } from './instruction.ts'
import type { Profile } from './profiles.ts'
import { createStructuralTag } from './structural-tag.ts'
import type { ToolDemand } from './tool-choice.ts'
import type { AnswerOptions, ToolChoiceMethod } from './types.ts'

/** What a way to enforce a call works with. */
export interface EnforceContext {
  draft: RequestDraft
  demand: ToolDemand
  format: AnswerOptions['format']
  reasoning: ReasoningMode | undefined
  profile: Profile
  profileName: string
  renderer: PromptRenderer | undefined
  isSingle: boolean
}

/** What the answer's reader must know of a way that was taken; a text says why a way cannot be taken. */
type Outcome = Partial<AnswerOptions> | string

/** Fields by which clients constrain the whole answer. Two constraints cannot hold at once. */
const constraints = [
  'structured_outputs',
  'guided_json',
  'guided_regex',
  'guided_choice',
  'guided_grammar',
  'json_schema',
  'grammar',
  'regex',
  'ebnf',
] as const

const ways: Readonly<Record<ToolChoiceMethod, (context: EnforceContext) => Outcome>> = {
  prefill,
  structural_tag: structuralTag,
  json,
  instruction,
}

/** The field by which the client constrains the whole answer, if there is one. */
export function findConstraint(request: ChatCompletionRequest): string | undefined {
  const format = request['response_format']
  if (isObject(format) && format['type'] !== 'text') return 'response_format'
  return constraints.find((field) => request[field] !== undefined && request[field] !== null)
}

/**
 * Makes the model call a tool, in the wanted way or the next of prefill, json and instruction that works here.
 *
 * @returns the way that was taken, what the answer's reader must know, and why other ways were not taken
 */
export function enforceCall(
  wanted: ToolChoiceMethod,
  context: EnforceContext,
): { method: ToolChoiceMethod; answer: Partial<AnswerOptions>; warnings: string[] } {
  const warnings: string[] = []
  const chain: readonly ToolChoiceMethod[] = ['prefill', 'json', 'instruction']
  const methods = [wanted, ...chain.slice(chain.indexOf(wanted) + 1)]
  for (const [place, method] of methods.entries()) {
    const outcome = ways[method](context)
    if (typeof outcome !== 'string') return { method, answer: outcome, warnings }
    warnings.push(`toolChoice '${method}' does not work here: ${outcome} '${methods[place + 1]}' is tried instead.`)
  }
  throw new TypeError(`Unknown toolChoice '${wanted}'.`)
}

/** The call is begun for the model, behind an empty thought where the prompt has opened one. */
function prefill(context: EnforceContext): Outcome {
  const { draft, demand, profile, profileName } = context
  const call = beginCall(context)
  if (call === undefined) return `nobody knows how a call of ${nameOf(context.format)} begins.`
  if (profile.prefill === undefined) return `a server of the profile '${profileName}' may not continue a message.`
  const messages = draft.request.messages
  if (!Array.isArray(messages) || messages.length === 0) return 'there are no messages.'
  const last: unknown = messages.at(-1)
  if (isObject(last) && last['role'] === 'assistant') return 'the last message is of the assistant already.'

  const { text, reasoning } = beginAnswer(context, call)
  const message = { role: 'assistant', content: text }
  const reason = 'The model goes on with a call that has begun.'
  draft.replace(
    'messages',
    [...(messages as unknown[]), message],
    [{ path: `messages.${messages.length}`, action: 'added', after: message, reason }],
  )
  for (const [path, value] of Object.entries(profile.prefillFields)) {
    if (path === 'separate_reasoning' && findFormat(context.format).reasoning === undefined) continue
    draft.set(path, value, 'The last message is to be continued.')
  }
  // The prefill would come back as a part of the answer, and be read twice.
  draft.remove('echo', 'The beginning of the call must not come back.')
  if (profileName === 'llamacpp' && findFormat(context.format).reasoning !== undefined) stopThinking(draft)
  return { prefill: text, reasoning, singleCall: context.isSingle || demand.kind === 'named' }
}

function beginAnswer(
  { format, reasoning, profile }: EnforceContext,
  call: string,
): { text: string; reasoning: ReasoningMode | undefined } {
  const markers = findFormat(format).reasoning
  const start = reasoning ?? markers?.start ?? 'off'
  if (markers === undefined || start === 'off') return { text: call, reasoning }
  if (start !== 'open') return { text: call, reasoning: 'tags' }
  return profile.prefill === 'message'
    ? { text: `${markers.open}\n\n${markers.close}\n\n${call}`, reasoning: 'tags' }
    : { text: `\n${markers.close}\n\n${call}`, reasoning: 'open' }
}

/** Engines cut blanks at the end of a message or do not, and a token seldom ends in one: the text ends before them. */
function beginCall({ format, demand: { name } }: EnforceContext): string | undefined {
  const prefix = typeof format === 'string' ? callPrefixOf(format, name) : undefined
  const trimmed = prefix?.trimEnd()
  // Where a line break alone ends the name, the model would go on with the name.
  return name !== undefined && trimmed?.endsWith(name) === true ? prefix : trimmed
}

/** llama.cpp refuses to continue a message of a model that thinks. */
function stopThinking(draft: RequestDraft): void {
  const given = draft.request['chat_template_kwargs']
  const before = isObject(given) ? given : {}
  if (before['enable_thinking'] === false) return
  draft.set(
    'chat_template_kwargs',
    { ...before, enable_thinking: false },
    'llama.cpp continues a message only where the model does not think.',
  )
}

function structuralTag(context: EnforceContext): Outcome {
  const { draft, demand, profile, profileName, renderer, isSingle } = context
  if (!profile.hasStructuralTags) return `the profile '${profileName}' has no structural tags.`
  if (renderer?.structure === undefined) return `there is no structural tag of ${nameOf(context.format)}.`
  const markers = findFormat(context.format).reasoning
  const isOpen = (context.reasoning ?? markers?.start) === 'open'
  const format = createStructuralTag(renderer.structure, {
    tools: callable(demand),
    isSingle: isSingle || demand.kind === 'named',
    thoughtEnd: isOpen ? markers?.close : undefined,
  })
  draft.set('response_format', { type: 'structural_tag', format }, 'The model can write nothing but a call.')
  return { singleCall: isSingle || demand.kind === 'named' }
}

/** Plain JSON instead of the model's own syntax: every engine can enforce it. */
function json({ draft, demand, reasoning, format, profile, isSingle }: EnforceContext): Outcome {
  const tools = callable(demand)
  const isNamed = demand.kind === 'named'
  const schema: JsonObject = isNamed ? schemaOf(tools[0]!) : createCallListSchema(tools, isSingle)
  const reason = 'The model can write nothing but a call, as plain JSON.'
  if (profile.json === 'structured_outputs') draft.set('structured_outputs', { json: schema }, reason)
  else {
    const value = { type: 'json_schema', json_schema: { name: isNamed ? 'arguments' : 'calls', schema } }
    draft.set('response_format', value, reason)
  }
  const start = reasoning ?? findFormat(format).reasoning?.start
  return {
    format: isNamed ? 'named' : 'required',
    tools,
    // A thought that the prompt has opened may or may not come before the JSON.
    reasoning: start === 'open' ? 'auto' : start === 'off' ? 'off' : 'tags',
    singleCall: isSingle || isNamed,
  }
}

function instruction({ draft, demand, isSingle }: EnforceContext): Outcome {
  addInstruction(draft, demand)
  return { singleCall: isSingle || demand.kind === 'named' }
}

function callable({ name, tools }: ToolDemand): readonly ChatTool[] {
  return name === undefined ? tools : tools.filter((tool) => tool.function.name === name).slice(0, 1)
}
