import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { followLog, readLastLines } from '../../src/process/log-file.ts'
import { keptFiles, rotateIfLarge } from '../../src/process/rotate.ts'

const folder = mkdtempSync(join(tmpdir(), 'tooldelta-logs-'))
const file = join(folder, 'default.log')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  for (const name of ['', ...Array.from({ length: keptFiles + 1 }, (_, index) => `.${index + 1}`)]) {
    rmSync(`${file}${name}`, { force: true })
  }
})

describe('the rotation of a log', () => {
  it('leaves a small log alone', () => {
    writeFileSync(file, '12345')
    expect(rotateIfLarge(file, 5)).toBe(false)
    expect(rotateIfLarge(join(folder, 'none'), 5)).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe('12345')
  })

  it('moves what is there to .1, in the same file, and keeps a few older ones', () => {
    for (let number = 1; number <= keptFiles + 2; number += 1) {
      appendFileSync(file, `log ${number}`)
      const { ino } = statSync(file)
      expect(rotateIfLarge(file, 1)).toBe(true)
      // Processes have it open.
      expect(statSync(file)).toMatchObject({ ino, size: 0 })
    }
    expect(readFileSync(`${file}.1`, 'utf8')).toBe(`log ${keptFiles + 2}`)
    expect(readFileSync(`${file}.${keptFiles}`, 'utf8')).toBe('log 3')
    expect(existsSync(`${file}.${keptFiles + 1}`)).toBe(false)
  })
})

describe('the last lines of a log', () => {
  it('are as many as asked for', () => {
    writeFileSync(file, 'a\nb\nc\n')
    expect(readLastLines(file, 2)).toBe('b\nc\n')
    expect(readLastLines(file, 9)).toBe('a\nb\nc\n')
    expect(readLastLines(file, 0)).toBe('')
    writeFileSync(file, 'a\nb\nc')
    expect(readLastLines(file, 2)).toBe('b\nc')
    writeFileSync(file, '')
    expect(readLastLines(file, 2)).toBe('')
  })

  it('come from rotated files as well, and from large ones without reading them whole', () => {
    writeFileSync(`${file}.2`, 'a\nb\n')
    writeFileSync(`${file}.1`, 'c\n')
    writeFileSync(file, 'd\n')
    expect(readLastLines(file, 3)).toBe('b\nc\nd\n')
    const line = `${'ä'.repeat(40_000)}\n`
    writeFileSync(file, line.repeat(5))
    expect(readLastLines(file, 2)).toBe(line.repeat(2))
  })
})

describe('a log that is followed', () => {
  it('is printed as it grows, across rotations, each line once, also where a character is cut', async () => {
    writeFileSync(file, 'before\n')
    let printed = ''
    const stop = new AbortController()
    const followed = followLog(file, statSync(file).size, (text) => (printed += text), stop.signal)
    const bytes = Buffer.from('ä 1\n')
    appendFileSync(file, bytes.subarray(0, 1))
    await expect.poll(() => statSync(file).size).toBe(8)
    appendFileSync(file, bytes.subarray(1))
    await expect.poll(() => printed).toBe('ä 1\n')

    // Written and rotated away between two looks.
    appendFileSync(file, '2\n')
    rotateIfLarge(file, 1)
    appendFileSync(file, '3\n')
    await expect.poll(() => printed).toBe('ä 1\n2\n3\n')

    truncateSync(file)
    rmSync(`${file}.1`)
    appendFileSync(file, '\n')
    await expect.poll(() => printed).toBe('ä 1\n2\n3\n\n')
    stop.abort()
    await followed
  })
})
