import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { StringDecoder } from 'node:string_decoder'
import { keptFiles } from './rotate.ts'

const blockBytes = 64 * 1024
const lookMs = 200
const newline = 0x0a

/** The text of a file from an offset on, in bytes. */
export function readFrom(file: string, offset: number): string {
  return Buffer.concat([...readBlocks(file, offset)]).toString()
}

function* readBlocks(file: string, offset: number): Generator<Buffer> {
  const descriptor = openSync(file, 'r')
  try {
    for (let place = offset; ;) {
      const block = Buffer.alloc(blockBytes)
      const count = readSync(descriptor, block, 0, blockBytes, place)
      if (count === 0) return
      place += count
      yield block.subarray(0, count)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** The last lines of a log, with those of rotated files when it has too few. */
export function readLastLines(file: string, count: number): string {
  let text = Buffer.alloc(0)
  for (let number = 0; number <= keptFiles; number += 1) {
    const name = number === 0 ? file : `${file}.${number}`
    const missing = count - countLines(text)
    if (missing <= 0 || !existsSync(name)) break
    text = Buffer.concat([readTail(name, missing), text])
  }
  return text.toString()
}

function countLines(text: Buffer): number {
  let count = text.length > 0 && text.at(-1) !== newline ? 1 : 0
  for (const byte of text) if (byte === newline) count += 1
  return count
}

/** Reads back from the end, until there are enough line ends. */
function readTail(file: string, count: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    let place = fstatSync(descriptor).size
    let tail = Buffer.alloc(0)
    while (place > 0 && countLines(tail) <= count) {
      const length = Math.min(blockBytes, place)
      place -= length
      const block = Buffer.alloc(length)
      readSync(descriptor, block, 0, length, place)
      tail = Buffer.concat([block, tail])
    }
    return keepLines(tail, count)
  } finally {
    closeSync(descriptor)
  }
}

function keepLines(text: Buffer, count: number): Buffer {
  let start = text.length
  let left = count
  while (left > 0 && start > 0) {
    start = start < 2 ? 0 : text.lastIndexOf(newline, start - 2) + 1
    left -= 1
  }
  return text.subarray(start)
}

/**
 * Writes what is added to a log until the signal comes. A rotation is followed: first the rest of the old file, then the new one.
 *
 * @param offset - where to begin, in bytes
 */
export async function followLog(
  file: string,
  offset: number,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let place = offset
  function copy(name: string, from: number): number {
    let end = from
    for (const block of readBlocks(name, from)) {
      end += block.length
      write(decoder.write(block))
    }
    return end
  }
  while (!signal.aborted) {
    const size = existsSync(file) ? statSync(file).size : 0
    if (size < place) {
      if (existsSync(`${file}.1`)) copy(`${file}.1`, place)
      place = 0
    }
    if (size > 0) place = copy(file, place)
    await sleep(lookMs, undefined, { signal }).catch(() => {})
  }
}
