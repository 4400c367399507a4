import type { ServerIdentity } from '../probe/index.ts'

/** `note`: worth knowing, nothing is wrong. `skipped`: it could not be tried. */
export type CheckStatus = 'ok' | 'failed' | 'note' | 'skipped'

/** One line of the report. */
export interface CheckRow {
  /** A stable name, for scripts. */
  id: string
  title: string
  status: CheckStatus
  /** What was seen, on one line. */
  detail: string
  /** What to do, in one sentence. Every failed row has one. */
  mend?: string | undefined
  /** How long it took, in milliseconds. */
  ms: number
}

/** What `tooldelta doctor` has found. */
export interface DoctorReport {
  url: string
  /** `proxy`: tooldelta serve. `model server`: anything else, tried through tooldelta inside this process. */
  role: 'proxy' | 'model server' | 'unknown'
  server: ServerIdentity | undefined
  model: string | undefined
  /** The format that a bare server was tried with. */
  format: string | undefined
  /** The mode that fits a bare server. */
  mode: 'template' | 'prompt' | 'passthrough' | undefined
  rows: CheckRow[]
  /** No row has failed. */
  ok: boolean
}

/** What a check says. */
export type Verdict = Pick<CheckRow, 'status' | 'detail' | 'mend'>

export const ok = (detail: string): Verdict => ({ status: 'ok', detail })
export const note = (detail: string): Verdict => ({ status: 'note', detail })
export const failed = (detail: string, mend: string): Verdict => ({ status: 'failed', detail, mend })
