export { detectFormat } from './parser/detect-format.ts'
export { findFormat, formats, type FormatInfo } from './formats/registry.ts'
export type { CallIdShape, Format as FormatRow, ReasoningMarkers, Syntax } from './formats/format.ts'
export { createDeltaEncoder, type DeltaEncoder } from './openai/delta-encoder.ts'
export type { ChatCompletionDelta, ToolCallDelta } from './openai/wire.ts'
export { createToolCallParser, restoreToolCallParser } from './parser/create-parser.ts'
export { mergeEvents } from './parser/merge-events.ts'
export { foldEvents, parseToolCalls } from './parser/parse-tool-calls.ts'
export type { ParserSnapshot, ToolCallParser } from './parser/parser.ts'
export type { Diagnostic, DiagnosticCode } from './diagnostics.ts'
export type {
  ContentEvent,
  DiagnosticEvent,
  ParsedMessage,
  ParsedToolCall,
  ParserEvent,
  ReasoningEvent,
  ToolCallArgumentsEvent,
  ToolCallEndEvent,
  ToolCallStartEvent,
  ToolCallStatus,
} from './events.ts'
export type {
  ResponseTemplate,
  ResponseTemplateField,
  TemplateContent,
  TemplateLiterals,
} from './templates/response-template.ts'
export type {
  CallsInReasoning,
  ChatTool,
  FinishReason,
  LedgerEntry,
  ParserLimits,
  ParserOptions,
  ReasoningMode,
  TokenInfo,
} from './options.ts'
