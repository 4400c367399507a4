import { spawn, type ChildProcess } from 'node:child_process'

/** What a script wrote, and how it ended. */
export interface ScriptResult {
  code: number | null
  output: string
  errors: string
}

/** A script that is running. */
export interface RunningScript {
  /** Fulfilled when the script has ended. */
  result: Promise<ScriptResult>
  stop(): Promise<void>
}

/**
 * Runs a TypeScript file as `pnpm start` of an example does, on the sources of the packages.
 *
 * @param folder - where it runs; its package needs tsx
 */
export function startScript(folder: string, args: readonly string[], env: Record<string, string> = {}): RunningScript {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@tooldelta/source', ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const result = collect(child)
  return {
    result,
    async stop() {
      child.kill('SIGKILL')
      await result
    },
  }
}

/** Runs a TypeScript file to its end. */
export function runScript(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ScriptResult> {
  return startScript(folder, args, env).result
}

function collect(child: ChildProcess): Promise<ScriptResult> {
  let output = ''
  let errors = ''
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => (output += piece))
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (errors += piece))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output, errors }))
  })
}
