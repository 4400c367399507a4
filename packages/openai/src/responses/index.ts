import { toChunk } from '../wires/answer-steps.ts'
import { readJsonBody, stringifyExactly } from '../wires/exact-json.ts'
import type { Wire } from '../wires/types.ts'
import { createResponseEncoder } from './encoder.ts'
import { toChatRequest } from './request.ts'

/** The OpenAI Responses API: `POST /v1/responses`. */
export const responsesWire: Wire = {
  name: 'responses',
  readBody: readJsonBody,
  toChatRequest,
  createStreamEncoder: createResponseEncoder,
  toAnswer(completion, body, options) {
    const encoder = createResponseEncoder(body, options)
    encoder.push(toChunk(completion))
    encoder.end()
    return encoder.answer()
  },
  // What an answer repeats of its request may have numbers that JavaScript cannot hold.
  write: (value) => ('response' in value || 'output' in value ? stringifyExactly(value) : JSON.stringify(value)),
  errorBody: (_status, error) => ({ error: { ...error, param: error.param ?? null } }),
}
