import { createWire } from '../wires/create-wire.ts'
import type { Wire } from '../wires/types.ts'
import { createResponseEncoder } from './encoder.ts'
import { toChatRequest } from './request.ts'

/** The OpenAI Responses API: `POST /v1/responses`. */
export const responsesWire: Wire = createWire({
  name: 'responses',
  toChatRequest,
  createStreamEncoder: createResponseEncoder,
  errorBody: (_status, error) => ({ error: { ...error, param: error.param ?? null } }),
})
