import type { Command } from 'commander'
import type { ReportExitCode } from '../exit-code.ts'
import { wholeNumber } from '../input/numbers.ts'
import { checkFormat } from '../input/read-format.ts'
import { createColors } from '../output/colors.ts'

interface DemoFlags {
  format: string
  delay: number
}

const help = `
Everything runs on this machine: no model and no network are needed. It takes about 10 seconds.
Exit code 1: the call that came out is not the recorded one.

Examples:
  tooldelta demo
  tooldelta demo --delay 5`

/** Adds `tooldelta demo`: a recorded model, the proxy and a client, with no network. */
export function addDemoCommand(program: Command, report: ReportExitCode): void {
  program
    .command('demo')
    .description('plays a recorded vLLM stream through the proxy and shows the tool call that comes out')
    .option('-f, --format <id>', 'the format that the proxy reads; hermes is what the recorded model wrote', 'hermes')
    .option('--delay <ms>', 'milliseconds between two tokens', wholeNumber({ min: 0, max: 10_000 }), 50)
    .addHelpText('after', help)
    .action(async ({ format, delay }: DemoFlags) => {
      checkFormat(format)
      const { runDemo } = await import('../demo/run-demo.ts')
      const write = (text: string): void => void process.stdout.write(text)
      const isRight = await runDemo({ format, delayMs: delay, write, colors: createColors(process.stdout) })
      report(isRight ? 0 : 1)
    })
}
