import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { UsageError } from '../errors.ts'
import {
  claim,
  findRunning,
  type InstanceFiles,
  type InstanceRecord,
  prepareFolder,
  readBirth,
  removeRecord,
  writeRecord,
} from './instance.ts'
import { readFrom } from './log-file.ts'
import { backgroundVariables, type ReadyMessage } from './ready.ts'
import { rotateIfLarge } from './rotate.ts'

/** How an instance is started. */
export interface StartOptions {
  files: InstanceFiles
  /** What Node is called with: the command's script and `serve` with its flags. */
  args: readonly string[]
  version: string
  /** How long it may take to be ready, in milliseconds. */
  timeoutMs: number
  /** The log is rotated beyond this size. */
  maxLogBytes: number
}

/** An instance that is ready, or what it wrote before it ended. */
export type StartResult = { isReady: true; record: InstanceRecord } | { isReady: false; reason: string; output: string }

/**
 * Starts `serve` in the background and waits until it is ready.
 *
 * @throws UsageError when the instance runs already
 */
export async function startInstance(options: StartOptions): Promise<StartResult> {
  const { files, version, maxLogBytes } = options
  prepareFolder(files)
  const starter = { pid: process.pid, birth: readBirth(process.pid), version, startedAt: Date.now() }
  if (!claim(files, starter)) throw new UsageError(describeRunning(files))
  try {
    rotateIfLarge(files.logFile, maxLogBytes)
    const result = await launch(options)
    if (!result.isReady) removeRecord(files)
    return result
  } catch (error) {
    removeRecord(files)
    throw error
  }
}

function describeRunning(files: InstanceFiles): string {
  const { pid, url } = findRunning(files) ?? {}
  const where = url === undefined ? '' : ` at ${url}`
  return `The instance '${files.name}' runs already${pid === undefined ? '' : `, pid ${pid}`}${where}. Stop it first, or name another one with --name.`
}

async function launch(options: StartOptions): Promise<StartResult> {
  const { files, args, timeoutMs, maxLogBytes, version } = options
  // In append mode the log can be emptied while it is open.
  const log = openSync(files.logFile, 'a', 0o600)
  const before = statSync(files.logFile).size
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: {
      ...process.env,
      [backgroundVariables.logFile]: files.logFile,
      [backgroundVariables.maxBytes]: String(maxLogBytes),
    },
  })
  closeSync(log)
  const { pid } = child
  const record = {
    pid: pid ?? 0,
    birth: pid === undefined ? undefined : readBirth(pid),
    version,
    startedAt: Date.now(),
  }
  if (pid !== undefined) writeRecord(files, record)
  const outcome = await waitUntilReady(child, timeoutMs)
  if (outcome.url === undefined) {
    if (pid !== undefined) killGroup(pid)
    return { isReady: false, reason: outcome.reason, output: readFrom(files.logFile, before).trim() }
  }
  const ready = { ...record, url: outcome.url }
  writeRecord(files, ready)
  child.unref()
  return { isReady: true, record: ready }
}

type Outcome = { url: string } | { url: undefined; reason: string }

function waitUntilReady(child: ChildProcess, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (reason: string): void => settle({ url: undefined, reason })
    const timer = setTimeout(() => fail(`was not ready after ${timeoutMs / 1000} seconds`), timeoutMs)
    function settle(outcome: Outcome): void {
      clearTimeout(timer)
      child.removeAllListeners()
      if (child.connected) child.disconnect()
      resolve(outcome)
    }
    child.on('message', (message) => {
      const { tooldelta, url } = message as Partial<ReadyMessage>
      if (tooldelta === 'ready' && url !== undefined) settle({ url })
    })
    child.on('error', (error) => fail(`could not be started: ${error.message}`))
    child.on('exit', (code, signal) =>
      fail(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    )
  })
}

/** Ends a process with all that it has started. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
