export { createChunkTransformer, type ChunkTransformer, type UpstreamDemand } from './chunk-transformer.ts'
export { transformCompletion } from './completion.ts'
export {
  prepareRequest,
  type AnswerOptions,
  type PrepareRequestOptions,
  type PreparedRequest,
  type RequestChange,
  type RequestMode,
  type RequestReport,
  type RequestStores,
  type ToolChoiceKind,
  type ToolChoiceMethod,
  type UpstreamProfile,
} from './request/index.ts'
export {
  controlTokensOf,
  conversationScope,
  createCallStore,
  createReasoningStore,
  mapCallIds,
  normalizeHistory,
  normalizeToolFields,
  normalizeTools,
  type CallStore,
  type DeliveredMessage,
  type HistoryChange,
  type HistoryMessage,
  type HistoryRule,
  type InvalidArguments,
  type MappedCallIds,
  type NormalizedHistory,
  type NormalizedToolFields,
  type NormalizedTools,
  type NormalizeHistoryOptions,
  type NormalizeToolsOptions,
  type ReasoningStore,
  type StoreLimits,
  type ToolNames,
} from './history/index.ts'
export {
  callPrefixOf,
  findPromptRenderer,
  promptFormats,
  type CallStructure,
  type PromptInput,
  type PromptRenderer,
} from './prompt/index.ts'
export {
  findWire,
  type ChatTranslation,
  type Wire,
  type WireEncoder,
  type WireEncoderOptions,
  type WireEvent,
  type WirePath,
} from './wires/index.ts'
export { responsesWire } from './responses/index.ts'
export { messagesWire } from './messages/index.ts'
export type { ArgumentCoalescing, DeliveryOptions, ReasoningNames } from './delivery/delivery-options.ts'
export { createRandomCallId } from './call-id.ts'
export {
  createErrorObject,
  InvalidRequestError,
  MissingToolCallError,
  readError,
  ToolDeltaError,
  TruncatedToolCallError,
  upstreamErrorType,
} from './errors.ts'
export type { ChunkTransformerOptions, DeliveredAnswer, EndedCall, TransformOptions } from './options.ts'
export type {
  ChatCompletion,
  ChatCompletionChoice,
  ChatCompletionChunk,
  ChatCompletionChunkChoice,
  ChatCompletionMessage,
  ChatCompletionRequest,
  ChatCompletionToolCall,
  ErrorBody,
  ErrorObject,
  UpstreamChoice,
  UpstreamChunk,
  UpstreamCompletion,
  UpstreamDelta,
} from './wire.ts'
export type { ChatTool, Diagnostic } from '@tooldelta/core'
