export { foldMessageEvents, messageSchema, type FoldedMessage } from './message-events.ts'
export { responseSchema } from './response-events.ts'
export { foldResponseEvents } from './response-order.ts'
