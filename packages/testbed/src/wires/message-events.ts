import type {
  ContentBlock,
  Message,
  MessageDeltaUsage,
  RawContentBlockDelta,
  RawContentBlockStartEvent,
  RawMessageStreamEvent,
  Usage,
} from '@anthropic-ai/sdk/resources/messages/messages'
import { z } from 'zod'

// Each schema is held against the type that the official package publishes, and takes no field that is not written here.
const counts = {
  input_tokens: z.int().nonnegative(),
  output_tokens: z.int().nonnegative(),
  cache_creation_input_tokens: z.literal(0),
  cache_read_input_tokens: z.int().nonnegative(),
  output_tokens_details: z.strictObject({ thinking_tokens: z.int() }).nullable(),
  server_tool_use: z.null(),
}
const usage: z.ZodType<Usage> = z.strictObject({
  ...counts,
  cache_creation: z.null(),
  inference_geo: z.null(),
  service_tier: z.null(),
  speed: z.null(),
})
const deltaUsage: z.ZodType<MessageDeltaUsage> = z.strictObject(counts)

const text = z.strictObject({ type: z.literal('text'), text: z.string(), citations: z.null() })
const thinking = z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.literal('') })
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().min(1),
  name: z.string().min(1),
  caller: z.strictObject({ type: z.literal('direct') }),
  input: z.record(z.string(), z.unknown()),
})
const block: z.ZodType<ContentBlock> = z.union([text, thinking, toolUse])
const emptyBlock: z.ZodType<RawContentBlockStartEvent['content_block']> = z.union([
  text.extend({ text: z.literal('') }),
  thinking.extend({ thinking: z.literal('') }),
  toolUse.extend({ input: z.strictObject({}) }),
])
const delta: z.ZodType<RawContentBlockDelta> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text_delta'), text: z.string().min(1) }),
  z.strictObject({ type: z.literal('thinking_delta'), thinking: z.string().min(1) }),
  z.strictObject({ type: z.literal('input_json_delta'), partial_json: z.string() }),
])

const ending = {
  stop_reason: z.enum(['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'refusal']).nullable(),
  stop_sequence: z.string().nullable(),
  stop_details: z.null(),
  container: z.null(),
}

/** A message as a server sends it. */
export const messageSchema: z.ZodType<Message> = z.strictObject({
  type: z.literal('message'),
  id: z.string().regex(/^msg_/),
  role: z.literal('assistant'),
  model: z.string(),
  content: z.array(block),
  diagnostics: z.null(),
  ...ending,
  usage,
})

const eventSchema: z.ZodType<RawMessageStreamEvent> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('message_start'), message: messageSchema }),
  z.strictObject({ type: z.literal('content_block_start'), index: z.int(), content_block: emptyBlock }),
  z.strictObject({ type: z.literal('content_block_delta'), index: z.int(), delta }),
  z.strictObject({ type: z.literal('content_block_stop'), index: z.int() }),
  z.strictObject({ type: z.literal('message_delta'), delta: z.strictObject(ending), usage: deltaUsage }),
  z.strictObject({ type: z.literal('message_stop') }),
])

/** What a stream of the Messages API says. */
export interface FoldedMessage {
  /** Blocks in their order; the input of a call as its JSON text. */
  blocks: (string | undefined)[][]
  stopReason: string | null
  stopSequence: string | null
  usage: MessageDeltaUsage
}

/**
 * Checks a stream of the Messages API: every event by its published type, and their order, each block behind the other. Throws where they are
 * wrong. Signs of life (`ping`) may stand anywhere.
 */
export function foldMessageEvents(given: readonly { type: string }[]): FoldedMessage {
  const events = given.filter(({ type }) => type !== 'ping').map(readMessageEvent)
  const blocks: (string | undefined)[][] = []
  const types = events.map(({ type }) => type)
  if (types[0] !== 'message_start' || types.indexOf('message_start', 1) !== -1) throw new Error(`no start: ${types[0]}`)
  if (types.slice(-2).join() !== 'message_delta,message_stop') throw new Error(`no end: ${types.slice(-2).join()}`)
  let open: { index: number; type: string } | undefined
  for (const event of events.slice(1, -2)) {
    const wrong = (): never => {
      throw new Error(`out of order: ${JSON.stringify(event)}`)
    }
    if (event.type === 'content_block_start') {
      if (open !== undefined || event.index !== blocks.length) wrong()
      const { content_block: started } = event
      open = { index: event.index, type: started.type }
      blocks.push(started.type === 'tool_use' ? [started.type, '', started.name, started.id] : [started.type, ''])
    } else if (event.type === 'content_block_delta') {
      if (event.index !== open?.index || !fits(open.type, event.delta.type)) wrong()
      // The first piece of an input is empty, as Anthropic's servers send it.
      const isFirst = open?.type === 'tool_use' && blocks.at(-1)![1] === ''
      const piece = pieceOf(event.delta)
      if (piece === '' && !isFirst) wrong()
      blocks.at(-1)![1] += piece
    } else if (event.type === 'content_block_stop') {
      if (event.index !== open?.index) wrong()
      open = undefined
    } else wrong()
  }
  if (open !== undefined) throw new Error('a block without its end')
  const last = events.at(-2) as Extract<RawMessageStreamEvent, { type: 'message_delta' }>
  return { blocks, stopReason: last.delta.stop_reason, stopSequence: last.delta.stop_sequence, usage: last.usage }
}

function readMessageEvent(value: unknown): RawMessageStreamEvent {
  const result = eventSchema.safeParse(value)
  if (result.success) return value as RawMessageStreamEvent
  throw new Error(`no published event: ${JSON.stringify(value)}\n${z.prettifyError(result.error)}`)
}

function fits(block: string, delta: string): boolean {
  return { text: 'text_delta', thinking: 'thinking_delta', tool_use: 'input_json_delta' }[block] === delta
}

function pieceOf(delta: RawContentBlockDelta): string {
  if (delta.type === 'text_delta') return delta.text
  if (delta.type === 'thinking_delta') return delta.thinking
  return delta.type === 'input_json_delta' ? delta.partial_json : ''
}
