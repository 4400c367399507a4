import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A server of the benchmark in a process of its own. */
export interface ServerProcess {
  url: string
  pid: number
  stop(): Promise<void>
}

const startMs = 30_000

/**
 * Starts a server.
 *
 * @param address - finds its URL in what it prints
 * @throws Error with what it has printed, when it ends or says nothing for 30 seconds
 */
export async function startServer(args: readonly string[], address: RegExp): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const url = await findAddress(child, address)
  // A log that nobody reads would fill its pipe and stop the server.
  child.stdout.resume()
  child.stderr.resume()
  return {
    url,
    pid: child.pid as number,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
      await exited
      clearTimeout(timer)
    },
  }
}

function findAddress(child: ChildProcess, address: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const fail = (reason: string): void => {
      child.kill('SIGKILL')
      reject(new Error(`${child.spawnargs.slice(1, 3).join(' ')} ${reason}: ${output.trim().slice(-500)}`))
    }
    const timer = setTimeout(() => fail('did not start in time'), startMs)
    const read = (text: Buffer): void => {
      output += text.toString()
      const found = address.exec(output)
      if (found === null) return
      clearTimeout(timer)
      resolve(found[0])
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.on('close', (code) => fail(`ended with code ${code}`))
  })
}

const ticksPerSecond = 100

/** Seconds of processor time that a process has used so far, to 10 ms; undefined where the system does not tell (no Linux). */
export function readProcessorSeconds(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command's name, which may hold blanks.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return undefined
  }
}
