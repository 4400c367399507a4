/** How a command ended: 0 fine, 1 the check or the parse found a problem, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2

/** Hands the exit code of a finished action to whoever runs the program. */
export type ReportExitCode = (code: ExitCode) => void
