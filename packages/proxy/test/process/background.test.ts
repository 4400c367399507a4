import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVllmEvents } from '@tooldelta/testbed/scripted-upstream'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type CommandResult, type RunningCommand, runCommand, startCommand } from '../helpers/command.ts'

const state = mkdtempSync(join(tmpdir(), 'tooldelta-state-'))
afterAll(() => rmSync(state, { recursive: true, force: true }))
const env = { TOOLDELTA_STATE_DIR: state }
const pidFile = join(state, 'default.pid')
const logFile = join(state, 'default.log')

function run(...args: string[]): Promise<CommandResult> {
  return runCommand(args, { env })
}

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
  // Instances of failed tests; each test ends its own.
  for (const name of ['default', 'second']) {
    if (existsSync(join(state, `${name}.pid`))) await run('stop', '--name', name, '--wait', '1', '--force')
  }
})

/** Starts an instance in front of nothing, or of an upstream. */
async function start(...args: string[]): Promise<{ url: string; pid: number }> {
  const serve = ['--port', '0', '--format', 'hermes', '--no-probe']
  const upstream = args.includes('--upstream') ? [] : ['--upstream', 'http://127.0.0.1:1']
  const { code, stdout, stderr } = await run('start', ...serve, ...upstream, ...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [, url, pid] = /^Serving (http:\S+)\/v1, pid (\d+), log (\S+)\n$/.exec(stdout) ?? []
  return { url: url as string, pid: Number(pid) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process whose parent does not reap it is dead all the same.
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('an instance in the background', () => {
  it('starts, tells how it is, logs and stops', async () => {
    const { url, pid } = await start()
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'ok' })
    // Nobody else may read what a log holds.
    expect(statSync(logFile).mode & 0o077).toBe(0)

    const status = await run('status', '--json')
    expect(status.code).toBe(0)
    expect(JSON.parse(status.stdout)).toMatchObject({
      name: 'default',
      running: true,
      pid,
      url,
      health: 'no upstream',
      in_flight: 0,
      log: logFile,
    })
    expect((await run('status')).stdout).toMatch(new RegExp(`pid ${pid}[^]*address +${url}/v1\n`))
    expect((await run('logs')).stdout).toContain(`Serving ${url}/v1 in front of http://127.0.0.1:1`)

    const stopped = await run('stop')
    expect(stopped).toMatchObject({ code: 0, stdout: `The proxy was stopped, pid ${pid}.\n` })
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(pidFile)).toBe(false)
    const after = await run('status', '--json')
    expect(after.code).toBe(1)
    expect(JSON.parse(after.stdout)).toEqual({ name: 'default', running: false })
    expect(await run('stop')).toMatchObject({ code: 0, stdout: 'The proxy does not run.\n' })
  })

  it('is not started twice, but beside one of another name', async () => {
    const { pid, url } = await start()
    const again = await run('start', '--upstream', 'http://127.0.0.1:1', '--port', '0')
    expect(again.code).toBe(2)
    expect(again.stderr).toBe(
      `tooldelta: The instance 'default' runs already, pid ${pid} at ${url}. Stop it first, or name another one with --name.\n`,
    )
    const second = await start('--name', 'second')
    expect(second.pid).not.toBe(pid)
    expect((await run('stop', '--name', 'second')).stdout).toContain(`'second' was stopped`)
    expect((await run('status')).code).toBe(0)
  })

  it('that cannot start says why and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await run('start', '--upstream', 'nonsense', '--format', 'hermes')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/ended with exit code 2[^]*urls\[0\]: "nonsense" does not fit/)
    expect(existsSync(pidFile)).toBe(false)
    expect((await run('status')).code).toBe(1)
  })
})

describe('a pid file that was left behind', () => {
  it.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1, birth: '1' }],
    // The number was given to another process since: this one, which began at another time.
    ['of a pid that another process has', { pid: process.pid, birth: '1' }],
  ])('%s does not count', async (_what, record) => {
    writeFileSync(pidFile, JSON.stringify({ version: '0', startedAt: 1, ...record }))
    expect((await run('status')).code).toBe(1)
    expect((await run('stop', '--force')).stdout).toBe('The proxy does not run.\n')
    writeFileSync(pidFile, JSON.stringify({ version: '0', startedAt: 1, ...record }))
    const { pid } = await start()
    expect(JSON.parse(readFileSync(pidFile, 'utf8'))).toMatchObject({ pid })
  })

  it('of an instance that was killed does not count', async () => {
    const { pid } = await start()
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
    expect((await run('status')).code).toBe(1)
    await start()
  })

  it('that is no record does not count', async () => {
    writeFileSync(pidFile, 'garbage')
    expect((await run('status')).code).toBe(1)
    await start()
  })
})

describe('stop', () => {
  async function startStream(): Promise<{ pid: number; response: Response; release(): void }> {
    const [first, ...rest] = createVllmEvents(['Hi', '!'])
    let release = (): void => {}
    const upstream = createServer((request, response) => {
      if (request.method === 'GET') return void response.end('{}')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first)
      release = () => response.end(rest.join(''))
      request.resume()
    })
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    closers.push(async () => {
      upstream.closeAllConnections()
      upstream.close()
    })
    const { port } = upstream.address() as AddressInfo
    const { url, pid } = await start('--upstream', `http://127.0.0.1:${port}`)
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'q' }], stream: true }),
    })
    return { pid, response, release: () => release() }
  }

  it('waits for answers under way', async () => {
    const { pid, response, release } = await startStream()
    const stop: RunningCommand = startCommand(['stop'], { env })
    await stop.waitFor(/Waiting for 1 answers under way/)
    expect(isAlive(pid)).toBe(true)
    release()
    expect(await response.text()).toContain('[DONE]')
    expect((await stop.ended).stdout).toContain('was stopped')
  })

  it('gives up after --wait, and kills with --force', async () => {
    const { pid, response } = await startStream()
    const given = await run('stop', '--wait', '1')
    expect(given.code).toBe(1)
    expect(given.stderr).toMatch(new RegExp(`still runs, pid ${pid}.*--force`))
    const forced = await run('stop', '--wait', '1', '--force')
    expect(forced).toMatchObject({ code: 0, stdout: `The proxy was killed, pid ${pid}.\n` })
    expect(isAlive(pid)).toBe(false)
    await expect(response.text()).rejects.toThrow()
  })
})
