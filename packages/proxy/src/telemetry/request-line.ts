import type { ExchangeNotes } from './exchange-notes.ts'

/** The fields of a request's line in the log. Absent ones are not written. */
export function createRequestLine(notes: ExchangeNotes, status: number, end: number): Record<string, unknown> {
  const { usage } = notes
  return withoutNothing({
    id: notes.id,
    method: notes.method,
    path: notes.path,
    model: notes.model,
    alias: notes.alias,
    upstream: notes.upstream,
    replica: notes.replica,
    key: notes.key,
    profile: notes.profile,
    format: notes.format,
    mode: notes.mode,
    status,
    stream: notes.isStream,
    ttft_ms: round(notes.firstDelta - notes.start),
    total_ms: round(end - notes.start),
    upstream_ms: notes.hasUpstream ? round(notes.upstreamMs) : undefined,
    overhead_ms: round(notes.overhead(end)),
    input_tokens: usage?.input,
    output_tokens: usage?.output,
    finish: notes.finishReasons.length > 0 ? notes.finishReasons.join(',') : undefined,
    calls: notes.calls.complete + notes.calls.repaired + notes.calls.truncated || undefined,
    repaired_args: notes.calls.repaired || undefined,
    truncated_calls: notes.calls.truncated || undefined,
    parse_warnings: toCounts(notes.diagnostics),
    history_changes: toCounts(notes.historyRules),
    request_warnings: notes.requestWarnings || undefined,
    error: notes.errorCode,
    aborted: notes.isAborted || undefined,
    request_body: notes.contents?.request,
    upstream_data: notes.contents?.answer.join('\n'),
  })
}

function withoutNothing(line: Record<string, unknown>): Record<string, unknown> {
  for (const name of Object.keys(line)) if (line[name] === undefined) delete line[name]
  return line
}

function toCounts(counts: ReadonlyMap<string, number>): Record<string, number> | undefined {
  return counts.size === 0 ? undefined : Object.fromEntries(counts)
}

/** Milliseconds with 3 places; nothing for what has not happened. */
function round(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : Math.round(ms * 1000) / 1000
}
