import type { FinishReason, ParserLimits, ParserOptions } from '@tooldelta/core'
import fc from 'fast-check'
import { hardDocument } from './hard-documents.ts'
import { hardPiece } from './hard-text.ts'
import { mutateText, mutations } from './mutate-text.ts'
import type { FormatPrinter } from './printers/index.ts'

/** A text with the options that it is parsed with. */
export interface ParserInput {
  text: string
  options: ParserOptions
  finishReason: FinishReason
}

/** Everything that can be set, in every combination; most runs keep the defaults. */
const anyOptions: fc.Arbitrary<Omit<ParserOptions, 'format' | 'tools'>> = fc.record(
  {
    reasoning: fc.constantFrom('off', 'tags', 'open', 'auto'),
    callsInReasoning: fc.constantFrom('if-last', 'extract', 'ignore'),
    fencedCalls: fc.constantFrom('content', 'extract'),
    closers: fc.constantFrom('confirmed', 'first'),
    repair: fc.boolean(),
    unknownTools: fc.constantFrom('forward', 'content'),
  },
  { requiredKeys: [] },
)

const anyLimits: fc.Arbitrary<ParserLimits> = fc.record(
  {
    argumentChars: fc.integer({ min: 1, max: 200 }),
    heldChars: fc.integer({ min: 1, max: 200 }),
    calls: fc.integer({ min: 1, max: 2 }),
    nameChars: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: [] },
)

const finishReason: fc.Arbitrary<FinishReason> = fc.constantFrom('stop', 'stop', 'length', 'tool_calls', 'abort')

/** Soup of markers, hard pieces and document parts, for the states that no mutation of a valid text reaches. */
function soup(printer: FormatPrinter): fc.Arbitrary<string> {
  const own = fc.constantFrom(...printer.markers, ...printer.pieces)
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: own }, { weight: 1, arbitrary: hardPiece }), { maxLength: 24, size: 'max' })
    .map((pieces) => pieces.join(''))
}

/**
 * Texts of a format, valid and broken, with all kinds of options. Nothing is left out: what holds here holds for whatever a model writes.
 *
 * @param kinds - `limits` adds small limits to some of them
 */
export function parserInput(printer: FormatPrinter, kinds: { limits?: boolean } = {}): fc.Arbitrary<ParserInput> {
  const document = hardDocument(printer)
  const declared = fc.oneof(
    { weight: 6, arbitrary: document.map(({ text, tools }) => ({ text, tools })) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(document, mutations)
        .map(([{ text, tools }, changes]) => ({ text: mutateText(text, changes), tools })),
    },
    { weight: 3, arbitrary: fc.tuple(soup(printer), document).map(([text, { tools }]) => ({ text, tools })) },
  )
  const limits = kinds.limits === true ? fc.option(anyLimits, { nil: undefined, freq: 2 }) : fc.constant(undefined)
  return fc
    .record({
      source: declared,
      withTools: fc.integer({ min: 0, max: 5 }),
      options: fc.oneof(fc.constant({}), anyOptions),
      finishReason,
      limits,
    })
    .map(({ source, withTools, options, finishReason: reason, limits: bounds }) => ({
      text: source.text,
      finishReason: reason,
      options: {
        ...options,
        format: printer.format,
        ...(withTools === 0 && printer.tools !== 'one' ? {} : { tools: source.tools }),
        ...(bounds === undefined ? {} : { limits: bounds }),
      },
    }))
}
