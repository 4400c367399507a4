/**
 * Prints how far a long job is: nothing in the first two seconds, then a line every two seconds.
 *
 * @param stream - where to print, such as `process.stderr`
 */
export function createProgressPrinter(stream: { write(text: string): unknown }): (done: number, all: number) => void {
  const everyMs = 2000
  let next = performance.now() + everyMs
  return (done, all) => {
    if (performance.now() < next) return
    next = performance.now() + everyMs
    stream.write(`${done} of ${all} splits compared (${Math.floor((done / all) * 100)} %)\n`)
  }
}
