import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { readErrorCode, readErrorMessage, UsageError } from '../errors.ts'

/** What is known of an instance that was started in the background. */
export interface InstanceRecord {
  pid: number
  /** When the process began, as the system says: another process that got the same pid later has another one. */
  birth: string | undefined
  /** Absent until it is ready. */
  url?: string | undefined
  version: string
  /** Milliseconds since 1970. */
  startedAt: number
  /** Whether it has been asked to stop; asking again would cut off the answers under way. */
  isStopping?: boolean | undefined
}

/** Files of an instance. */
export interface InstanceFiles {
  name: string
  pidFile: string
  logFile: string
}

/** The name of the instance when none is given. */
export const defaultName = 'default'

/**
 * The files of an instance: in `TOOLDELTA_STATE_DIR`, else in `XDG_STATE_HOME/tooldelta`, else in `~/.local/state/tooldelta`.
 *
 * @throws UsageError for a name that is no file name
 */
export function instanceFiles(name: string, env: Readonly<Record<string, string | undefined>>): InstanceFiles {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) {
    throw new UsageError(`'${name}' is no name of an instance. Use letters, digits, dots, dashes, at most 64.`)
  }
  const folder =
    env['TOOLDELTA_STATE_DIR'] || join(env['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'tooldelta')
  return { name, pidFile: join(folder, `${name}.pid`), logFile: join(folder, `${name}.log`) }
}

/**
 * Makes the folder of the files, for this user only.
 *
 * @throws UsageError when that is not possible
 */
export function prepareFolder({ pidFile }: InstanceFiles): void {
  const folder = join(pidFile, '..')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new UsageError(`${folder} cannot be made: ${readErrorMessage(error)}. Name another one: TOOLDELTA_STATE_DIR.`)
  }
}

/** The record of an instance, or undefined when there is none that can be read. */
export function readRecord({ pidFile }: InstanceFiles): InstanceRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(pidFile, 'utf8')) as InstanceRecord
    return Number.isInteger(record.pid) && record.pid > 0 ? record : undefined
  } catch {
    return undefined
  }
}

/** The record of an instance whose process lives; a file that was left behind by a crash or a restart of the machine does not count. */
export function findRunning(files: InstanceFiles): InstanceRecord | undefined {
  const record = readRecord(files)
  return record !== undefined && isRunning(record) ? record : undefined
}

/** Whether the process lives and is the one that was started, rather than a later one with the same pid. */
export function isRunning({ pid, birth }: Pick<InstanceRecord, 'pid' | 'birth'>): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    if (readErrorCode(error) !== 'EPERM') return false
  }
  const now = readBirth(pid)
  return now !== 'ended' && (birth === undefined || now === undefined || birth === now)
}

/**
 * Takes an instance's name for the process that starts it.
 *
 * @returns false when another one has it
 */
export function claim(files: InstanceFiles, record: InstanceRecord): boolean {
  if (findRunning(files) !== undefined) return false
  rmSync(files.pidFile, { force: true })
  try {
    writeFileSync(files.pidFile, JSON.stringify(record), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (readErrorCode(error) === 'EEXIST') return false
    throw new UsageError(`${files.pidFile} cannot be written: ${readErrorMessage(error)}.`)
  }
}

/** Replaces the record; whoever reads it sees the old or the new one. */
export function writeRecord({ pidFile }: InstanceFiles, record: InstanceRecord): void {
  const next = `${pidFile}.${process.pid}`
  writeFileSync(next, JSON.stringify(record), { mode: 0o600 })
  renameSync(next, pidFile)
}

/** Removes the record. */
export function removeRecord({ pidFile }: InstanceFiles): void {
  rmSync(pidFile, { force: true })
}

/**
 * When a process began, in the system's own words.
 *
 * @returns `ended` for a process that only waits to be reaped, undefined where the system does not say
 */
export function readBirth(pid: number): string | undefined {
  if (process.platform === 'linux') return readLinuxBirth(pid)
  if (process.platform === 'win32') return undefined
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || 'ended'
  } catch {
    return 'ended'
  }
}

function readLinuxBirth(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is a name in brackets, which may hold blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, birth] = [fields[0], fields[19]]
    return state === 'Z' || state === 'X' ? 'ended' : birth
  } catch (error) {
    return readErrorCode(error) === 'ENOENT' ? 'ended' : undefined
  }
}
