/**
 * Processor time of the whole process in nanoseconds, with V8's own threads for garbage and compiled code. On an idle core it is what a
 * clock shows or a little more; on a busy machine the time of the others is not in it.
 */
export function readProcessorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}
