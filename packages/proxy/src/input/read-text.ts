import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { readErrorCode, readErrorMessage, UsageError } from '../errors.ts'

/**
 * Reads a text file, or standard input for `-`.
 *
 * @throws UsageError when there is nothing to read or it is no UTF-8 text
 */
export async function readText(file: string): Promise<string> {
  if (file !== '-') return decodeText(await readBytes(file), file)
  if (process.stdin.isTTY) {
    throw new UsageError('No input. Name a file, or pipe text in: tooldelta parse --format hermes < answer.txt')
  }
  return decodeText(await buffer(process.stdin), 'Standard input')
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = readErrorCode(error)
    if (code === 'ENOENT')
      throw new UsageError(`There is no file ${file}. Check the path, or use - for standard input.`)
    if (code === 'EISDIR') throw new UsageError(`${file} is a directory. Name one file in it.`)
    if (code === 'EACCES') throw new UsageError(`${file} must not be read by this user. Change its permissions.`)
    throw new UsageError(`${file} cannot be read: ${readErrorMessage(error)}.`)
  }
}

function decodeText(bytes: Buffer, name: string): string {
  const nul = bytes.indexOf(0)
  if (nul !== -1) {
    throw new UsageError(`${name} is binary: byte ${nul} is NUL. Give it the model's raw text, saved as UTF-8.`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const offset = findInvalidByte(bytes)
    const value = bytes[offset]!.toString(16).padStart(2, '0')
    throw new UsageError(`${name} is no UTF-8 text: byte ${offset} (0x${value}) does not fit. Save it as UTF-8.`)
  }
}

/** The longest valid start, with one decoder that is fed byte by byte. */
function findInvalidByte(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for (let offset = 0; offset < bytes.length; offset += 1) {
    try {
      decoder.decode(bytes.subarray(offset, offset + 1), { stream: true })
    } catch {
      return offset
    }
  }
  // Every byte fits; the last character is cut off.
  return bytes.length - 1
}
