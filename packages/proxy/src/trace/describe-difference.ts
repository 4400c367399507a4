import type { ParserEvent } from '@tooldelta/core'
import type { DifferentSplit } from '@tooldelta/testkit'
import { quoteText } from '../output/quote.ts'
import { describeEvent } from './trace-chunks.ts'

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
