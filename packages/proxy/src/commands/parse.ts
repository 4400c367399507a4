import {
  type ChatCompletionDelta,
  createDeltaEncoder,
  createToolCallParser,
  foldEvents,
  type ParsedMessage,
  type ParserEvent,
  type ParserOptions,
} from '@tooldelta/core'
import type { Command } from 'commander'
import type { ReportExitCode } from '../exit-code.ts'
import { cutText } from '../input/cut-text.ts'
import { wholeNumber } from '../input/numbers.ts'
import { addParserOptions, choice, type ParserFlags, readParserOptions } from '../input/parser-options.ts'
import { readText } from '../input/read-text.ts'

interface ParseFlags extends ParserFlags {
  tools?: string
  chunkSize?: number
  finish: 'stop' | 'length'
  output: 'message' | 'events' | 'deltas'
}

const help = `
Output, as JSON:
  message  {"content","reasoning","tool_calls":[{"id","type","function","status"}],"diagnostics"}
  events   a list of the parser's events
  deltas   a list of OpenAI deltas, as a stream carries them

Exit code 1: a call was cut off (its status is "truncated"). The JSON is printed all the same.

Examples:
  tooldelta parse answer.txt --format qwen3_coder --tools tools.json
  cat answer.txt | tooldelta parse - --format hermes --output deltas --chunk-size 4
  tooldelta parse cut.txt --format qwen3_coder --finish length
  tooldelta parse answer.txt --format ./SmolLM3-3B/tokenizer_config.json`

/** Adds `tooldelta parse`: the raw text of one answer in, JSON out. */
export function addParseCommand(program: Command, report: ReportExitCode): void {
  const command = program
    .command('parse')
    .description('reads the raw text of one answer and prints its tool calls as JSON')
    .argument('[FILE]', 'the text, UTF-8; - for standard input', '-')
  addParserOptions(command)
    .option('-t, --tools <file>', "JSON file with the request's tools; without it every name is a tool")
    .option('--chunk-size <n>', 'feed the text in chunks of n characters', wholeNumber({ min: 1 }))
    .addOption(choice('--finish <reason>', 'why the text ended', ['stop', 'length']).default('stop'))
    .addOption(choice('-o, --output <kind>', 'what to print', ['message', 'events', 'deltas']).default('message'))
    .addHelpText('after', help)
    .action(async (file: string, flags: ParseFlags) => {
      const options = await readParserOptions(flags)
      const steps = feedAll(cutText(await readText(file), flags.chunkSize), options, flags.finish)
      const events = steps.flat()
      process.stdout.write(`${JSON.stringify(present(steps, events, flags.output), null, 2)}\n`)
      const isCut = events.some((event) => event.type === 'tool-call-end' && event.status === 'truncated')
      report(isCut ? 1 : 0)
    })
}

/** The events of each chunk, and of the end. */
function feedAll(chunks: readonly string[], options: ParserOptions, finish: 'stop' | 'length'): ParserEvent[][] {
  const parser = createToolCallParser(options)
  return [...chunks.map((chunk) => parser.feed(chunk)), parser.end(finish)]
}

function present(steps: ParserEvent[][], events: ParserEvent[], output: ParseFlags['output']): unknown {
  if (output === 'events') return events
  if (output === 'deltas') return encodeAll(steps)
  return toWireMessage(foldEvents(events))
}

function encodeAll(steps: ParserEvent[][]): ChatCompletionDelta[] {
  const encoder = createDeltaEncoder()
  return steps.flatMap((events) => encoder.encode(events))
}

function toWireMessage({ content, reasoning, toolCalls, diagnostics }: ParsedMessage): object {
  return { content, reasoning, tool_calls: toolCalls, diagnostics }
}
