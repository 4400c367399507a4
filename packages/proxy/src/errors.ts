/**
 * A command that cannot run as it was called. Its message is one line that says what is wrong and how to mend it; the command ends with
 * exit code 2.
 */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** The code of a system error such as `ENOENT`, or undefined. */
export function readErrorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** The message of anything that was thrown, on one line. */
export function readErrorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replaceAll(/\s*\n\s*/g, ' ').trim()
}
