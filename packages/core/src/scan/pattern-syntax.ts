import {
  type CharRange,
  type CharSet,
  anyChar,
  charSetOf,
  classOf,
  digitClass,
  spaceClass,
  unicodeTest,
  wordClass,
} from './char-set.ts'

/** A pattern as a tree. */
export type PatternNode =
  | { type: 'set'; set: CharSet }
  | { type: 'sequence'; nodes: PatternNode[] }
  | { type: 'choice'; nodes: PatternNode[] }
  | { type: 'repeat'; node: PatternNode; min: number; max: number; lazy: boolean }
  | { type: 'group'; name: string; node: PatternNode }
  | { type: 'assert'; kind: AssertKind; node?: PatternNode }

export type AssertKind =
  | 'start' //      ^ \A
  | 'end' //        $: the end, or before a line break that is the last character
  | 'last' //       \Z
  | 'boundary' //   \b
  | 'inside' //     \B
  | 'ahead' //      (?=...)
  | 'notAhead' //   (?!...)

/** A pattern that cannot be read. */
export class PatternError extends Error {
  /** Index in the pattern. */
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.name = 'PatternError'
    this.position = position
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7, '0': 0 }
const CLASSES: Readonly<Record<string, CharSet>> = { d: digitClass, w: wordClass, s: spaceClass }
const ASSERTIONS: Readonly<Record<string, AssertKind>> = { A: 'start', Z: 'last', b: 'boundary', B: 'inside' }
const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
/** What people may write after `(?` that needs a backtracking engine, or flags. */
const UNSUPPORTED_GROUPS: readonly [string, string][] = [
  ['?<=', 'a look-behind (?<=...)'],
  ['?<!', 'a look-behind (?<!...)'],
  ['?>', 'an atomic group (?>...)'],
  ['?P=', 'a back-reference (?P=...)'],
  ['?P>', 'a subroutine (?P>...)'],
  ['?(', 'a conditional (?(...)...)'],
  ['?|', 'a branch reset (?|...)'],
  ['?#', 'a comment (?#...)'],
  ['?R', 'a recursion (?R)'],
]
const MAX_REPEAT = 1000
/** Groups inside groups: deeper ones would exhaust the stack of the reader. */
const MAX_DEPTH = 100

/**
 * Reads a regular expression of the subset that response templates use, in the spelling of Python's `regex` module with DOTALL on and
 * MULTILINE off: literals, escapes, classes, groups, named captures, alternation, greedy and lazy quantifiers, anchors, bounded
 * look-ahead.
 *
 * @throws PatternError for anything else
 */
export function parsePattern(source: string): { node: PatternNode; groups: string[] } {
  const reader = new PatternReader(source)
  return { node: reader.readAll(), groups: reader.groups }
}

class PatternReader {
  readonly groups: string[] = []
  private readonly source: string
  private at = 0
  private depth = 0

  constructor(source: string) {
    this.source = source
  }

  readAll(): PatternNode {
    // DOTALL is on anyway.
    if (this.source.startsWith('(?s)')) this.at = 4
    const node = this.readChoice()
    if (this.at < this.source.length) this.fail('a ) that closes no group')
    return node
  }

  private fail(what: string, at: number = this.at): never {
    throw new PatternError(what, at)
  }

  private readChoice(): PatternNode {
    const branches = [this.readSequence()]
    while (this.take('|')) branches.push(this.readSequence())
    return branches.length === 1 ? (branches[0] as PatternNode) : { type: 'choice', nodes: branches }
  }

