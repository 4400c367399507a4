import type { Command } from 'commander'
import type { ReportExitCode } from '../exit-code.ts'
import { cutText } from '../input/cut-text.ts'
import { wholeNumber } from '../input/numbers.ts'
import { addParserOptions, choice, type ParserFlags, readParserOptions } from '../input/parser-options.ts'
import { readText } from '../input/read-text.ts'
import { createColors } from '../output/colors.ts'
import { describeDifference } from '../trace/describe-difference.ts'
import { createProgressPrinter } from '../trace/progress.ts'
import { traceChunks } from '../trace/trace-chunks.ts'

interface TraceFlags extends ParserFlags {
  tools?: string
  chunkSize: number
  finish: 'stop' | 'length'
  allSplits?: true
}

const help = `
For each chunk: its offset and text, the parser's state, the text that it holds back, and the events that came out.

With --all-splits the text is cut in two at every place, and each time the result must be the same as without a cut.
Exit code 1: it is not; the first difference is shown. The work grows with the square of the text's length.

Examples:
  tooldelta trace answer.txt --format qwen3_coder
  tooldelta trace answer.txt --format hermes --chunk-size 1 --tools tools.json
  tooldelta trace answer.txt --format qwen3_coder --all-splits`

/** Adds `tooldelta trace`: what the parser does, chunk by chunk. */
export function addTraceCommand(program: Command, report: ReportExitCode): void {
  const command = program
    .command('trace')
    .description('shows what the parser does with a text, chunk by chunk')
    .argument('<FILE>', 'the text, UTF-8; - for standard input')
  addParserOptions(command)
    .option('-t, --tools <file>', "JSON file with the request's tools; without it every name is a tool")
    .option('--chunk-size <n>', 'characters in a chunk', wholeNumber({ min: 1 }), 4)
    .addOption(choice('--finish <reason>', 'why the text ended', ['stop', 'length']).default('stop'))
    .option('--all-splits', 'compare every way to cut the text in two, instead')
    .addHelpText('after', help)
    .action(async (file: string, flags: TraceFlags) => {
      const options = await readParserOptions(flags)
      const text = await readText(file)
      if (flags.allSplits !== true) {
        const colors = createColors(process.stdout)
        for (const block of traceChunks(cutText(text, flags.chunkSize), options, flags.finish, colors)) {
          process.stdout.write(block)
        }
        return
      }
      const count = Math.max(0, text.length - 1)
      const printProgress = createProgressPrinter(process.stderr)
      const { compareSplits } = await import('@tooldelta/testkit')
      const comparison = compareSplits(text, options, flags.finish)
      let next = comparison.next()
      for (; next.done !== true; next = comparison.next()) printProgress(next.value, count)
      const different = next.value
      process.stdout.write(
        different === undefined ? `All ${count} splits are equal.\n` : describeDifference(text, different),
      )
      report(different === undefined ? 0 : 1)
    })
}
