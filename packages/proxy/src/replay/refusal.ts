import { z } from 'zod'

const requestSchema = z.looseObject({
  model: z.string().nullish(),
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
})

const callsSchema = z.array(z.looseObject({ function: z.looseObject({ arguments: z.unknown().optional() }) }))

/** What the replay server reads of a request. */
export type ReplayRequest = z.infer<typeof requestSchema>

/** A request that the server takes, or why it does not. */
export type CheckedRequest = { request: ReplayRequest } | { refusal: string }

/** Checks a request as a vLLM server does that was started without a tool parser. */
export function checkRequest(body: unknown): CheckedRequest {
  const result = requestSchema.safeParse(body)
  if (!result.success) {
    const issue = result.error.issues[0]
    return { refusal: `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}` }
  }
  const request = result.data
  const refusal = refuseToolChoice(request) ?? refuseStreamOptions(request) ?? refuseHistory(request)
  return refusal === undefined ? { request } : { refusal }
}

function refuseToolChoice({ tools, tool_choice: choice }: ReplayRequest): string | undefined {
  const hasTools = tools !== undefined && tools !== null && tools.length > 0
  if (choice === 'none' || choice === null) return undefined
  if (!hasTools) {
    return choice === undefined || choice === 'auto' ? undefined : 'When using `tool_choice`, `tools` must be set.'
  }
  if (choice === undefined || choice === 'auto') {
    return '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
  }
  if (choice === 'required') return 'tool_choice="required" requires --tool-call-parser to be set'
  const name = (choice as { function?: { name?: unknown } }).function?.name
  return `tool_choice=function ${JSON.stringify(name ?? choice)} requires --tool-call-parser to be set`
}

function refuseStreamOptions(request: ReplayRequest): string | undefined {
  if (request.stream === true || request.stream_options === undefined || request.stream_options === null)
    return undefined
  return 'Stream options can only be defined when `stream=True`.'
}

/** The chat template walks through the arguments of earlier calls, so they must be the text of a JSON object. */
function refuseHistory({ messages }: ReplayRequest): string | undefined {
  for (const [place, message] of messages.entries()) {
    const calls = callsSchema.safeParse(message['tool_calls'] ?? [])
    const where = `messages.${place}.tool_calls`
    if (message.role !== 'assistant') continue
    if (!calls.success) return `${where}: ${calls.error.issues[0]?.message ?? 'invalid'}`
    for (const [index, call] of calls.data.entries()) {
      const fault = findArgumentsFault(call.function.arguments)
      if (fault !== undefined) return `${where}.${index}.function.arguments: ${fault}`
    }
  }
  return undefined
}

function findArgumentsFault(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '' || typeof value === 'object') return undefined
  if (typeof value !== 'string') return 'must be the text of a JSON object'
  try {
    const read = JSON.parse(value) as unknown
    if (typeof read === 'object' && !Array.isArray(read)) return undefined
    return 'Can only get item pairs from a mapping.'
  } catch (error) {
    return (error as Error).message
  }
}
