import { createToolCallParser, mergeEvents, type ParserEvent, type ParserOptions } from '@tooldelta/core'

/** A place where cutting the text changes the result: a bug of the parser. */
export interface DifferentCut {
  at: number
  /** Number of the first event that differs. */
  place: number
  whole: ParserEvent | undefined
  cut: ParserEvent | undefined
}

/**
 * Cuts the text in two at every place and compares the result with that of the whole text. A generator, so that whoever runs it can show how
 * far it is and stop: it yields the number of places done.
 *
 * @returns the first difference, or undefined when every cut gives the same
 */
export function* compareAllCuts(
  text: string,
  options: ParserOptions,
  finish: 'stop' | 'length',
  createParser: typeof createToolCallParser = createToolCallParser,
): Generator<number, DifferentCut | undefined> {
  const whole = createParser(options)
  const wanted = mergeEvents([...whole.feed(text), ...whole.end(finish)])
  for (let at = 1; at < text.length; at += 1) {
    const parser = createParser(options)
    const events = [...parser.feed(text.slice(0, at)), ...parser.feed(text.slice(at)), ...parser.end(finish)]
    const got = mergeEvents(events)
    const place = findDifference(wanted, got)
    if (place !== undefined) return { at, place, whole: wanted[place], cut: got[place] }
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
