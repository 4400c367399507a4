import { createToolCallParser, mergeEvents, type ParserEvent, type ParserOptions } from '@tooldelta/core'
import { quoteText } from '../output/quote.ts'
import { describeEvent } from './trace-chunks.ts'

/** A place where cutting the text changes the result. */
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
 * Cuts a text in two at every place and compares the merged events with those of the whole text.
 *
 * @param onProgress - called now and then with the number of splits done and of all
 * @returns the first split that differs, or undefined
 */
export function findDifferentSplit(
  text: string,
  options: ParserOptions,
  finish: 'stop' | 'length',
  onProgress: (done: number, all: number) => void,
): DifferentSplit | undefined {
  const whole = createToolCallParser(options)
  const wanted = mergeEvents([...whole.feed(text), ...whole.end(finish)])
  for (let at = 1; at < text.length; at += 1) {
    onProgress(at - 1, text.length - 1)
    const parser = createToolCallParser(options)
    const events = [...parser.feed(text.slice(0, at)), ...parser.feed(text.slice(at)), ...parser.end(finish)]
    const different = compareEvents(wanted, mergeEvents(events), at)
    if (different !== undefined) return different
  }
  return undefined
}

function compareEvents(
  wanted: readonly ParserEvent[],
  got: readonly ParserEvent[],
  at: number,
): DifferentSplit | undefined {
  for (let place = 0; place < Math.max(wanted.length, got.length); place += 1) {
    const whole = wanted[place]
    const split = got[place]
    if (JSON.stringify(whole) !== JSON.stringify(split)) return { at, place, whole, split }
  }
  return undefined
}

/** A difference, for people. */
export function describeDifference(text: string, { at, place, whole, split }: DifferentSplit): string {
  const around = 24
  const before = quoteText(text.slice(Math.max(0, at - around), at))
  const after = quoteText(text.slice(at, at + around))
  const start = Math.max(0, countCommonStart(whole, split) - around)
  return [
    `The split at ${at} differs: ${before} | ${after}`,
    `  event ${place}, whole:  ${describeFrom(whole, start)}`,
    `  event ${place}, split:  ${describeFrom(split, start)}`,
    'This is a bug of tooldelta. Please report it with the text, the format and the tools.',
    '',
  ].join('\n')
}

function readEventText(event: ParserEvent | undefined): string {
  return event !== undefined && 'text' in event ? (event.text ?? '') : ''
}

function countCommonStart(whole: ParserEvent | undefined, split: ParserEvent | undefined): number {
  const [a, b] = [readEventText(whole), readEventText(split)]
  let length = 0
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length += 1
  return length
}

/** An event, its text from `start` on: long equal beginnings would push the difference out of sight. */
function describeFrom(event: ParserEvent | undefined, start: number): string {
  if (event === undefined) return 'none'
  if (start === 0 || !('text' in event) || event.text === undefined) return describeEvent(event)
  return `${describeEvent({ ...event, text: event.text.slice(start) } as ParserEvent)} from character ${start}`
}
