import { setTimeout as sleep } from 'node:timers/promises'
import { type InstanceFiles, type InstanceRecord, isRunning, removeRecord, writeRecord } from './instance.ts'
import { killGroup } from './start.ts'

const lookMs = 50

/** How an instance is stopped. */
export interface StopOptions {
  files: InstanceFiles
  record: InstanceRecord
  /** How long answers under way may take, in milliseconds. */
  timeoutMs: number
  /** Whether it is killed after that. */
  isForced: boolean
  /** Called every second while answers are under way, with the seconds so far. */
  onWait(seconds: number): void
}

/** How it ended; `running` when it still drains. */
export type StopResult = 'stopped' | 'killed' | 'running'

/** Asks an instance to end and waits until it has. */
export async function stopInstance({ files, record, timeoutMs, isForced, onWait }: StopOptions): Promise<StopResult> {
  if (record.isStopping !== true) {
    writeRecord(files, { ...record, isStopping: true })
    send(record.pid, 'SIGTERM')
  }
  if (await waitForEnd(record, timeoutMs, onWait)) {
    removeRecord(files)
    return 'stopped'
  }
  if (!isForced) return 'running'
  killGroup(record.pid)
  await waitForEnd(record, 5000, () => {})
  removeRecord(files)
  return 'killed'
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended in this moment.
  }
}

async function waitForEnd(
  record: InstanceRecord,
  timeoutMs: number,
  onWait: (seconds: number) => void,
): Promise<boolean> {
  const start = Date.now()
  let told = 0
  while (isRunning(record)) {
    const elapsed = Date.now() - start
    if (elapsed >= timeoutMs) return false
    const seconds = Math.floor(elapsed / 1000)
    if (seconds > told) onWait((told = seconds))
    await sleep(lookMs)
  }
  return true
}
