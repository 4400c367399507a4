import type { Attributes } from '@opentelemetry/api'
import type { ExchangeNotes } from './exchange-notes.ts'
import type { ExchangeEnd } from './exchange-metrics.ts'

/** Attributes of a request's span: those of the GenAI conventions, and our own under `tooldelta.`. No contents. */
export function createSpanAttributes(notes: ExchangeNotes, { status, now }: ExchangeEnd): Attributes {
  const { usage, firstDelta, start, calls } = notes
  const attributes: Record<string, Attributes[string]> = {
    'gen_ai.operation.name': notes.operation,
    'gen_ai.provider.name': notes.upstream,
    'gen_ai.request.model': notes.alias ?? notes.model,
    'gen_ai.request.stream': notes.isStream,
    'gen_ai.response.finish_reasons': notes.finishReasons.length > 0 ? [...notes.finishReasons] : undefined,
    'gen_ai.usage.input_tokens': usage?.input,
    'gen_ai.usage.output_tokens': usage?.output,
    'gen_ai.response.time_to_first_chunk': Number.isNaN(firstDelta) ? undefined : (firstDelta - start) / 1000,
    'http.response.status_code': status,
    'tooldelta.request_id': notes.id,
    'tooldelta.format': notes.format,
    'tooldelta.replica': notes.replica,
    'tooldelta.overhead_ms': notes.overhead(now),
    'tooldelta.tool_calls': calls.complete + calls.repaired + calls.truncated,
    'tooldelta.repaired_calls': calls.repaired,
    'tooldelta.truncated_calls': calls.truncated,
    'tooldelta.parse_warnings': sum(notes.diagnostics),
    'tooldelta.history_changes': sum(notes.historyRules),
  }
  return attributes
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}
