import type { ChatCompletionRequest } from '../wire.ts'
import type { RequestChange } from './types.ts'

/** A request under change: the given one until something is written, then a copy. Keeps account of what was changed. */
export class RequestDraft {
  readonly changes: RequestChange[] = []
  private readonly given: ChatCompletionRequest
  private readonly dropped: ReadonlySet<string>
  private current: ChatCompletionRequest

  /** @param dropParams - fields that are removed at once, and never added */
  constructor(given: ChatCompletionRequest, dropParams: readonly string[] = []) {
    this.given = given
    this.current = given
    this.dropped = new Set(dropParams)
    for (const path of dropParams) this.remove(path, 'dropParams names it.')
  }

  /** The request as it is now; the given object itself while nothing was changed. Not to be written to. */
  get request(): ChatCompletionRequest {
    return this.current
  }

  /** Sets a field, unless it has this value already or is never to be sent. */
  set(path: string, after: unknown, reason: string): void {
    const before = this.current[path]
    if (before === after || this.dropped.has(path)) return
    this.replace(path, after)
    this.changes.push(
      before === undefined
        ? { path, action: 'added', after, reason }
        : { path, action: 'changed', before, after, reason },
    )
  }

  remove(path: string, reason: string): void {
    const before = this.current[path]
    if (before === undefined) return
    delete this.copy()[path]
    this.changes.push({ path, action: 'removed', before, reason })
  }

  /** Takes over what somebody else has changed and accounted for. */
  take(request: ChatCompletionRequest, changes: readonly RequestChange[]): void {
    this.current = request
    this.changes.push(...changes)
  }

  /** Sets a field of which somebody else has accounted for the changes. */
  replace(path: string, after: unknown, changes: readonly RequestChange[] = []): void {
    if (this.current[path] !== after) this.copy()[path] = after
    this.changes.push(...changes)
  }

  private copy(): ChatCompletionRequest {
    if (this.current === this.given) this.current = { ...this.given }
    return this.current
  }
}
