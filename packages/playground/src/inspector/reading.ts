import type { StreamDetail } from '../../../proxy/src/inspect/types.ts'
import { type Case, emptyCase } from '../case/case.ts'
import { pickOptions } from '../case/options.ts'
import { toMarks } from '../case/read-file.ts'
import type { TraceOptions } from '../trace/trace.ts'

/** How the text of an exchange is traced: as the proxy reads it, or would. */
export function toTraceOptions({ stream, reading = {} }: StreamDetail): TraceOptions {
  const { format = stream.format, tools, limits, singleCall, requiresCall } = reading
  // Names that the client has for tools are a table that JSON does not carry: the page shows the names that the model was given.
  return { ...pickOptions(reading), ...clean({ format, tools, limits, singleCall, requiresCall }) } as TraceOptions
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
    options: pickOptions(reading ?? {}),
  }
}

function clean(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
