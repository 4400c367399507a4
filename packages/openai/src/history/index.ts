export { controlTokensOf } from './control-tokens.ts'
export { mapCallIds, type MappedCallIds } from './map-call-ids.ts'
export { normalizeHistory } from './normalize-history.ts'
export {
  normalizeToolFields,
  normalizeTools,
  type NormalizedToolFields,
  type NormalizedTools,
  type NormalizeToolsOptions,
  type ToolNames,
} from './normalize-tools.ts'
export {
  conversationScope,
  createCallStore,
  createReasoningStore,
  type CallStore,
  type DeliveredMessage,
  type ReasoningStore,
} from './stores.ts'
export type { StoreLimits } from './bounded-map.ts'
export type {
  HistoryChange,
  HistoryMessage,
  HistoryRule,
  InvalidArguments,
  NormalizedHistory,
  NormalizeHistoryOptions,
} from './types.ts'
