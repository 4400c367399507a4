import { findFormat, type ChatTool } from '@tooldelta/core'
import { InvalidRequestError } from '../errors.ts'
import { normalizeToolFields, type HistoryMessage, type ToolNames } from '../history/index.ts'
import { callPrefixOf } from '../prompt/index.ts'
import type { ChatCompletionRequest } from '../wire.ts'
import { checkRequestOptions, rendererOf } from './check-options.ts'
import { checkTools } from './check-tools.ts'
import { RequestDraft } from './draft.ts'
import { enforceCall, findConstraint } from './enforce.ts'
import { prepareHistory } from './prepare-history.ts'
import { profiles } from './profiles.ts'
import { readToolChoice, type ToolDemand } from './tool-choice.ts'
import type { AnswerOptions, PreparedRequest, PrepareRequestOptions, RequestReport } from './types.ts'

/**
 * Prepares a chat-completion request for an upstream that has no tool parser.
 *
 * - The history and the tools are mended, so that every server and template takes them.
 * - The tools reach the model, by the upstream's chat template or by tooldelta's own rendering of it (mode `prompt`), and its text comes
 *   back raw. Fields that the format needs (such as `skip_special_tokens: false`) are added where the client has not set them.
 * - `tool_choice` is enforced, and `parallel_tool_calls: false` ends the answer with its first call.
 *
 * Without tools, or with `tool_choice: 'none'`, the answer is text and `report.mode` is `passthrough`. Where nothing is to be changed the
 * given request itself comes back.
 *
 * @throws InvalidRequestError (status 400) when tools, tool_choice or messages are malformed, with the field's path and how to mend it
 * @throws TypeError for an unknown format, mode or profile, and for mode `prompt` with a format that has no renderer
 * @example
 * ```ts
 * const { request, parser } = prepareRequest(body, { format: 'qwen3_coder' })
 * const transformer = createChunkTransformer(parser)
 * ```
 */
export function prepareRequest(request: ChatCompletionRequest, options: PrepareRequestOptions): PreparedRequest {
  checkRequestOptions(options)
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new InvalidRequestError('The body must be a JSON object such as {"model": "...", "messages": [...]}.', 'body')
  }
  const draft = new RequestDraft(request, options.dropParams)
  const report: RequestReport = {
    mode: options.mode ?? 'template',
    profile: options.profile ?? 'vllm',
    changes: draft.changes,
    warnings: [],
  }
  const parser = report.mode === 'passthrough' ? passAnswer(options, report) : prepareTools(draft, options, report)
  if (options.upstreamModel !== undefined && draft.request.model !== options.upstreamModel) {
    draft.set('model', options.upstreamModel, 'The upstream calls the model so.')
  }
  return { request: draft.request, parser, report }
}

function prepareTools(draft: RequestDraft, options: PrepareRequestOptions, report: RequestReport): AnswerOptions {
  const isTagged = findFormat(options.format).family === 'tagged-parameters'
  const fields = normalizeToolFields(draft.request, {
    // Templates of this family print every field of a tool into the prompt, as Python prints it.
    dropFields: isTagged ? ['strict', '$schema'] : [],
  })
  draft.take(fields.request, fields.changes)
  const tools = fields.request.tools === undefined ? undefined : checkTools(fields.request.tools)
  const demand = tools === undefined ? undefined : readToolChoice(fields.request.tool_choice, tools)
  const onAnswer = prepareHistory(draft, options, fields.aliases)
  const answer: Partial<AnswerOptions> = onAnswer === undefined ? {} : { onAnswer }

  if (demand === undefined || demand.kind === 'none') {
    if (demand !== undefined) report.toolChoice = 'none'
    offerNoCalls(draft, options, report, demand)
    return { ...passAnswer(options, report), ...answer }
  }
  report.toolChoice = demand.kind
  // The prompt's rendering takes the field away.
  const isSingle = draft.request['parallel_tool_calls'] === false
  offerTools(draft, options, report, demand)
  const enforced = demandCall(draft, options, report, demand, isSingle)
  addUpstreamFields(draft, options)
  return {
    ...parserOptionsOf(options),
    tools: demand.tools,
    ...answer,
    ...namesOf(fields),
    ...enforced,
    ...choicesOf(draft.request),
  }
}

/** `tool_choice: 'none'`, or no tools: calls of the history still have to reach the model. */
function offerNoCalls(
  draft: RequestDraft,
  options: PrepareRequestOptions,
  report: RequestReport,
  demand: ToolDemand | undefined,
): void {
  const keepsTools = demand !== undefined && options.toolsWhenNone === 'keep'
  if (report.mode === 'prompt') return renderPrompt(draft, options, keepsTools ? demand.tools : [])
  if (!keepsTools) {
    draft.remove('tools', "With tool_choice 'none' the model must not see them.")
    draft.remove('tool_choice', 'Servers refuse tool_choice without tools.')
    draft.remove('parallel_tool_calls', 'Servers refuse it without tools.')
    return
  }
  setToolChoice(draft, report)
  banCalls(draft, options, report)
}

