import type {
  Response,
  ResponseCustomToolCall,
  ResponseErrorEvent,
  ResponseFunctionToolCall,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseReasoningItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses'
import { z } from 'zod'

// Each schema is held against the type that the official package publishes, and takes no field that is not written here.
const status = z.enum(['in_progress', 'completed', 'incomplete'])
const outputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.never()),
  logprobs: z.array(z.never()),
})
const reasoningText = z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })
const summaryText = z.strictObject({ type: z.literal('summary_text'), text: z.string() })

const message: z.ZodType<ResponseOutputMessage> = z.strictObject({
  type: z.literal('message'),
  id: z.string().regex(/^msg_/),
  role: z.literal('assistant'),
  status,
  content: z.array(outputText),
})
const reasoning: z.ZodType<ResponseReasoningItem> = z.strictObject({
  type: z.literal('reasoning'),
  id: z.string().regex(/^rs_/),
  summary: z.array(summaryText),
  content: z.array(reasoningText).exactOptional(),
  encrypted_content: z.string().exactOptional(),
  status,
})
const functionCall: z.ZodType<ResponseFunctionToolCall> = z.strictObject({
  type: z.literal('function_call'),
  id: z.string().regex(/^fc_/),
  call_id: z.string().min(1),
  name: z.string().min(1),
  namespace: z.string().exactOptional(),
  arguments: z.string(),
  status,
})
// Its status is not in the published type; OpenAI's servers send it.
const customCall: z.ZodType<ResponseCustomToolCall> = z.strictObject({
  type: z.literal('custom_tool_call'),
  id: z.string().regex(/^ctc_/),
  call_id: z.string().min(1),
  name: z.string().min(1),
  namespace: z.string().exactOptional(),
  input: z.string(),
  status,
})
const item: z.ZodType<ResponseOutputItem> = z.union([message, reasoning, functionCall, customCall])

const usage = z.strictObject({
  input_tokens: z.int(),
  input_tokens_details: z.strictObject({ cached_tokens: z.int() }),
  output_tokens: z.int(),
  output_tokens_details: z.strictObject({ reasoning_tokens: z.int() }),
  total_tokens: z.int(),
})

/** A response as a server sends it; the package adds `output_text` itself. */
export const responseSchema: z.ZodType<Omit<Response, 'output_text'>> = z.strictObject({
  id: z.string().regex(/^resp_/),
  object: z.literal('response'),
  created_at: z.int().positive(),
  status: z.enum(['in_progress', 'completed', 'incomplete', 'failed']),
  background: z.literal(false),
  error: z.strictObject({ code: z.enum(['server_error', 'rate_limit_exceeded']), message: z.string() }).nullable(),
  incomplete_details: z.strictObject({ reason: z.enum(['max_output_tokens', 'content_filter']) }).nullable(),
  instructions: z.string().nullable(),
  max_output_tokens: z.int().nullable(),
  metadata: z.record(z.string(), z.string()),
  model: z.string(),
  output: z.array(item),
  parallel_tool_calls: z.boolean(),
  previous_response_id: z.null(),
  reasoning: z.strictObject({
    effort: z.enum(['low', 'medium', 'high']).nullable(),
    summary: z.enum(['auto']).nullable(),
  }),
  store: z.literal(false),
  temperature: z.number().nullable(),
  text: z.custom<NonNullable<Response['text']>>((value) => typeof value === 'object' && value !== null),
  tool_choice: z.custom<Response['tool_choice']>((value) => value !== undefined),
  tools: z.custom<Response['tools']>((value) => Array.isArray(value)),
  top_p: z.number().nullable(),
  truncation: z.literal('disabled'),
  usage: usage.exactOptional(),
})

const place = { sequence_number: z.int(), output_index: z.int() }
const inItem = { ...place, item_id: z.string() }
const inPart = { ...inItem, content_index: z.int() }
const inSummary = { ...inItem, summary_index: z.int() }
const none = z.array(z.never())

/** The published type with this name. */
type Published<T extends string> = Extract<ResponseStreamEvent, { type: T }>

// What an event must hold, by the published types: a field that is missing here does not compile.
type Fields<T extends ResponseStreamEvent['type']> = {
  [K in keyof Omit<Published<T>, 'type'>]-?: z.ZodType<Published<T>[K]>
}
type EventSchema = readonly [type: string, schema: z.ZodType<ResponseStreamEvent>]

function published<T extends ResponseStreamEvent['type']>(type: T, fields: Fields<T>): EventSchema {
  const shape = { type: z.literal(type), ...fields } as unknown as z.ZodRawShape
  return [type, z.strictObject(shape) as unknown as z.ZodType<ResponseStreamEvent>]
}

const wholeResponse = responseSchema as z.ZodType<Response>
const responseEvents = (
  ['response.created', 'response.in_progress', 'response.completed', 'response.incomplete', 'response.failed'] as const
).map((type) => published(type, { sequence_number: z.int(), response: wholeResponse }))

const errorFields = { code: z.string().nullable(), message: z.string(), param: z.string().nullable() }
// OpenAI's servers send the fields inside as well, and its package looks for them there.
const errorEvent: z.ZodType<ResponseErrorEvent> = z.strictObject({
  type: z.literal('error'),
  sequence_number: z.int(),
  ...errorFields,
  error: z.strictObject({ type: z.string(), ...errorFields }),
})

const eventSchemas: ReadonlyMap<string, z.ZodType<ResponseStreamEvent>> = new Map<
  string,
  z.ZodType<ResponseStreamEvent>
>([
  ...responseEvents,
  ['error', errorEvent],
  published('response.output_item.added', { ...place, item }),
  published('response.output_item.done', { ...place, item }),
  published('response.content_part.added', { ...inPart, part: z.union([outputText, reasoningText]) }),
  published('response.content_part.done', { ...inPart, part: z.union([outputText, reasoningText]) }),
  published('response.output_text.delta', { ...inPart, delta: z.string().min(1), logprobs: none }),
  published('response.output_text.done', { ...inPart, text: z.string(), logprobs: none }),
  published('response.reasoning_text.delta', { ...inPart, delta: z.string().min(1) }),
  published('response.reasoning_text.done', { ...inPart, text: z.string() }),
  published('response.reasoning_summary_part.added', { ...inSummary, part: summaryText }),
  published('response.reasoning_summary_part.done', { ...inSummary, part: summaryText }),
  published('response.reasoning_summary_text.delta', { ...inSummary, delta: z.string().min(1) }),
  published('response.reasoning_summary_text.done', { ...inSummary, text: z.string() }),
  published('response.function_call_arguments.delta', { ...inItem, delta: z.string().min(1) }),
  published('response.function_call_arguments.done', { ...inItem, name: z.string(), arguments: z.string() }),
  published('response.custom_tool_call_input.delta', { ...inItem, delta: z.string().min(1) }),
  published('response.custom_tool_call_input.done', { ...inItem, input: z.string() }),
])

/** Reads an event that has exactly the fields of its published type; throws where it has not. */
export function readResponseEvent(value: unknown): ResponseStreamEvent {
  const schema = eventSchemas.get(String((value as { type?: unknown } | null)?.type))
  const result = (schema ?? z.never()).safeParse(value)
  if (result.success) return value as ResponseStreamEvent
  throw new Error(`no published event: ${JSON.stringify(value)}\n${z.prettifyError(result.error)}`)
}
