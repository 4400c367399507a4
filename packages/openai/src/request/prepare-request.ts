import { findFormat, type ParserOptions } from '@tooldelta/core'
import { checkTools } from './check-tools.ts'
import { InvalidRequestError } from '../errors.ts'
import type { ChatCompletionRequest } from '../wire.ts'
import type { PreparedRequest, PrepareRequestOptions, RequestReport, UpstreamProfile } from './types.ts'

const toolChoiceFor: Readonly<Record<UpstreamProfile, string | undefined>> = {
  vllm: 'none',
  llamacpp: 'none',
  sglang: 'auto',
  generic: undefined,
}

/**
 * Prepares a chat-completion request for an upstream that has no tool parser: the tools stay, so that the model sees them, and
 * `tool_choice` is set so that its text comes back raw. Fields that the format needs (such as `skip_special_tokens: false`) are added
 * where the client has not set them.
 *
 * Without tools, or with `tool_choice: 'none'`, the request and its answer are left alone.
 *
 * @throws InvalidRequestError (status 400) when the tools are malformed, with the field's path and how to mend it
 * @throws TypeError for an unknown format, mode or profile, and for mode `prompt`
 * @example
 * ```ts
 * const { request, parser } = prepareRequest(body, { format: 'qwen3_coder' })
 * const transformer = createChunkTransformer(parser)
 * ```
 */
export function prepareRequest(request: ChatCompletionRequest, options: PrepareRequestOptions): PreparedRequest {
  const { mode = 'template', profile = 'vllm', ...parserOptions } = options
  checkRequestOptions(options)
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new InvalidRequestError('The body must be a JSON object such as {"model": "...", "messages": [...]}.', 'body')
  }
  const report: RequestReport = { mode, profile, changes: [], warnings: [] }
  const hasTools = isPresent(request.tools) && !(Array.isArray(request.tools) && request.tools.length === 0)
  if (mode === 'passthrough' || !hasTools || request.tool_choice === 'none') {
    report.mode = 'passthrough'
    return { request, parser: { ...parserOptions, tools: [] }, report }
  }

  const tools = checkTools(request.tools)
  const prepared: ChatCompletionRequest = { ...request }
  setToolChoice(prepared, report)
  addUpstreamFields(prepared, options.format, report)
  return { request: report.changes.length > 0 ? prepared : request, parser: { ...parserOptions, tools }, report }
}

/**
 * Checks the options that do not depend on a request, so that a server can refuse wrong ones when it starts.
 *
 * @throws TypeError with what is allowed
 * @internal
 */
export function checkRequestOptions(options: PrepareRequestOptions): void {
  const { mode = 'template', profile = 'vllm' } = options
  if (mode === 'prompt') {
    throw new TypeError(
      "mode 'prompt' is not in this version. Use 'template' with a chat template that supports tools.",
    )
  }
  if (mode !== 'template' && mode !== 'passthrough') {
    throw new TypeError(`Unknown mode '${String(mode)}'. Use 'template' or 'passthrough'.`)
  }
  if (!Object.hasOwn(toolChoiceFor, profile)) {
    throw new TypeError(`Unknown profile '${String(profile)}'. Use one of ${Object.keys(toolChoiceFor).join(', ')}.`)
  }
}

function setToolChoice(request: ChatCompletionRequest, report: RequestReport): void {
  const before = request.tool_choice
  const after = toolChoiceFor[report.profile]
  if (isPresent(before) && before !== 'auto') {
    report.warnings.push(
      `tool_choice ${JSON.stringify(before)} is not enforced: the model decides whether it calls a tool.`,
    )
  }
  if (after === undefined) {
    if (before === undefined) return
    delete request.tool_choice
    report.changes.push({
      path: 'tool_choice',
      action: 'removed',
      before,
      reason: 'An upstream without a tool parser refuses it.',
    })
    return
  }
  if (before === after) return
  request.tool_choice = after
  const reason = `With '${after}' the tools are in the prompt and the text comes back raw.`
  report.changes.push(
    before === undefined
      ? { path: 'tool_choice', action: 'added', after, reason }
      : { path: 'tool_choice', action: 'changed', before, after, reason },
  )
}

function addUpstreamFields(
  request: ChatCompletionRequest,
  format: ParserOptions['format'],
  report: RequestReport,
): void {
  const { id, upstream } = findFormat(format)
  for (const [path, after] of Object.entries(upstream)) {
    if (request[path] !== undefined) continue
    request[path] = after
    report.changes.push({
      path,
      action: 'added',
      after,
      reason: `The format ${typeof format === 'string' ? format : id} needs it to keep its markers.`,
    })
  }
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}