  private readSequence(): PatternNode {
    const nodes: PatternNode[] = []
    while (this.at < this.source.length && !/[|)]/.test(this.source[this.at] as string)) nodes.push(this.readRepeat())
    return nodes.length === 1 ? (nodes[0] as PatternNode) : { type: 'sequence', nodes }
  }

  private take(literal: string): boolean {
    if (!this.source.startsWith(literal, this.at)) return false
    this.at += literal.length
    return true
  }

  private readRepeat(): PatternNode {
    const start = this.at
    const node = this.readAtom()
    const range = this.readQuantifier()
    if (range === undefined) return node
    if (node.type === 'assert') this.fail('a quantifier after something that matches no character', start)
    const lazy = this.take('?')
    if (this.source[this.at] === '+') this.fail('a possessive quantifier is not supported')
    if (this.readQuantifier() !== undefined) this.fail('a quantifier after a quantifier', this.at - 1)
    return { type: 'repeat', node, ...range, lazy }
  }

  private readQuantifier(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.take('?')) return { min: 0, max: 1 }
    // Braces that are no quantifier are literals, as in Python.
    const counted = /^\{(?:(\d+)(,(\d*))?|,(\d+))\}/.exec(this.source.slice(this.at, this.at + 16))
    if (counted === null) return undefined
    const [whole, low, comma, high, onlyHigh] = counted
    const min = Number(low ?? 0)
    const last = onlyHigh ?? high
    const max = low !== undefined && comma === undefined ? min : last ? Number(last) : Number.POSITIVE_INFINITY
    if (max < min) this.fail('a quantifier whose bounds are the wrong way round')
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY)) {
      this.fail(`a quantifier of more than ${MAX_REPEAT}`)
    }
    this.at += whole.length
    return { min, max }
  }

  private readAtom(): PatternNode {
    const char = this.source[this.at] as string
    switch (char) {
      case '(':
        return this.readGroup()
      case '[':
        return { type: 'set', set: this.readClass() }
      case '.':
        this.at += 1
        return { type: 'set', set: anyChar }
      case '^':
        this.at += 1
        return { type: 'assert', kind: 'start' }
      case '$':
        this.at += 1
        return { type: 'assert', kind: 'end' }
      case '\\':
        return this.readEscape()
      case '*':
      case '+':
      case '?':
        return this.fail('a quantifier with nothing before it')
      default: {
        const code = this.source.codePointAt(this.at) as number
        this.at += code > 0xffff ? 2 : 1
        return { type: 'set', set: charSetOf(code) }
      }
    }
  }

  private readGroup(): PatternNode {
    const start = this.at
    this.at += 1
    this.depth += 1
    if (this.depth > MAX_DEPTH) this.fail(`more than ${MAX_DEPTH} groups inside each other`, start)
    const node = this.readGroupBody(start)
    if (!this.take(')')) this.fail('a group that is never closed', start)
    this.depth -= 1
    return node
  }

  private readGroupBody(start: number): PatternNode {
    if (this.take('?:')) return this.readChoice()
    if (this.take('?=')) return { type: 'assert', kind: 'ahead', node: this.readChoice() }
    if (this.take('?!')) return { type: 'assert', kind: 'notAhead', node: this.readChoice() }
    for (const [sign, what] of UNSUPPORTED_GROUPS) {
      if (this.source.startsWith(sign, this.at)) this.fail(`${what} is not supported`, start)
    }
    if (this.take('?P<') || this.take('?<')) {
      const end = this.source.indexOf('>', this.at)
      const name = end < 0 ? '' : this.source.slice(this.at, end)
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) this.fail('a group whose name is no identifier')
      if (this.groups.includes(name)) this.fail(`a second group of the name ${name}`)
      this.groups.push(name)
      this.at = end + 1
      return { type: 'group', name, node: this.readChoice() }
    }
    if (this.source[this.at] === '?') this.fail('flags such as (?i) are not supported', start)
    // Nothing can refer to a group without a name.
    return this.readChoice()
  }

  private readEscape(): PatternNode {
    const start = this.at
    const char = this.source[start + 1]
    if (char === undefined) return this.fail('a \\ at the end')
    const kind = ASSERTIONS[char]
    if (kind !== undefined) {
      this.at += 2
      return { type: 'assert', kind }
    }
    const set = this.readClassEscape()
    if (set !== undefined) return { type: 'set', set }
    return { type: 'set', set: charSetOf(this.readCharEscape()) }
  }

  /** `\w` and its kin, where one stands. */
  private readClassEscape(): CharSet | undefined {
    const char = this.source[this.at + 1] as string
    const known = CLASSES[char.toLowerCase()]
    if (known !== undefined) {
      this.at += 2
      return char === char.toLowerCase() ? known : classOf([(code) => known.has(code)], true)
    }
    if (char !== 'p' && char !== 'P') return undefined
    const property = /^\\[pP]\{[A-Za-z_]+(?:=[A-Za-z_]+)?\}/.exec(this.source.slice(this.at, this.at + 64))
    if (property === null) this.fail('a \\p without a property in braces')
    try {
      const test = unicodeTest(property[0])
      this.at += property[0].length
      return classOf([test], false)
    } catch {
      return this.fail(`the unknown property ${property[0]}`)
    }
  }

  private readCharEscape(): number {
    const start = this.at
    const code = this.source.codePointAt(start + 1)
    if (code === undefined) return this.fail('a \\ at the end')
    const char = String.fromCodePoint(code)
    const length = HEX_ESCAPES[char]
    if (length !== undefined) {
      const digits = this.source.slice(start + 2, start + 2 + length)
      const value = Number.parseInt(digits, 16)
      if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length || value > 0x10ffff) {
        this.fail(`\\${char} without its ${length} hexadecimal digits`)
      }
      this.at += 2 + length
      return value
    }
    if (char !== '0' && /[1-9]/.test(char)) this.fail(`the back-reference \\${char} is not supported`)
    const simple = SIMPLE_ESCAPES[char]
    if (simple === undefined && /[A-Za-z]/.test(char)) this.fail(`the escape \\${char} is not supported`)
    this.at += 1 + char.length
    return simple ?? code
  }

  private readClass(): CharSet {
    const start = this.at
    this.at += 1
    const negated = this.take('^')
    const ranges: CharRange[] = []
    for (let first = true; first || this.source[this.at] !== ']'; first = false) {
      if (this.at >= this.source.length) this.fail('a class that is never closed', start)
      if (this.source.startsWith('[:', this.at)) this.fail('a POSIX class such as [:alpha:] is not supported')
      ranges.push(this.readRange())
    }
    this.at += 1
    return classOf(ranges, negated)
  }

  private readRange(): CharRange {
    const start = this.at
    const low = this.readMember()
    if (typeof low === 'function') return low
    const next = this.source[this.at + 1]
    if (this.source[this.at] !== '-' || next === undefined || next === ']') return [low, low]
    this.at += 1
    const high = this.readMember()
    if (typeof high === 'function' || high < low) this.fail('a range whose ends are the wrong way round', start)
    return [low, high]
  }

  private readMember(): number | ((code: number) => boolean) {
    if (this.source[this.at] !== '\\') {
      const code = this.source.codePointAt(this.at) as number
      this.at += code > 0xffff ? 2 : 1
      return code
    }
    if (this.source[this.at + 1] === undefined) return this.fail('a \\ at the end')
    if (this.source[this.at + 1] === 'b') {
      this.at += 2
      return 8
    }
    const set = this.readClassEscape()
    return set === undefined ? this.readCharEscape() : (code) => set.has(code)
  }
}
