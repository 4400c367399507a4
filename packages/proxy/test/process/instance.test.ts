import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { claim, instanceFiles, isRunning, prepareFolder, readBirth, readRecord } from '../../src/process/instance.ts'

const folder = mkdtempSync(join(tmpdir(), 'tooldelta-instance-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the files of an instance', () => {
  it('are in the folder of the first variable that is set', () => {
    expect(instanceFiles('a', { TOOLDELTA_STATE_DIR: '/s', XDG_STATE_HOME: '/x' })).toEqual({
      name: 'a',
      pidFile: '/s/a.pid',
      logFile: '/s/a.log',
    })
    expect(instanceFiles('a', { TOOLDELTA_STATE_DIR: '', XDG_STATE_HOME: '/x' }).logFile).toBe('/x/tooldelta/a.log')
    expect(instanceFiles('a', {}).logFile).toMatch(/\/\.local\/state\/tooldelta\/a\.log$/)
  })

  it.each(['', '../a', 'a/b', '.a', 'a'.repeat(65)])('are refused for the name %j', (name) => {
    expect(() => instanceFiles(name, {})).toThrow(UsageError)
  })
})

describe('whether a process runs', () => {
  it('is known by its pid and its beginning', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(child, 'spawn')
    const pid = child.pid as number
    const birth = readBirth(pid)
    expect(isRunning({ pid, birth })).toBe(true)
    expect(isRunning({ pid, birth: 'another' })).toBe(false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isRunning({ pid, birth })).toBe(false)
  })
})

describe('a name', () => {
  it('is given to one process at a time', () => {
    const files = instanceFiles('claimed', { TOOLDELTA_STATE_DIR: join(folder, 'deep/state') })
    prepareFolder(files)
    const mine = { pid: process.pid, birth: readBirth(process.pid), version: '1', startedAt: 1 }
    expect(claim(files, mine)).toBe(true)
    expect(claim(files, { ...mine, version: '2' })).toBe(false)
    expect(readRecord(files)).toEqual(mine)
  })
})
