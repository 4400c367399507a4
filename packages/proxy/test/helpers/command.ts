import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { bundleCommand, createCommandFolder } from './bundle.ts'

const folder = createCommandFolder()
beforeAll(() => bundleCommand(folder), 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** How a command ended. */
export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** A command that runs until it is told to stop. */
export interface RunningCommand {
  /** Fulfilled with the first match in what it has printed so far on either stream. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  /** Fulfilled when it has ended. */
  ended: Promise<CommandResult>
}

const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts `tooldelta` from its sources, without a terminal, as in a pipe. */
export function startCommand(args: readonly string[], { input = '', env = {} }: CommandOptions = {}): RunningCommand {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...inherited } = process.env
  // A CI variable makes some colour libraries paint pipes.
  const child = spawn(process.execPath, [join(folder, 'cli.js'), ...args], {
    env: { ...inherited, CI: 'true', ...env },
  })
  running.add(child)
  const output = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const watch of watchers) watch()
    })
  }
  // The command may have refused its arguments before it reads.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<CommandResult>((resolve) => {
    child.on('close', (code) => {
      running.delete(child)
      resolve({ code, ...output })
    })
  })
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr)
          if (match === null) return
          watchers.delete(watch)
          resolve(match)
        }
        watchers.add(watch)
        watch()
        void ended.then((result) => reject(new Error(`ended without ${pattern}: ${JSON.stringify(result)}`)))
      }),
  }
}

/** What a command is given beside its arguments. */
export interface CommandOptions {
  input?: string | Uint8Array
  env?: Record<string, string>
}

/** Runs `tooldelta` to its end. */
export function runCommand(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return startCommand(args, options).ended
}

/** A folder for the files of one test file. */
export function createFolder(): { path: string; write(name: string, content: string | Uint8Array): string } {
  const path = mkdtempSync(join(tmpdir(), 'tooldelta-command-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path,
    write(name, content) {
      const file = join(path, name)
      writeFileSync(file, content)
      return file
    },
  }
}
