#!/usr/bin/env node
import { runCommandLine } from './program.ts'

// A reader that has seen enough (`tooldelta trace ... | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

process.exitCode = await runCommandLine(process.argv.slice(2))
