import { messagesWire } from '../messages/index.ts'
import { responsesWire } from '../responses/index.ts'
import type { Wire } from './types.ts'

/** What a path is for, where it is not chat completions. */
export interface WirePath {
  wire: Wire
  /** `count`: the prompt's tokens are counted, and nothing is answered. */
  task: 'answer' | 'count'
  /** The path of the same API that takes the chat completion. */
  chatPath: string
}

// The version stands before the name, so that `/v1/threads/ID/messages` is not taken for it.
const wirePath = /^((?:.*\/v\d+)?)\/(responses|messages|messages\/count_tokens)\/?$/

/**
 * Finds the wire of a path: `/v1/responses`, `/v1/messages`, `/v1/messages/count_tokens`, with anything or nothing in front of them.
 *
 * @example
 * ```ts
 * findWire('/v1/messages')?.wire.name // 'messages'
 * ```
 */
export function findWire(path: string): WirePath | undefined {
  const [, base, name] = wirePath.exec(path) ?? []
  if (name === undefined) return undefined
  const wire = name === 'responses' ? responsesWire : messagesWire
  return { wire, task: name.endsWith('count_tokens') ? 'count' : 'answer', chatPath: `${base}/chat/completions` }
}