/** Tools that stay in the prompt tempt the model. */
function banCalls(draft: RequestDraft, { format }: PrepareRequestOptions, report: RequestReport): void {
  const [marker = ''] = ((typeof format === 'string' && callPrefixOf(format)) || '').split('\n')
  if (!profiles[report.profile].hasBadWords || !/^<[^<>\s]+>$/.test(marker)) return
  const given = draft.request['bad_words']
  const words = Array.isArray(given) ? (given as unknown[]) : []
  if (!words.includes(marker)) draft.set('bad_words', [...words, marker], 'The model must not begin a call.')
}

function offerTools(
  draft: RequestDraft,
  options: PrepareRequestOptions,
  report: RequestReport,
  { tools }: ToolDemand,
): void {
  if (report.mode === 'prompt') return renderPrompt(draft, options, tools)
  if (tools !== draft.request.tools) draft.set('tools', tools, 'tool_choice allows only these.')
  setToolChoice(draft, report)
}

function setToolChoice(draft: RequestDraft, report: RequestReport): void {
  const { toolChoice } = profiles[report.profile]
  if (toolChoice === undefined) draft.remove('tool_choice', 'An upstream without a tool parser refuses it.')
  else
    draft.set(
      'tool_choice',
      toolChoice,
      `With '${toolChoice}' the tools are in the prompt and the text comes back raw.`,
    )
}

/** Writes tools, calls and results as plain messages. */
function renderPrompt(draft: RequestDraft, { format }: PrepareRequestOptions, tools: readonly ChatTool[]): void {
  const messages = draft.request.messages as readonly HistoryMessage[] | undefined
  for (const path of ['tools', 'tool_choice', 'parallel_tool_calls']) {
    draft.remove(path, 'The prompt has the tools; the template of the upstream is to know of none.')
  }
  const hasCalls = Array.isArray(messages) && messages.some(({ role, tool_calls: calls }) => role === 'tool' || calls)
  if (!Array.isArray(messages) || (tools.length === 0 && !hasCalls)) return
  const rendered = rendererOf(format)!.render({ messages, tools })
  draft.set('messages', rendered, 'Tools, calls and results are written as the template of the model would.')
}

/** `required`, a named tool and `parallel_tool_calls`. */
function demandCall(
  draft: RequestDraft,
  options: PrepareRequestOptions,
  report: RequestReport,
  demand: ToolDemand,
  isSingle: boolean,
): Partial<AnswerOptions> {
  const constraint = findConstraint(draft.request)
  if (constraint !== undefined) {
    const what = demand.kind === 'auto' ? 'The model cannot call a tool' : 'tool_choice is not enforced'
    report.warnings.push(`${what}: ${constraint} of the client constrains the whole answer.`)
  }
  if (demand.kind === 'auto' || constraint !== undefined) return isSingle ? { singleCall: true } : {}
  const { method, answer, warnings } = enforceCall(options.toolChoice ?? 'prefill', {
    draft,
    demand,
    format: options.format,
    reasoning: options.reasoning,
    profile: profiles[report.profile],
    profileName: report.profile,
    renderer: rendererOf(options.format),
    isSingle,
  })
  report.enforcedBy = method
  report.warnings.push(...warnings)
  return { ...answer, requiresCall: true }
}

function addUpstreamFields(draft: RequestDraft, { format }: PrepareRequestOptions): void {
  const { id, upstream } = findFormat(format)
  const reason = `The format ${typeof format === 'string' ? format : id} needs it to keep its markers.`
  for (const [path, value] of Object.entries(upstream)) {
    if (draft.request[path] === undefined) draft.set(path, value, reason)
  }
}

/** The answer is text. */
function passAnswer(options: PrepareRequestOptions, report: RequestReport): AnswerOptions {
  report.mode = 'passthrough'
  return { ...parserOptionsOf(options), tools: [] }
}

function parserOptionsOf(options: PrepareRequestOptions): AnswerOptions {
  const {
    mode: _mode,
    profile: _profile,
    toolChoice: _toolChoice,
    toolsWhenNone: _toolsWhenNone,
    mergeSystemMessages: _mergeSystemMessages,
    neutralizeToolResults: _neutralizeToolResults,
    dropParams: _dropParams,
    upstreamModel: _upstreamModel,
    stores: _stores,
    ...parserOptions
  } = options
  return parserOptions
}

function namesOf({ originals }: ToolNames): Partial<AnswerOptions> {
  return originals.size === 0 ? {} : { toolNames: originals }
}

function choicesOf({ n }: ChatCompletionRequest): Partial<AnswerOptions> {
  return typeof n === 'number' && n > 1 ? { choices: n } : {}
}
