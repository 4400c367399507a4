import {
  createToolCallParser,
  mergeEvents,
  type FinishReason,
  type ParserEvent,
  type ParserOptions,
} from '@tooldelta/core'

/** A place where cutting the text changes the result: a bug of the parser. */
export interface DifferentSplit {
  /** Where the text was cut, in UTF-16 units. */
  at: number
  /** Number of the first event that differs, from 0. */
  place: number
  /** The event without a cut; undefined when there is none at this place. */
  whole: ParserEvent | undefined
  /** The event with the cut; undefined when there is none at this place. */
  split: ParserEvent | undefined
}

/**
 * Cuts a text in two at every place and compares the merged events with those of the whole text. A generator, so that whoever runs it can
 * show how far it is, and stop: it yields the number of places done. The work grows with the square of the text's length.
 *
 * @param createParser - makes the parsers, for tests of this very comparison
 * @returns the first split that differs, or undefined when every one gives the same
 * @example
 * ```ts
 * for (const done of compareSplits(text, { format: 'hermes' }, 'stop')) console.log(done)
 * ```
 */
export function* compareSplits(
  text: string,
  options: ParserOptions,
  finish: FinishReason,
  createParser: typeof createToolCallParser = createToolCallParser,
): Generator<number, DifferentSplit | undefined> {
  const run = (chunks: readonly string[]): ParserEvent[] => {
    const parser = createParser(options)
    return mergeEvents([...chunks.flatMap((chunk) => parser.feed(chunk)), ...parser.end(finish)])
  }
  const wanted = run([text])
  for (let at = 1; at < text.length; at += 1) {
    const got = run([text.slice(0, at), text.slice(at)])
    const place = findDifference(wanted, got)
    if (place !== undefined) return { at, place, whole: wanted[place], split: got[place] }
    yield at
  }
  return undefined
}

function findDifference(wanted: readonly ParserEvent[], got: readonly ParserEvent[]): number | undefined {
  for (let place = 0; place < Math.max(wanted.length, got.length); place += 1) {
    if (JSON.stringify(wanted[place]) !== JSON.stringify(got[place])) return place
  }
  return undefined
}
