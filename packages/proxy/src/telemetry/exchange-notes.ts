import type { ErrorBody, RequestReport } from '@tooldelta/openai'
import type { ExchangeRoute, ExchangeStart } from './types.ts'

/** Most text of one request or one answer that is kept for the log, in UTF-16 units. */
const mostContents = 262_144

/** What is noted about one request while it runs. Without `contents` no text of it: neither prompts nor arguments nor names of tools. */
export class ExchangeNotes {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly start: number
  /** Of the GenAI conventions; absent where the path is none of a model. */
  readonly operation: string | undefined
  model: string | undefined
  alias: string | undefined
  upstream: string | undefined
  replica: string | undefined
  key: string | undefined
  profile: string | undefined
  format: string | undefined
  isStream: boolean | undefined
  mode: string | undefined
  /** By `performance.now()`. NaN: there was none. */
  firstDelta = Number.NaN
  upstreamMs = 0
  clientMs = 0
  hasUpstream = false
  usage: { input: number | undefined; output: number | undefined } | undefined
  finishReasons: readonly string[] = []
  readonly calls = { complete: 0, repaired: 0, truncated: 0 }
  readonly diagnostics = new Map<string, number>()
  readonly historyRules = new Map<string, number>()
  requestWarnings = 0
  errorCode: string | undefined
  isAborted = false
  /** Only with `log.contents`. */
  contents: { request: string | undefined; answer: string[]; size: number } | undefined

  constructor({ id, method, path, start }: ExchangeStart, keepsContents: boolean) {
    this.id = id
    this.method = method
    this.path = path
    this.start = start ?? performance.now()
    this.operation = readOperation(path)
    if (keepsContents) this.contents = { request: undefined, answer: [], size: 0 }
  }

  /** Milliseconds in the proxy until then: what is left of the time without the waits for others. */
  overhead(now: number): number {
    return Math.max(0, now - this.start - this.upstreamMs - this.clientMs)
  }

  setRoute(route: ExchangeRoute): void {
    const { model, alias, upstream, format, isStream, key, profile, body } = route
    this.model = model ?? this.model
    this.alias = alias ?? this.alias
    this.upstream = upstream ?? this.upstream
    this.format = format ?? this.format
    this.isStream = isStream ?? this.isStream
    this.key = key ?? this.key
    this.profile = profile ?? this.profile
    if (this.contents !== undefined && body !== undefined) this.contents.request = body.slice(0, mostContents)
  }

  addReport(report: RequestReport): void {
    this.mode = report.mode
    this.requestWarnings += report.warnings.length
    for (const change of report.changes) if ('rule' in change) count(this.historyRules, String(change.rule))
  }

  addDiagnostic(code: string): void {
    count(this.diagnostics, code)
  }

  /** Only codes go into a line: a message of an upstream may quote the request. */
  setError({ code, type }: ErrorBody): void {
    this.errorCode =
      [code, type].find((word) => typeof word === 'string' && /^[\w.-]{1,64}$/.test(word))?.toString() ?? 'error'
  }

  addUsage(usage: Readonly<Record<string, unknown>>): void {
    this.usage = { input: readCount(usage['prompt_tokens']), output: readCount(usage['completion_tokens']) }
  }

  addData(data: string): void {
    const { contents } = this
    if (contents === undefined || contents.size >= mostContents) return
    const kept = data.slice(0, mostContents - contents.size)
    contents.answer.push(kept)
    contents.size += kept.length
  }
}

const operations: Readonly<Record<string, string>> = {
  'chat/completions': 'chat',
  responses: 'chat',
  messages: 'chat',
  completions: 'text_completion',
  embeddings: 'embeddings',
}

function readOperation(path: string): string | undefined {
  const [, name] = /\/v1\/(.+?)\/?$/.exec(path) ?? []
  return name !== undefined && Object.hasOwn(operations, name) ? operations[name] : undefined
}

function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
