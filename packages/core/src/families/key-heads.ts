import { Char, isSpace } from '../scan/char-code.ts'
import type { Match, TextBuffer } from '../scan/text-buffer.ts'
import { ValueType, typeOfName } from '../values/schema-types.ts'
import { MAX_BLANKS } from './lookahead.ts'
import type { Head } from './tag-heads.ts'
import { tagName } from './tag-name.ts'

/** `<tool_call>NAME`: the name ends at a line break or at the next tag. */
export interface NameHead {
  kind: 'name'
  /** `<tool_call>` */
  open: string
  /** `<arg_key>`: says that a name stands before it. */
  key: string
  /** What else may stand behind the name, with nothing but blanks before it. Anything else is prose. It is no part of the head. */
  before: readonly string[]
  /** The one tag that must stand there and ends the head, such as `<tool_sep>`. */
  separator?: string
}

/** `<arg_key>KEY</arg_key><arg_value>`: the key between tags of its own, then the opener of the value. */
export interface KeyHead {
  kind: 'key'
  /** `<arg_key>` */
  open: string
  /** `</arg_key>`, where there is one. */
  close?: string
  /** Tags around the value's type, which may stand before it. */
  type?: { open: string; close: string }
  /** `<arg_value>` */
  value: string
}

type Answer = Head | 'no' | 'wait'

/** Names that a call may have without being declared. */
const FREE_NAME = /^[A-Za-z0-9_.:-]+$/
const MAX_DOUBLED = 8
const MAX_TYPE = 64

/** Reads `<tool_call>NAME`, doubled openers included (fine print 5). */
export function readNameHead(head: NameHead, buffer: TextBuffer, index: number, nameChars: number): Answer {
  const { text } = buffer
  const { open, separator } = head
  let start = index
  let count = 0
  let gap = index
  for (; count <= MAX_DOUBLED; count += 1) {
    const match = buffer.match(open, start)
    if (match === 'wait') return 'wait'
    if (match === 'no') break
    gap = start + open.length
    start = skipBlanks(buffer, gap)
    if (start < 0) return 'no'
  }
  // JSON stands here: the syntax of another format.
  if (count === 0 || text[start] === '{' || text[start] === '[') return 'no'
  const stop = start + nameChars + 2 * MAX_BLANKS
  let end = start
  while (end < text.length && end <= stop && !endsName(text.charCodeAt(end))) end += 1
  if (end > stop) return 'no'
  if (end === text.length) return buffer.ended ? 'no' : 'wait'
  const name = tagName(text.slice(start, end), nameChars)
  const next = skipBlanks(buffer, end)
  if (name === undefined || next < 0) return 'no'
  const keyed = buffer.match(separator ?? head.key, next)
  const match = separator === undefined && keyed !== 'yes' ? standsBefore(head, buffer, next, next > end) : keyed
  if (match !== 'yes') return match
  const found: Head = { name, end: next + (separator?.length ?? 0), mended: false }
  if (count > 1) found.doubled = true
  // In prose blanks stand around a word: "between <tool_call> and </tool_call>".
  const inLine = keyed !== 'yes' && (name.length < end - start || /^[ \t]+$/.test(text.slice(gap, start)))
  if (inLine || !FREE_NAME.test(name)) found.declaredOnly = true
  return found
}

function endsName(code: number): boolean {
  return code === Char.less || code === Char.newline || code === Char.carriageReturn
}

/** The end of the text, or a piece of a tag there, is enough where a line break has ended the name. */
function standsBefore({ key, before }: NameHead, buffer: TextBuffer, index: number, lineEnded: boolean): Match {
  const tags = [key, ...before]
  if (tags.some((tag) => buffer.match(tag, index) === 'yes')) return 'yes'
  if (index < buffer.text.length && !tags.some((tag) => buffer.endsInside(tag, index))) return 'no'
  return buffer.ended ? (lineEnded ? 'yes' : 'no') : 'wait'
}

/** Reads `<arg_key>KEY</arg_key><arg_value>`, with the value's type between its tags if there is one. */
export function readKeyHead(head: KeyHead, buffer: TextBuffer, index: number, nameChars: number): Answer {
  const { text } = buffer
  const opened = buffer.match(head.open, index)
  if (opened !== 'yes') return opened
  const start = index + head.open.length
  const stop = start + nameChars + 2 * MAX_BLANKS
  const end = text.indexOf('<', start)
  if (end < 0 || end > stop) return end > stop || text.length > stop || buffer.ended ? 'no' : 'wait'
  const name = tagName(text.slice(start, end), nameChars)
  if (name === undefined || /[\r\n]/.test(name)) return 'no'
  const closed = head.close === undefined ? 'no' : buffer.match(head.close, end)
  if (closed === 'yes') {
    return readTypeAndOpener(head, buffer, end + (head.close as string).length, { name, end: 0, mended: false })
  }
  const opens = buffer.match(head.value, end)
  if (opens === 'yes') return { name, end: end + head.value.length, mended: head.close !== undefined }
  return closed === 'wait' ? 'wait' : opens
}

function readTypeAndOpener({ value, type }: KeyHead, buffer: TextBuffer, index: number, found: Head): Answer {
  let at = skipGap(buffer, index, found)
  if (typeof at === 'string') return at
  const typed = type === undefined ? 'no' : buffer.match(type.open, at)
  if (typed === 'yes') {
    const { open, close } = type as { open: string; close: string }
    const start = at + open.length
    const end = buffer.text.indexOf('<', start)
    if (end < 0 || end > start + MAX_TYPE) {
      return end < 0 && buffer.text.length <= start + MAX_TYPE && !buffer.ended ? 'wait' : 'no'
    }
    const closed = buffer.match(close, end)
    if (closed !== 'yes') return closed
    const types = typeOfName(buffer.text.slice(start, end).trim())
    if (types !== 0) found.type = types === ValueType.string ? 'string' : 'json'
    at = skipGap(buffer, end + close.length, found)
    if (typeof at === 'string') return at
  }
  const opens = buffer.match(value, at)
  if (opens === 'yes') found.end = at + value.length
  return opens === 'yes' ? found : typed === 'wait' ? 'wait' : opens
}

/** Skips blanks; a line break that was written as its escape counts as one and is noted. */
function skipGap(buffer: TextBuffer, index: number, found: Head): number | 'no' | 'wait' {
  const { text } = buffer
  let at = index
  for (;;) {
    at = skipBlanks(buffer, at)
    if (at < 0 || at > index + 2 * MAX_BLANKS) return 'no'
    if (at === text.length) return buffer.ended ? 'no' : 'wait'
    const escape = buffer.match(String.raw`\n`, at)
    if (escape === 'wait') return 'wait'
    if (escape === 'no') return at
    found.escaped = { start: found.escaped?.start ?? at, end: at + 2 }
    at += 2
  }
}

/** First index that is no blank, -1 when more blanks stand here than may. */
function skipBlanks(buffer: TextBuffer, index: number): number {
  const at = buffer.skipSpace(index, MAX_BLANKS)
  return at - index >= MAX_BLANKS && at < buffer.text.length && isSpace(buffer.text.charCodeAt(at)) ? -1 : at
}
