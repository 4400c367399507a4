import { isSpace } from '../scan/char-code.ts'
import type { FamilyHost } from './family.ts'

/** Markers of a header that is made of words, as in `<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json`. */
export interface HeaderWords {
  channel: string
  constrain: string
}

/** What a header says. */
export interface Header {
  /** Its channel; `unknown` for any other text in its place, `undefined` where there is none. */
  channel: 'analysis' | 'commentary' | 'final' | 'unknown' | undefined
  recipient: string | undefined
  /** It deviates from the format in a way that is known. */
  tolerated: boolean
  /** Index behind the last piece that means something. */
  known: number
  /** Words that mean nothing, from index to index. */
  ignored: [number, number][]
}

interface Word {
  text: string
  start: number
  end: number
  /** End of the word or marker before it. */
  follows: number
  /** It belongs to the text after something that is no channel. */
  lost: boolean
}

const ROLES: ReadonlySet<string> = new Set(['assistant', 'user', 'system', 'developer', 'tool'])
const CHANNELS: ReadonlySet<string> = new Set(['analysis', 'commentary', 'final'])
/** Other words that a header may begin with. */
const FIRST_WORDS: readonly string[] = [...CHANNELS, 'assistant', 'to=']
const TYPE = /^[A-Za-z][\w.+/-]*$/

/**
 * Reads a header from index to index: role, channel, recipient and content type in any order.
 *
 * @param range - index of its first marker or word, and of the marker that ends it or as far as it goes
 * @param ended - `marker`: the marker before a body ends it, all of its text belongs to it. Else what follows the known pieces is the body;
 * `cut`: a word that reaches the end is not whole
 * @param isTool - does a word name a tool, even without `to=`?
 */
export function readHeader(
  host: FamilyHost,
  markers: { start: string; words: HeaderWords | undefined },
  [from, to]: readonly [number, number],
  ended: 'marker' | 'text' | 'cut',
  isTool: (word: string) => boolean,
): Header {
  const reader = new HeaderReader(isTool, from, ended === 'marker')
  const { text } = host.buffer
  const { start, words } = markers
  const inside = words === undefined ? [start] : [start, words.channel, words.constrain]
  let at = from
  let follows = from
  while (at < to) {
    const marker = inside.find((literal) => at + literal.length <= to && host.marker(literal, at) === 'yes')
    if (marker !== undefined) {
      follows = at += marker.length
      reader.marker(marker === start ? 'role' : marker === words?.channel ? 'channel' : 'type', at)
    } else if (isSpace(text.charCodeAt(at))) at += 1
    else {
      const end = wordEnd(text, at, to)
      reader.word({ text: text.slice(at, end), start: at, end, follows, lost: false }, ended === 'cut' && end === to)
      follows = at = end
    }
  }
  return reader.settle(words !== undefined)
}

/** A word ends at a blank or before a marker: `commentary<|constrain|>`. */
function wordEnd(text: string, start: number, to: number): number {
  let at = start + 1
  while (at < to && text[at] !== '<' && !isSpace(text.charCodeAt(at))) at += 1
  return at
}

/** Is this text, or what it may still become, a word with which a header begins? */
export function mayBeginHeader(word: string, whole: boolean): boolean {
  if (word.startsWith('to=')) return word.length > 3 || !whole
  return whole ? FIRST_WORDS.includes(word) : FIRST_WORDS.some((first) => first.startsWith(word))
}

class HeaderReader {
  private readonly header: Header = {
    channel: undefined,
    recipient: undefined,
    tolerated: false,
    known: 0,
    ignored: [],
  }
  /** What the next word is. */
  private place: 'role' | 'channel' | 'type' | 'words' | 'lost' = 'role'
  private readonly words: Word[] = []
  private readonly isTool: (word: string) => boolean
  /** All of the text belongs to the header. */
  private readonly ended: boolean

  constructor(isTool: (word: string) => boolean, from: number, ended: boolean) {
    this.isTool = isTool
    this.ended = ended
    this.header.known = from
  }

  marker(place: 'role' | 'channel' | 'type', end: number): void {
    const { header } = this
    if (this.place === 'type' || (place === 'channel' && header.channel !== undefined)) header.tolerated = true
    this.place = place
    if (place === 'channel') header.channel ??= 'unknown'
    header.known = end
  }

  word(word: Word, cut: boolean): void {
    const { header, place } = this
    if (cut) this.words.push({ ...word, lost: place === 'lost' })
    else if (word.text.startsWith('to=') && word.text.length > 3) this.setRecipient(word.text.slice(3), word.end)
    else if (CHANNELS.has(word.text) && (place === 'role' || place === 'channel')) this.setChannel(word)
    else if (this.isRole(word.text) || (place === 'type' && TYPE.test(word.text))) header.known = word.end
    else if (place === 'channel' && header.recipient === undefined && this.isTool(word.text)) {
      header.tolerated = true
      this.setRecipient(word.text, word.end)
    } else {
      const lost = place === 'channel' || place === 'lost'
      this.words.push({ ...word, lost })
      this.place = lost ? 'lost' : 'words'
      return
    }
    if (place !== 'lost') this.place = 'words'
  }

  /** Before a body any first word is the role, even a name that the model has made up. */
  private isRole(word: string): boolean {
    return this.place === 'role' && (this.ended || ROLES.has(word))
  }

  private setChannel({ text, end }: Word): void {
    const { header } = this
    if (header.channel === undefined || header.channel === 'unknown') header.channel = text as Header['channel']
    else header.tolerated = true
    header.known = end
  }

  private setRecipient(recipient: string, end: number): void {
    const { header } = this
    if (header.recipient === undefined) header.recipient = recipient
    else header.tolerated = true
    header.known = Math.max(header.known, end)
  }

  /** Words that are none of this are judged by their place: a recipient without `to=`, the content type, or text that means nothing. */
  settle(hasTypes: boolean): Header {
    const { header, words, ended } = this
    if (this.place === 'type') header.tolerated = true
    const known = words.filter(({ lost }) => !lost)
    const [first] = known
    if (header.recipient === undefined && first !== undefined && known.length <= 2 && this.isTool(first.text)) {
      header.tolerated = true
      this.setRecipient(first.text, first.end)
      words.splice(words.indexOf(first), 1)
    }
    const type = ended ? words[words.length - 1] : words.find(({ start }) => start >= header.known)
    if (hasTypes && type !== undefined && !type.lost && (ended ? TYPE.test(type.text) : type.text === 'json')) {
      header.known = Math.max(header.known, type.end)
      words.splice(words.indexOf(type), 1)
    }
    for (const { start, end, follows } of words.filter((word) => ended || word.end <= header.known)) {
      const last = header.ignored[header.ignored.length - 1]
      if (last !== undefined && last[1] === follows) last[1] = end
      else header.ignored.push([start, end])
    }
    return header
  }
}
