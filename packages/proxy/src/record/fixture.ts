import {
  type ChatTool,
  createToolCallParser,
  detectFormat,
  type FinishReason,
  findFormat,
  foldEvents,
  type ParsedMessage,
  type ParserOptions,
  type ToolCallStatus,
} from '@tooldelta/core'
import { checkInvariants, InvariantError } from '@tooldelta/testkit'
import { UsageError } from '../errors.ts'
import { type Exchange, parseObject } from '../replay/exchange.ts'
import { chunksOf, type RecordedChunk, type Recording } from '../replay/recording.ts'
import type { ReadingOptions } from './kept-words.ts'

/** A message of a format with its result, as the tests of tooldelta read it. */
export interface Fixture {
  kind: 'other'
  title: string
  text: string
  /** Where the server cut the stream, in UTF-16 units from the start. */
  cuts: number[]
  tools?: ChatTool[]
  options?: Omit<ParserOptions, 'format' | 'tools'>
  finishReason?: FinishReason
  expected: {
    content: string | null
    reasoning: string | null
    calls: { name: string; arguments: string; status: ToolCallStatus; id?: string }[]
    diagnostics?: string[]
  }
}

/** What {@link createFixtures} made of one recording. */
export interface FixtureOfFormat {
  /** The format's id: the name of its fixture file. */
  format: string
  fixture: Fixture
  /** What the parser must never do and did with this text; absent when all holds. */
  fault?: string
}

/**
 * Makes fixtures of a recording, one for each choice: the model's text, its cuts, and the result as the parser gives it now. Each is run
 * through everything that tooldelta guarantees, with every way to cut the text.
 *
 * @param given - options for the parser; what is not given is what the recording says
 * @throws UsageError when there is no model text in the recording, or its format is not known
 */
export function createFixtures(recording: Recording, given: Partial<ReadingOptions>): FixtureOfFormat[] {
  const exchange = recording.kind === 'exchange' ? recording.exchange : undefined
  const answers = readAnswers(recording)
  if (answers.length === 0) throw new UsageError(`Recording '${recording.id}' holds no text of a model.`)
  return answers.map((answer) => {
    const text = answer.pieces.join('')
    const { format, ...options } = { ...readOptions(exchange), ...dropUndefined(given) }
    const id = readFormatId(format ?? detectFormat(text), recording.id)
    const title = answers.length === 1 ? recording.id : `${recording.id}, choice ${answer.index}`
    return checkFixture(id, { title, ...answer, text, options, tools: options.tools ?? readTools(exchange) })
  })
}

interface AnswerText {
  index: number
  pieces: string[]
  finishReason: string
}

interface FixtureSource extends AnswerText {
  title: string
  text: string
  options: Partial<ReadingOptions>
  tools: readonly ChatTool[] | undefined
}

