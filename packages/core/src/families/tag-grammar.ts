import { MarkerFinder } from '../scan/find-marker.ts'
import { remember } from '../scan/remember.ts'
import { ClosingTables } from './closing-tables.ts'
import { type TagHead, headOpeners, headStems } from './tag-heads.ts'

/** An opener and its closer, each in every spelling that counts; remarks name the first. */
export interface TagPair {
  open: readonly string[]
  close: readonly string[]
}

/** A tag with a name, what it holds, and its closer. */
export interface NamedTag {
  head: TagHead
  close: readonly string[]
}

/**
 * One layout of calls whose parameters are tags with raw text between them. From outside in: a section around any number of calls, a
 * wrapper around each call, the function, its parameters. A format that has no section or no wrapper leaves it out.
 */
export interface TaggedParametersRow {
  /** Without its closer the calls in it are complete. */
  section?: TagPair
  /** Without its closer a call is repaired; `special`: the closer is a special token and may be the stop token, so nothing is missing. */
  wrapper?: TagPair & { special?: boolean }
  function: NamedTag
  parameter: NamedTag
  /**
   * Where a function begins a call although no section or wrapper is open. `line`: at the start of a line, a declared one (P2).
   * `anywhere`: its tag cannot be mistaken for text. `never`: it does not.
   */
  bare: 'line' | 'anywhere' | 'never'
  /** The template writes a line break after a parameter's opener and before its closer: one of each is layout. */
  trimNewline: boolean
  /** The body of a call may be JSON: `<tool_call>{"name": ...}</tool_call>`. Needs `bare: 'anywhere'`. */
  json?: boolean
  /** Tags between parameters that say nothing. */
  layout?: readonly string[]
  /** All tags may end in a suffix that differs from model to model, the same in each: `<tool_call:6124c78e>`. */
  suffixed?: boolean
  /** Values are XML: entities are decoded, CDATA sections are verbatim. */
  xml?: boolean
  /** Parameters that models write around all arguments, as a JSON object. They are taken off where the tool does not declare them. */
  envelopes?: readonly string[]
}

/** What a tag is. The closers are in order, from inside out. */
export type TagKind =
  | 'parameterClose'
  | 'functionClose'
  | 'wrapperClose'
  | 'sectionClose'
  | 'parameterOpen'
  | 'functionOpen'
  | 'wrapperOpen'
  | 'sectionOpen'
  | 'layout'

/** The literals of a row, by what they are. */
export type TagLiterals = Readonly<Record<TagKind, readonly string[]>>

/** A row with what follows from it and the end tokens of its format. It never changes: all parsers of the format share it. */
export class TagGrammar {
  readonly row: TaggedParametersRow
  readonly literals: TagLiterals
  /** Kind of each literal. */
  readonly kinds: ReadonlyMap<string, TagKind>
  /** Literals with which a function begins, misspelt ones included. */
  readonly functionStems: readonly string[]
  /** Every literal and end token. */
  readonly finder: MarkerFinder<string>
  readonly closing: ClosingTables
  /** What {@link Family} says of the whole. */
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]

  constructor(row: TaggedParametersRow, endTokens: readonly string[]) {
    this.row = row
    const { section, wrapper } = row
    this.literals = {
      parameterClose: row.parameter.close,
      functionClose: row.function.close,
      wrapperClose: wrapper?.close ?? [],
      sectionClose: section?.close ?? [],
      parameterOpen: headOpeners(row.parameter.head),
      functionOpen: headOpeners(row.function.head),
      wrapperOpen: wrapper?.open ?? [],
      sectionOpen: section?.open ?? [],
      layout: row.layout ?? [],
    }
    const kinds = new Map<string, TagKind>()
    for (const [kind, literals] of Object.entries(this.literals)) {
      for (const literal of literals) kinds.set(literal, kind as TagKind)
    }
    this.kinds = kinds
    this.functionStems = headStems(row.function.head)
    this.finder = new MarkerFinder([...kinds.keys(), ...endTokens])
    this.closing = new ClosingTables(this.literals, endTokens, row.xml === true)
    const { literals, functionStems } = this
    const outer = [...literals.sectionOpen, ...literals.wrapperOpen]
    this.openers = row.bare === 'never' ? outer : [...outer, ...functionStems]
    // Where a function begins a call by itself its own closer may stand behind one.
    const alone = outer.length === 0 || row.bare === 'anywhere'
    this.wrappers = alone ? [...outer, ...functionStems] : outer
    this.closers = [...literals.sectionClose, ...literals.wrapperClose, ...(alone ? literals.functionClose : [])]
  }

  /** The closer after which a call is whole, whatever follows (P10). */
  lastCloser(inSection: boolean): TagKind {
    return this.row.wrapper !== undefined ? 'wrapperClose' : inSection ? 'sectionClose' : 'functionClose'
  }

  /** The literal that remarks name. */
  name(kind: TagKind): string {
    return this.literals[kind][0] ?? ''
  }
}

const grammars = new WeakMap<TaggedParametersRow, WeakMap<readonly string[], TagGrammar>>()

/** The grammar of a row and the end tokens of its format. */
export function grammarOf(row: TaggedParametersRow, endTokens: readonly string[]): TagGrammar {
  const ofRow = remember(grammars, row, () => new WeakMap<readonly string[], TagGrammar>())
  return remember(ofRow, endTokens, () => new TagGrammar(row, endTokens))
}
