export { toolCallMiddleware } from './middleware.ts'
export type { FinishedCall, ToolCallMiddlewareOptions } from './options.ts'
export { MissingToolCallError } from '@tooldelta/openai'
export type { Diagnostic, ParserOptions } from '@tooldelta/core'