function checkFixture(format: string, source: FixtureSource): FixtureOfFormat {
  const { title, text, finishReason, tools } = source
  const { tools: _, ...options } = dropUndefined(source.options)
  const parserOptions = { ...options, ...(tools !== undefined && { tools }) }
  const whole = parse([text], { ...parserOptions, format }, finishReason)
  const fixture: Fixture = {
    kind: 'other',
    title,
    text,
    cuts: cutsOf(source.pieces),
    ...(tools !== undefined && { tools: [...tools] }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(finishReason !== 'stop' && { finishReason }),
    expected: summarize(whole, text),
  }
  const fault = findFault(format, source, parserOptions, whole)
  return { format, fixture, ...(fault !== undefined && { fault }) }
}

function findFault(
  format: string,
  { title, text, pieces, finishReason }: FixtureSource,
  options: Omit<ParserOptions, 'format'>,
  whole: ParsedMessage,
): string | undefined {
  if (JSON.stringify(parse(pieces, { ...options, format }, finishReason)) !== JSON.stringify(whole)) {
    return `${title}: the recorded cuts give another result than the whole text`
  }
  try {
    checkInvariants(format, [{ name: title, text, options, finishReason }])
    return undefined
  } catch (error) {
    if (error instanceof InvariantError) return error.message
    throw error
  }
}

function parse(pieces: readonly string[], options: ParserOptions, finishReason: FinishReason): ParsedMessage {
  const parser = createToolCallParser(options)
  return foldEvents([...pieces.flatMap((piece) => parser.feed(piece)), ...parser.end(finishReason)])
}

function summarize({ content, reasoning, toolCalls, diagnostics }: ParsedMessage, text: string): Fixture['expected'] {
  return {
    content,
    reasoning,
    calls: toolCalls.map(({ id, status, function: called }) => ({
      ...called,
      status,
      // An id that the format carries; others are made.
      ...(text.includes(id) && { id }),
    })),
    ...(diagnostics.length > 0 && { diagnostics: diagnostics.map(({ code }) => code) }),
  }
}

function cutsOf(pieces: readonly string[]): number[] {
  let at = 0
  const places = pieces.map(({ length }) => (at += length))
  return places.filter((place, index) => place > 0 && place < at && place !== places[index - 1])
}

function readAnswers(recording: Recording): AnswerText[] {
  if (recording.kind === 'text') {
    return [{ index: 0, pieces: [...recording.pieces], finishReason: recording.finishReason }]
  }
  const chunks = recording.kind === 'stream' ? recording.chunks : chunksOf(recording.exchange)
  // A stream that breaks off has no reason of its own.
  const unfinished = recording.kind === 'exchange' && recording.exchange.end !== 'done' ? 'abort' : 'stop'
  const answers = new Map<number, AnswerText>()
  for (const choice of chunks.flatMap(({ choices }) => choices)) {
    const { index = 0 } = choice
    refuseParsed(choice, recording.id)
    const answer = answers.get(index) ?? { index, pieces: [], finishReason: unfinished }
    answers.set(index, answer)
    const content = choice.delta?.content ?? ''
    if (content !== '') answer.pieces.push(content)
    answer.finishReason = choice.finish_reason ?? answer.finishReason
  }
  const prefill = recording.kind === 'exchange' ? readPrefill(recording.exchange) : ''
  const texts = [...answers.values()].filter(({ pieces }) => pieces.length > 0)
  if (prefill !== '') for (const { pieces } of texts) pieces.unshift(prefill)
  return texts
}

function refuseParsed({ delta }: RecordedChunk['choices'][number], id: string): void {
  const calls = delta?.['tool_calls']
  if (!Array.isArray(calls) || calls.length === 0) return
  throw new UsageError(
    `Recording '${id}' has tool calls that the server had parsed already: the model's own text is lost. Record from a server without a tool parser.`,
  )
}

/** A forced call begins in the request: its last message is the start of the model's text. */
function readPrefill({ request }: Exchange): string {
  const body = parseObject(request.body)
  const messages = body?.['messages']
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  const { role, content } = (last ?? {}) as { role?: unknown; content?: unknown }
  const isPrefill = body?.['continue_final_message'] === true && role === 'assistant'
  return isPrefill && typeof content === 'string' ? content : ''
}

function readOptions(exchange: Exchange | undefined): Partial<ReadingOptions> {
  return (exchange?.parser ?? {}) as Partial<ReadingOptions>
}

function readTools(exchange: Exchange | undefined): ChatTool[] | undefined {
  const tools = exchange === undefined ? undefined : parseObject(exchange.request.body)?.['tools']
  return Array.isArray(tools) && tools.length > 0 ? (tools as ChatTool[]) : undefined
}

function readFormatId(format: ParserOptions['format'] | undefined, id: string): string {
  if (typeof format === 'string') return findFormat(format).id
  const hint = 'Name it with --format; tooldelta formats lists them.'
  if (format === undefined) throw new UsageError(`The text of recording '${id}' has no call of a known format. ${hint}`)
  throw new UsageError(`Recording '${id}' was read by a response template, and fixtures are kept by format. ${hint}`)
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}
