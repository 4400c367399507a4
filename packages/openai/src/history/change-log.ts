import type { HistoryChange, HistoryRule } from './types.ts'

/** Collects what was changed. */
export class ChangeLog {
  readonly changes: HistoryChange[] = []

  added(path: string, rule: HistoryRule, after: unknown, reason: string): void {
    this.changes.push({ path, rule, action: 'added', after, reason })
  }

  changed(path: string, rule: HistoryRule, before: unknown, after: unknown, reason: string): void {
    this.changes.push({ path, rule, action: 'changed', before, after, reason })
  }

  removed(path: string, rule: HistoryRule, before: unknown, reason: string): void {
    this.changes.push({ path, rule, action: 'removed', before, reason })
  }

  /** `added` when there was nothing, else `changed`. */
  set(path: string, rule: HistoryRule, before: unknown, after: unknown, reason: string): void {
    if (before === undefined) this.added(path, rule, after, reason)
    else this.changed(path, rule, before, after, reason)
  }
}
