import { isSpace } from '../scan/char-code.ts'
import type { TextBuffer } from '../scan/text-buffer.ts'
import { decodeEntities } from '../values/entities.ts'
import { type KeyHead, type NameHead, readKeyHead, readNameHead } from './key-heads.ts'
import { MAX_BLANKS } from './lookahead.ts'
import { tagName } from './tag-name.ts'

/** `<function=NAME>`: the name stands between a literal and the end of the tag. */
export interface EqualsHead {
  kind: 'equals'
  /** `<function=` */
  open: string
  /** `>` */
  end: string
  /** `<function NAME>` is read too, where the name is declared (fine print 7). */
  mends?: boolean
}

/** `<invoke name="NAME" string="true">`: the name is the first attribute; its quotes may be double, single or absent. */
export interface AttributeHead {
  kind: 'attributes'
  /** `<invoke name=`, in every spelling that counts. */
  open: readonly string[]
  /** Misspellings, read where the name is declared (fine print 7). */
  mended?: readonly string[]
  /** `>`, in every spelling that counts. */
  end: readonly string[]
  /** The attribute that gives the value's type. `true` and `string` mean a string, anything else means JSON. */
  type?: string
  /** XML entities in the name are decoded. */
  entities?: boolean
}

/**
 * How a tag with a name in it is written. To add a way: a member of this union that is plain data (rows are), a case in
 * {@link headOpeners} and in {@link headStems}, and a function that {@link readHead} calls. It must answer alike for every cut of the
 * text: `wait` as long as more text could change the answer, and `no` at the latest when the longest name and its blanks have come.
 */
export type TagHead = EqualsHead | AttributeHead | NameHead | KeyHead

/** What a tag says. */
export interface Head {
  name: string
  /** Index behind the tag. */
  end: number
  /** The tag was misspelt: only a declared name counts. */
  mended: boolean
  /** What the tag says about the value; wins over the schema (P5). */
  type?: 'string' | 'json'
  /** The opener stood more than once (fine print 5). */
  doubled?: boolean
  /** Only a declared tool can have the name. */
  declaredOnly?: boolean
  /** Indexes of line breaks in it that were written as their escapes. */
  escaped?: { start: number; end: number }
}

/** Most characters of a tag behind its name. */
const MAX_ATTRIBUTES = 256

/** Literals with which the tag begins; they count in a chain of closers. */
export function headOpeners(head: TagHead): readonly string[] {
  return head.kind === 'attributes' ? [...head.open, ...(head.mended ?? [])] : [head.open]
}

/** Literals with which a tag that opens a call may begin, misspelt ones included. */
export function headStems(head: TagHead): readonly string[] {
  return head.kind === 'equals' && head.mends === true ? [head.open.slice(0, -1)] : headOpeners(head)
}

/**
 * Reads the tag that begins at an index.
 *
 * @returns `no` for what is no such tag: no name in it, a name that holds `<` or a line break, or one with too many characters
 */
export function readHead(head: TagHead, buffer: TextBuffer, index: number, nameChars: number): Head | 'no' | 'wait' {
  switch (head.kind) {
    case 'equals':
      return readEquals(head, buffer, index, nameChars)
    case 'attributes':
      return readAttributes(head, buffer, index, nameChars)
    case 'name':
      return readNameHead(head, buffer, index, nameChars)
    case 'key':
      return readKeyHead(head, buffer, index, nameChars)
  }
}

function readEquals(head: EqualsHead, buffer: TextBuffer, index: number, nameChars: number): Head | 'no' | 'wait' {
  const { text } = buffer
  const stem = head.mends === true ? head.open.slice(0, -1) : head.open
  const match = buffer.match(stem, index)
  if (match !== 'yes') return match
  let start = index + stem.length
  if (start >= text.length) return buffer.ended ? 'no' : 'wait'
  const exact = buffer.match(head.open, index) === 'yes'
  if (exact) start = index + head.open.length
  else if (!isSpace(text.charCodeAt(start))) return 'no'
  const stop = start + nameChars + 2 * MAX_BLANKS
  for (let at = start; at < text.length && at <= stop; at += 1) {
    if (breaksTag(text.charCodeAt(at))) return 'no'
    if (text[at] === head.end) return named(text.slice(start, at), at + 1, !exact, nameChars)
  }
  return text.length > stop || buffer.ended ? 'no' : 'wait'
}

function readAttributes(
  head: AttributeHead,
  buffer: TextBuffer,
  index: number,
  nameChars: number,
): Head | 'no' | 'wait' {
  const { text } = buffer
  const opener = literalAt(buffer, headOpeners(head), index)
  if (opener === 'no' || opener === 'wait') return opener
  const start = index + opener.length
  const stop = start + nameChars + 2 * MAX_BLANKS + MAX_ATTRIBUTES
  let quote = ''
  let begun = false
  let nameEnd = -1
  for (let at = start; at < text.length && at <= stop; at += 1) {
    const character = text[at] as string
    if (quote === '') {
      const end = literalAt(buffer, head.end, at)
      if (end === 'wait') return 'wait'
      if (end !== 'no') {
        const name = text.slice(start, nameEnd < 0 ? at : nameEnd)
        const found = named(name, at + end.length, head.mended?.includes(opener) === true, nameChars)
        if (found === 'no') return 'no'
        if (head.entities === true) found.name = decodeEntities(found.name)
        return { ...found, ...typeIn(text.slice(start + name.length, at), head.type) }
      }
    }
    if (breaksTag(text.charCodeAt(at))) return 'no'
    if (quote !== '') {
      if (character !== quote) continue
      quote = ''
      if (nameEnd < 0) nameEnd = at + 1
    } else if ((character === '"' || character === "'") && (!begun || nameEnd >= 0)) {
      quote = character
      begun = true
    } else if (!isSpace(text.charCodeAt(at))) begun = true
    else if (begun && nameEnd < 0) nameEnd = at
  }
  return text.length > stop || buffer.ended ? 'no' : 'wait'
}

/** The literal that stands at an index. */
function literalAt<T extends string>(buffer: TextBuffer, literals: readonly T[], index: number): T | 'no' | 'wait' {
  let waits = false
  for (const literal of literals) {
    const match = buffer.match(literal, index)
    if (match === 'yes') return literal
    waits ||= match === 'wait'
  }
  return waits ? 'wait' : 'no'
}

/** No tag goes over `<` or a line break. */
function breaksTag(code: number): boolean {
  return code === 60 || code === 10 || code === 13
}

function named(text: string, end: number, mended: boolean, nameChars: number): Head | 'no' {
  const name = tagName(text, nameChars)
  return name === undefined ? 'no' : { name, end, mended }
}

function typeIn(attributes: string, type: string | undefined): Pick<Head, 'type'> {
  if (type === undefined) return {}
  const value = new RegExp(`(?:^|\\s)${type}\\s*=\\s*["']?\\s*([A-Za-z]+)`).exec(attributes)?.[1]?.toLowerCase()
  if (value === undefined) return {}
  return { type: value === 'true' || value === 'string' ? 'string' : 'json' }
}
