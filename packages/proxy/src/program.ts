import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { addBackgroundCommands } from './commands/background.ts'
import { addConfigCommand } from './commands/config.ts'
import { addDemoCommand } from './commands/demo.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addFormatsCommand } from './commands/formats.ts'
import { addParseCommand } from './commands/parse.ts'
import { addPlaygroundCommand } from './commands/playground.ts'
import { addRecordCommand } from './commands/record.ts'
import { addReplayCommand } from './commands/replay.ts'
import { addServeCommand } from './commands/serve.ts'
import { addTraceCommand } from './commands/trace.ts'
import { readErrorMessage, UsageError } from './errors.ts'
import type { ExitCode } from './exit-code.ts'

const addCommands = [
  addServeCommand,
  addBackgroundCommands,
  addConfigCommand,
  addDoctorCommand,
  addParseCommand,
  addTraceCommand,
  addRecordCommand,
  addReplayCommand,
  addFormatsCommand,
  addPlaygroundCommand,
  addDemoCommand,
]

/**
 * Runs the `tooldelta` command.
 *
 * @param args - the words after the command's name
 * @returns the exit code: 0 fine, 1 the check or parse found a problem, 2 wrong usage
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = createProgram()
  for (const add of addCommands) add(program, (code) => (exitCode = code))
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(error, args)
    if (error instanceof UsageError) return printError(error.message)
    throw error
  }
}

function createProgram(): Command {
  return (
    new Command('tooldelta')
      .description('Turns the raw text of open language models into OpenAI tool calls.')
      .version(packageJson.version, '-v, --version')
      .helpCommand(false)
      .configureHelp({ showGlobalOptions: false })
      // Errors are printed by us, in one line.
      .configureOutput({ outputError: () => {} })
      .exitOverride()
      .addHelpText(
        'after',
        `
Examples:
  tooldelta demo
  tooldelta serve --upstream http://127.0.0.1:8000 --format qwen3_coder
  tooldelta parse answer.txt --format hermes --tools tools.json

Exit codes: 0 fine, 1 the check or parse found a problem, 2 wrong usage.
tooldelta COMMAND --help explains a command.`,
      )
  )
}

function endOfCommander(error: CommanderError, args: readonly string[]): ExitCode {
  if (error.exitCode === 0) return 0
  // Without a command the help is the answer, and it has been printed.
  if (error.code === 'commander.help') return 2
  const command = args[0] !== undefined && /^[a-z]+$/.test(args[0]) ? args[0] : undefined
  const isKnown = error.code !== 'commander.unknownCommand'
  const help = command !== undefined && isKnown ? `tooldelta ${command} --help` : 'tooldelta --help'
  const message = readErrorMessage(error).replace(/^error: /, '')
  return printError(`${message.endsWith('.') ? message : `${message}.`} See ${help}`)
}

function printError(message: string): ExitCode {
  process.stderr.write(`tooldelta: ${message}\n`)
  return 2
}
