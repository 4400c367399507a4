export { createToolCallFetch, type ToolCallFetchOptions } from './tool-call-fetch.ts'
export { transformResponse, type TransformResponseOptions } from './response.ts'
export { ToolCallTransformStream } from './transform-stream.ts'
export {
  createUpstreamHandler,
  type ClientRequest,
  type KnownBody,
  type KnownRequest,
  type UpstreamHandler,
  type UpstreamHandlerOptions,
} from './upstream-handler.ts'
export { createErrorResponse } from './errors.ts'
export type { ExchangeObserver, ExchangeOutcome } from './observer.ts'
export type { ToolCallOptions } from './options.ts'
export {
  isBodiless,
  toResponse,
  type ClientAnswer,
  type UpstreamFetch,
  type UpstreamResponse,
} from './client-answer.ts'
export type { ClientHeaders } from './headers.ts'
