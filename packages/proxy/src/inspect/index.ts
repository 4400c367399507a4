export { addInspector } from './add-inspector.ts'
export { inspectExchange } from './inspect-exchange.ts'
export { StreamStore } from './stream-store.ts'
