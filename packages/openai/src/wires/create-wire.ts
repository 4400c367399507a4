import { ToolDeltaError } from '../errors.ts'
import type { ChatCompletion } from '../wire.ts'
import { toChunk } from './answer-steps.ts'
import { readJsonBody, stringifyExactly } from './exact-json.ts'
import type { Wire, WireEncoder, WireEvent } from './types.ts'

/** What is a wire's own. */
export type WireParts = Pick<Wire, 'name' | 'toChatRequest' | 'createStreamEncoder' | 'errorBody' | 'ping'>

/** Makes a wire out of what is its own. */
export function createWire(parts: WireParts): Wire {
  return {
    ...parts,
    readBody: readJsonBody,
    write: stringifyExactly,
    toEvents: (completion, body, options) => pushWhole(parts.createStreamEncoder(body, options), completion),
    toAnswer(completion, body, options) {
      const encoder = parts.createStreamEncoder(body, options)
      pushWhole(encoder, completion)
      if (encoder.error !== undefined) throw new ToolDeltaError(502, encoder.error)
      return encoder.answer()
    },
  }
}

function pushWhole(encoder: WireEncoder, completion: ChatCompletion): WireEvent[] {
  return [...encoder.push(toChunk(completion)), ...encoder.end()]
}
