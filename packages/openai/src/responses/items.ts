import { isObject, type JsonObject } from '../history/values.ts'
import type { AnswerBlock, BlockWriter } from '../wires/answer-blocks.ts'
import type { WireEvent } from '../wires/types.ts'
import { carryThought } from './carried-thought.ts'
import { createCustomInputReader, type CustomInputReader } from './custom-input.ts'
import type { ClientTool, ResponseTools } from './tools.ts'

/** What the items of an answer are written with. */
export interface ItemContext {
  emit(type: string, fields: JsonObject): WireEvent
  createId(prefix: string): string
  tools: ResponseTools
  body: JsonObject
}

/** Writes the blocks of an answer as output items. */
export interface ItemWriter extends BlockWriter {
  /** The items so far; each time new objects. */
  output(): JsonObject[]
}

/** How one kind of item is written. */
interface ItemShape {
  /** The item with so much text. */
  item(text: string, status: string): JsonObject
  begin(): WireEvent[]
  delta(piece: string): WireEvent[]
  /** @param text - all that came */
  done(text: string, isCut: boolean): WireEvent[]
}

type Place = JsonObject & { item_id: string; output_index: number }
type Emit = ItemContext['emit']

/** @internal */
export function createItemWriter(context: ItemContext): ItemWriter {
  const finished: (() => JsonObject)[] = []
  let current: { shape: ItemShape; place: Place } | undefined

  return {
    open(block) {
      const shape = createShape(block, context, finished.length)
      const item = shape.item('', 'in_progress')
      const place = { item_id: String(item['id']), output_index: finished.length }
      current = { shape, place }
      return [context.emit('response.output_item.added', { output_index: place.output_index, item }), ...shape.begin()]
    },
    add: (_block, piece) => current!.shape.delta(piece),
    close(block, isCut) {
      const { shape, place } = current!
      const status = isCut ? 'incomplete' : 'completed'
      const build = (): JsonObject => shape.item(block.text, status)
      finished.push(build)
      const events = shape.done(block.text, isCut)
      // Clients run a custom call when its item is done, and nothing in its text shows that it was cut off.
      if (isCut && build()['type'] === 'custom_tool_call') return events
      return [...events, context.emit('response.output_item.done', { output_index: place.output_index, item: build() })]
    },
    output: () => finished.map((build) => build()),
  }
}

function createShape(block: AnswerBlock, context: ItemContext, index: number): ItemShape {
  const { createId, emit, tools, body } = context
  const placeOf = (prefix: string): Place => ({ item_id: createId(prefix), output_index: index })
  if (block.kind === 'text') return createMessage(placeOf('msg_'), emit)
  if (block.kind === 'reasoning') {
    const carries = Array.isArray(body['include']) && body['include'].includes('reasoning.encrypted_content')
    return wantsSummary(body)
      ? createSummary(placeOf('rs_'), emit, carries)
      : createThought(placeOf('rs_'), emit, carries)
  }
  const tool = tools.byChatName.get(block.name) ?? { kind: 'function', name: block.name, namespace: undefined }
  return tool.kind === 'custom'
    ? createCustomCall(block, tool, placeOf('ctc_'), emit)
    : createFunctionCall(block, tool, placeOf('fc_'), emit)
}

/** Clients that ask for a summary show nothing else of a thought. */
function wantsSummary({ reasoning }: JsonObject): boolean {
  const summary = isObject(reasoning) ? (reasoning['summary'] ?? reasoning['generate_summary']) : undefined
  return typeof summary === 'string' && summary !== 'none'
}

function createMessage(place: Place, emit: Emit): ItemShape {
  const part = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] })
  const at = { ...place, content_index: 0 }
  return {
    item: (text, status) => ({
      type: 'message',
      id: place.item_id,
      status,
      role: 'assistant',
      content: status === 'in_progress' ? [] : [part(text)],
    }),
    begin: () => [emit('response.content_part.added', { ...at, part: part('') })],
    delta: (piece) => [emit('response.output_text.delta', { ...at, delta: piece, logprobs: [] })],
    done: (text) => [
      emit('response.output_text.done', { ...at, text, logprobs: [] }),
      emit('response.content_part.done', { ...at, part: part(text) }),
    ],
  }
}

function createThought(place: Place, emit: Emit, carries: boolean): ItemShape {
  const part = (text: string): JsonObject => ({ type: 'reasoning_text', text })
  const at = { ...place, content_index: 0 }
  return {
    item: (text, status) => ({
      type: 'reasoning',
      id: place.item_id,
      summary: [],
      content: status === 'in_progress' ? [] : [part(text)],
      ...carried(text, status, carries),
      status,
    }),
    begin: () => [emit('response.content_part.added', { ...at, part: part('') })],
    delta: (piece) => [emit('response.reasoning_text.delta', { ...at, delta: piece })],
    done: (text) => [
      emit('response.reasoning_text.done', { ...at, text }),
      emit('response.content_part.done', { ...at, part: part(text) }),
    ],
  }
}

function createSummary(place: Place, emit: Emit, carries: boolean): ItemShape {
  const part = (text: string): JsonObject => ({ type: 'summary_text', text })
  const at = { ...place, summary_index: 0 }
  return {
    item: (text, status) => ({
      type: 'reasoning',
      id: place.item_id,
      summary: status === 'in_progress' ? [] : [part(text)],
      ...carried(text, status, carries),
      status,
    }),
    begin: () => [emit('response.reasoning_summary_part.added', { ...at, part: part('') })],
    delta: (piece) => [emit('response.reasoning_summary_text.delta', { ...at, delta: piece })],
    done: (text) => [
      emit('response.reasoning_summary_text.done', { ...at, text }),
      emit('response.reasoning_summary_part.done', { ...at, part: part(text) }),
    ],
  }
}

function carried(text: string, status: string, carries: boolean): JsonObject {
  if (!carries) return {}
  return { encrypted_content: status === 'in_progress' ? '' : carryThought(text) }
}

function createFunctionCall({ id }: AnswerBlock, { name, namespace }: ClientTool, place: Place, emit: Emit): ItemShape {
  return {
    item: (text, status) => ({
      type: 'function_call',
      id: place.item_id,
      call_id: id,
      name,
      ...(namespace !== undefined && { namespace }),
      arguments: text,
      status,
    }),
    begin: () => [],
    delta: (piece) => [emit('response.function_call_arguments.delta', { ...place, delta: piece })],
    done: (text, isCut) =>
      isCut ? [] : [emit('response.function_call_arguments.done', { ...place, name, arguments: text })],
  }
}

function createCustomCall({ id }: AnswerBlock, { name, namespace }: ClientTool, place: Place, emit: Emit): ItemShape {
  const reader: CustomInputReader = createCustomInputReader()
  const pieces: string[] = []
  const add = (piece: string): WireEvent[] => {
    if (piece === '') return []
    pieces.push(piece)
    return [emit('response.custom_tool_call_input.delta', { ...place, delta: piece })]
  }
  return {
    item: (_text, status) => ({
      type: 'custom_tool_call',
      id: place.item_id,
      call_id: id,
      name,
      ...(namespace !== undefined && { namespace }),
      input: pieces.join(''),
      status,
    }),
    begin: () => [],
    delta: (piece) => add(reader.push(piece)),
    done(_text, isCut) {
      if (isCut) return []
      const rest = add(reader.end())
      return [...rest, emit('response.custom_tool_call_input.done', { ...place, input: pieces.join('') })]
    },
  }
}
