import { toChunk } from '../wires/answer-steps.ts'
import { readJsonBody, stringifyExactly } from '../wires/exact-json.ts'
import type { Wire } from '../wires/types.ts'
import { createMessageEncoder } from './encoder.ts'
import { toMessagesError } from './errors.ts'
import { toChatRequest } from './request.ts'

/** The Anthropic Messages API: `POST /v1/messages`. */
export const messagesWire: Wire = {
  name: 'messages',
  readBody: readJsonBody,
  toChatRequest,
  createStreamEncoder: createMessageEncoder,
  toAnswer(completion, body, options) {
    const encoder = createMessageEncoder(body, options)
    encoder.push(toChunk(completion))
    encoder.end()
    return encoder.answer()
  },
  // Numbers of a call's input keep their digits.
  write: (value) => ('content' in value ? stringifyExactly(value) : JSON.stringify(value)),
  errorBody: toMessagesError,
  ping: { type: 'ping' },
}
