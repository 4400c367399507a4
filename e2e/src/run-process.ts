import { spawn } from 'node:child_process'

/** What a process wrote, and how it ended. */
export interface ProcessResult {
  /** `null` when it was killed because its time was over. */
  code: number | null
  output: string
  errors: string
}

const longestMs = 120_000

/** Runs a program to its end, with no input. What it has started ends with it when its time is over. */
export function runProcess(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> },
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its children can be ended with it.
      detached: process.platform !== 'win32',
    })
    let output = ''
    let errors = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      endGroup(child.pid!)
    }, longestMs)
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      if (!isLate) resolve({ code, output, errors })
      else resolve({ code: null, output, errors: `${errors}\nIt did not end within ${longestMs / 1000} s.` })
    })
  })
}

function endGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
