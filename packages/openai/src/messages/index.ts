import { createWire } from '../wires/create-wire.ts'
import type { Wire } from '../wires/types.ts'
import { createMessageEncoder } from './encoder.ts'
import { toMessagesError } from './errors.ts'
import { toChatRequest } from './request.ts'

/** The Anthropic Messages API: `POST /v1/messages`. */
export const messagesWire: Wire = createWire({
  name: 'messages',
  toChatRequest,
  createStreamEncoder: createMessageEncoder,
  errorBody: toMessagesError,
  ping: { type: 'ping' },
})
