import type { CallsInReasoning, ParserOptions, ReasoningMode } from '@tooldelta/core'
import { type Command, Option } from 'commander'
import { readFormat } from './read-format.ts'
import { readTools } from './read-tools.ts'

/** What {@link addParserOptions} adds to a command's options. */
export interface ParserFlags {
  format: string
  reasoning?: ReasoningMode
  callsInReasoning?: CallsInReasoning
  fencedCalls?: 'content' | 'extract'
  closers?: 'confirmed' | 'first'
  /** False with `--no-repair`. */
  repair: boolean
  unknownTools?: 'forward' | 'content'
}

const formatFlags = '-f, --format <id|file>'
const formatHelp =
  "the model's tool-call format, such as qwen3_coder, hermes or auto; tooldelta formats lists them. Or a file *.json with the model's response_template: its tokenizer_config.json, or the template alone"

/** Adds the options that say how model text is read. */
export function addParserOptions(command: Command, { isFormatRequired = true } = {}): Command {
  if (isFormatRequired) command.requiredOption(formatFlags, formatHelp)
  else command.option(formatFlags, formatHelp)
  return command
    .addOption(
      choice('--reasoning <mode>', 'where a thought begins (default: from the format)', [
        'off',
        'tags',
        'open',
        'auto',
      ]),
    )
    .addOption(
      choice('--calls-in-reasoning <rule>', 'a call inside a thought (default: if-last)', [
        'if-last',
        'extract',
        'ignore',
      ]),
    )
    .addOption(
      choice('--fenced-calls <rule>', 'a call inside a Markdown fence (default: content)', ['content', 'extract']),
    )
    .addOption(
      choice('--closers <rule>', 'which closing tag ends a value (default: confirmed)', ['confirmed', 'first']),
    )
    .option('--no-repair', 'leave broken JSON and markup as it is')
    .addOption(
      choice('--unknown-tools <rule>', 'calls of tools that are not declared (default: forward)', [
        'forward',
        'content',
      ]),
    )
}

/** An option with a closed set of values. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values)
}

/**
 * The parser's options out of a command's.
 *
 * @throws UsageError for an unknown format, with the nearest name, or a template that cannot be read
 */
export async function toParserOptions(flags: ParserFlags): Promise<ParserOptions> {
  return { format: await readFormat(flags.format), ...toReadingOptions(flags) }
}

/** The parser's options out of a command's, without the format. */
export function toReadingOptions(flags: Omit<ParserFlags, 'format'>): Omit<ParserOptions, 'format'> {
  const { reasoning, callsInReasoning, fencedCalls, closers, repair, unknownTools } = flags
  return { reasoning, callsInReasoning, fencedCalls, closers, repair, unknownTools }
}

/** As {@link toParserOptions}, with the tools of a file. */
export async function readParserOptions(flags: ParserFlags & { tools?: string }): Promise<ParserOptions> {
  const options = await toParserOptions(flags)
  return flags.tools === undefined ? options : { ...options, tools: await readTools(flags.tools) }
}
