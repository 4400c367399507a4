import type { Response, ResponseOutputItem, ResponseStreamEvent } from 'openai/resources/responses/responses'
import { readResponseEvent } from './response-events.ts'

/** An item that has been added and is not done. */
interface OpenItem {
  index: number
  id: string
  type: ResponseOutputItem['type']
  /** What its deltas say. */
  text: string
  isPartOpen: boolean
  /** Its text has been told as a whole. */
  isTold: boolean
}

/** Which events tell the text of an item, and whether they are inside of a part. */
const texts = [
  ['message', 'response.output_text', true],
  ['reasoning', 'response.reasoning_text', true],
  ['reasoning', 'response.reasoning_summary_text', true],
  ['function_call', 'response.function_call_arguments', false],
  ['custom_tool_call', 'response.custom_tool_call_input', false],
] as const

/**
 * Checks a stream of the Responses API: every event by its published type, their numbers, their order, and that deltas, `done` events and the
 * last response say the same. Throws where they do not.
 *
 * @returns the response that the last event carries
 */
export function foldResponseEvents(given: readonly unknown[]): Response {
  const events = given.map(readResponseEvent)
  const done: ResponseOutputItem[] = []
  let open: OpenItem | undefined
  let last: Response | undefined
  let hasError = false

  function fail(event: ResponseStreamEvent, reason: string): never {
    throw new Error(`${reason}: ${JSON.stringify(event)}`)
  }

  for (const [place, event] of events.entries()) {
    if (event.sequence_number !== place) fail(event, `sequence_number must be ${place}`)
    if (last !== undefined) fail(event, 'an event behind the last one')
    const isHead = event.type === 'response.created' || event.type === 'response.in_progress'
    if (isHead !== place < 2) fail(event, 'created and in_progress come first, and only once')
    takeEvent(event)
  }
  if (last === undefined) throw new Error('the stream has no end')
  return last

  function takeEvent(event: ResponseStreamEvent): void {
    switch (event.type) {
      case 'response.created':
      case 'response.in_progress':
        if (event.response.output.length > 0 || event.response.status !== 'in_progress') fail(event, 'not empty')
        return
      case 'response.output_item.added':
        return addItem(event)
      case 'response.output_item.done':
        return endItem(event)
      case 'error':
        hasError = true
        return
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return endResponse(event)
      default:
        return takeInside(event)
    }
  }

  function addItem(event: Extract<ResponseStreamEvent, { type: 'response.output_item.added' }>): void {
    if (open !== undefined && open.type !== 'custom_tool_call') fail(event, 'an item inside of another')
    if (open !== undefined) leaveCut(event, open)
    if (event.output_index !== done.length) fail(event, `output_index must be ${done.length}`)
    const { id = '', type } = event.item
    if ('status' in event.item && event.item.status !== 'in_progress') fail(event, 'a new item is in progress')
    open = { index: event.output_index, id: id ?? '', type, text: '', isPartOpen: false, isTold: false }
  }

  /** A custom call that was cut off has no end of its own. */
  function leaveCut(event: ResponseStreamEvent, { type, id, text, isTold }: OpenItem): void {
    if (type !== 'custom_tool_call' || isTold) fail(event, 'an item without its end')
    done.push({ type, id, input: text } as ResponseOutputItem)
    open = undefined
  }

  function takeInside(event: ResponseStreamEvent): void {
    if (open === undefined) return fail(event, 'outside of an item')
    const { output_index: index, item_id: id } = event as { output_index: number; item_id: string }
    if (index !== open.index || id !== open.id) fail(event, 'of another item')
    if (event.type.endsWith('_part.added')) {
      open.isPartOpen = true
      return
    }
    if (event.type.endsWith('_part.done')) {
      const { part } = event as { part: { text: string } }
      if (!open.isPartOpen || part.text !== open.text) fail(event, 'the part does not say what its deltas said')
      open.isPartOpen = false
      return
    }
    const kind = texts.find(([type, name]) => event.type.startsWith(`${name}.`) && type === open?.type)
    if (kind === undefined || kind[2] !== open.isPartOpen) return fail(event, 'in the wrong place')
    const said = event as { delta?: string; text?: string; arguments?: string; input?: string }
    if (event.type.endsWith('.delta')) open.text += said.delta
    else if ((said.text ?? said.arguments ?? said.input) !== open.text) fail(event, 'not what its deltas said')
    else open.isTold = true
  }

  function endItem(event: Extract<ResponseStreamEvent, { type: 'response.output_item.done' }>): void {
    const { item } = event
    if (open === undefined || open.index !== event.output_index || open.id !== item.id) fail(event, 'of another item')
    const isCut = 'status' in item && item.status === 'incomplete'
    if (open!.isPartOpen || (!open!.isTold && !isCut)) fail(event, 'ended too early')
    if (textOf(item) !== open!.text) fail(event, 'not what its deltas said')
    done.push(item)
    open = undefined
  }

  function endResponse(
    event: Extract<ResponseStreamEvent, { type: `response.${'completed' | 'incomplete' | 'failed'}` }>,
  ): void {
    const { response, type } = event
    if (type !== `response.${response.status}`) fail(event, 'another status than its type says')
    if (hasError !== (type === 'response.failed')) fail(event, 'an error event goes before response.failed')
    if (type !== 'response.failed') {
      if (open !== undefined) leaveCut(event, open)
      const outputs = response.output.map((item) => [item.type, item.id, textOf(item)])
      const told = done.map((item) => [item.type, item.id, textOf(item)])
      if (JSON.stringify(outputs) !== JSON.stringify(told))
        fail(event, `not the items that were done: ${JSON.stringify(told)}`)
    }
    last = response
  }
}

function textOf(item: ResponseOutputItem): string {
  switch (item.type) {
    case 'message':
      return item.content.map((part) => (part.type === 'output_text' ? part.text : part.refusal)).join('')
    case 'reasoning':
      return [...(item.content ?? []), ...item.summary].map(({ text }) => text).join('')
    case 'function_call':
      return item.arguments
    case 'custom_tool_call':
      return item.input
    default:
      throw new Error(`an item of type ${item.type}`)
  }
}
