#!/usr/bin/env node
import { runCommandLine } from './program.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has seen enough (`tooldelta parse ... | head`).
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Not process.exit(): output that is still on its way into a pipe would be cut.
process.exitCode = await runCommandLine(process.argv.slice(2))
