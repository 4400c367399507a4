import type { StreamDetail } from '../../../proxy/src/inspect/types.ts'
import { type Case, emptyCase, type CaseOptions } from '../case/case.ts'
import { toMarks } from '../case/read-file.ts'
import type { TraceOptions } from '../trace/trace.ts'

/** How the text of an exchange is traced: as the proxy reads it, or would. */
export function toTraceOptions({ stream, reading }: StreamDetail): TraceOptions {
  const options = pick(reading, ['format', 'tools', 'limits', 'singleCall', 'requiresCall', ...caseOptions])
  return { format: stream.format, ...options } as TraceOptions
}

/** The chunks of a choice; what the proxy has put into the model's mouth is the first. */
export function withPrefill(chunks: readonly string[], { reading }: StreamDetail): readonly string[] {
  const { prefill = '' } = reading ?? {}
  return prefill === '' ? chunks : [prefill, ...chunks]
}

/** The exchange as a case of the playground. */
export function toCase(detail: StreamDetail, chunks: readonly string[], finish: Case['finish']): Case {
  const { stream, reading } = detail
  const tools = reading?.tools
  return {
    ...emptyCase,
    text: chunks.join(''),
    // A template of the operator's own has no name there.
    format: typeof (reading?.format ?? '') === 'string' ? stream.format : 'auto',
    tools: tools === undefined ? '' : JSON.stringify(tools, null, 2),
    cuts: toMarks(chunks),
    finish,
    options: pick(reading, caseOptions) as CaseOptions,
  }
}

const caseOptions = ['reasoning', 'callsInReasoning', 'fencedCalls', 'closers', 'repair', 'unknownTools'] as const

function pick(from: Readonly<Record<string, unknown>> | undefined, names: readonly string[]): Record<string, unknown> {
  const entries = names.map((name) => [name, from?.[name]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
