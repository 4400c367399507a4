import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'

/** Older log files that are kept: `.1` is the youngest. */
export const keptFiles = 5

const checkMs = 2000

/** Looks at the log's size now and then, and rotates it. It never keeps the process alive. */
export function startLogRotation(file: string, maxBytes: number): void {
  setInterval(() => {
    try {
      rotateIfLarge(file, maxBytes)
    } catch {
      // A full disk or a removed folder must not end the server; the next look tries again.
    }
  }, checkMs).unref()
}

/**
 * Copies a log that has grown beyond `maxBytes` to `.1`, moves the older ones up, and empties it. The file itself stays, because processes
 * have it open, in append mode. Everything happens at once, so that no line of this process is lost.
 *
 * @returns whether it was rotated
 */
export function rotateIfLarge(file: string, maxBytes: number): boolean {
  if (!existsSync(file) || statSync(file).size <= maxBytes) return false
  rmSync(`${file}.${keptFiles}`, { force: true })
  for (let number = keptFiles - 1; number >= 1; number -= 1) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`)
  }
  copyFileSync(file, `${file}.1`)
  moveRest(file, `${file}.1`)
  return true
}

/** What another process has written while the file was copied. */
function moveRest(file: string, copy: string): void {
  const from = openSync(file, 'r+')
  const to = openSync(copy, 'a')
  try {
    const buffer = Buffer.alloc(64 * 1024)
    let place = statSync(copy).size
    for (let count = 1; count > 0; place += count) {
      count = readSync(from, buffer, 0, buffer.length, place)
      writeSync(to, buffer, 0, count)
    }
    ftruncateSync(from)
  } finally {
    closeSync(from)
    closeSync(to)
  }
}
