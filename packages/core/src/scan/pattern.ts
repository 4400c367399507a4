import type { CharSet } from './char-set.ts'
import { charSetOf } from './char-set.ts'
import { type AssertKind, PatternError, type PatternNode, parsePattern } from './pattern-syntax.ts'

/** One instruction of a compiled pattern. Numbers are places in the program. */
export type Instruction =
  | { op: 'set'; set: CharSet }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { op: 'save'; slot: number }
  | { op: 'assert'; kind: AssertKind; ahead: Pattern | undefined }
  | { op: 'match' }

/** Counted quantifiers are written out: this bounds what they may grow to. */
const MAX_PROGRAM = 4000
/** Longest text that a look-ahead may look at. */
const MAX_AHEAD = 256
/** More characters than this with which a match can begin are not listed. */
const MAX_FIRSTS = 64

/** A compiled regular expression: a Thompson automaton, whose every run takes linear time. */
export interface Pattern {
  /** What it was made of. */
  readonly source: string
  /** The literals it stands for, longest first, when it was made of some. */
  readonly literals: readonly string[] | undefined
  readonly program: readonly Instruction[]
  /** Names of the captures; that of index `i` has the slots `2 + 2 * i` and the next. */
  readonly groups: readonly string[]
  /** The characters with which a match can begin; `undefined` when they are many or none is needed. */
  readonly firsts: string | undefined
  /** It can match the empty text anywhere. */
  readonly nullable: boolean
}

/**
 * Compiles a regular expression.
 *
 * @throws PatternError for what is outside the subset of {@link parsePattern}
 */
export function compilePattern(source: string): Pattern {
  const { node, groups } = parsePattern(source)
  return compileNode(node, { source, groups })
}

/** Compiles "any of these texts", of which the longest wins. */
export function compileLiterals(literals: readonly string[]): Pattern {
  const ordered = [...new Set(literals)].toSorted((a, b) => b.length - a.length)
  const nodes = ordered.map((literal): PatternNode => ({
    type: 'sequence',
    nodes: Array.from(literal, (char) => ({ type: 'set', set: charSetOf(char.codePointAt(0) as number) })),
  }))
  return compileNode({ type: 'choice', nodes }, { source: ordered.join('|'), literals: ordered })
}

/** Compiles a tree that was taken out of a pattern. */
export function compileNode(
  node: PatternNode,
  about: { source: string; groups?: readonly string[]; literals?: readonly string[] },
): Pattern {
  const program: Instruction[] = []
  emit(node, program, about.groups ?? [])
  program.push({ op: 'match' })
  const firsts = firstChars(node)
  return {
    source: about.source,
    literals: about.literals,
    program,
    groups: about.groups ?? [],
    firsts: firsts === undefined || firsts.empty || firsts.chars.length > MAX_FIRSTS ? undefined : firsts.chars,
    nullable: isNullable(node),
  }
}

function emit(node: PatternNode, program: Instruction[], groups: readonly string[]): void {
  if (program.length > MAX_PROGRAM) throw new PatternError('it is too large when its quantifiers are written out', 0)
  switch (node.type) {
    case 'set':
      program.push({ op: 'set', set: node.set })
      return
    case 'sequence':
      for (const part of node.nodes) emit(part, program, groups)
      return
    case 'choice':
      emitChoice(node.nodes, program, groups)
      return
    case 'repeat':
      emitRepeat(node, program, groups)
      return
    case 'group': {
      const slot = 2 + 2 * groups.indexOf(node.name)
      program.push({ op: 'save', slot })
      emit(node.node, program, groups)
      program.push({ op: 'save', slot: slot + 1 })
      return
    }
    case 'assert':
      program.push({
        op: 'assert',
        kind: node.kind,
        ahead: node.node === undefined ? undefined : compileAhead(node.node),
      })
  }
}

function compileAhead(node: PatternNode): Pattern {
  if (maxLength(node) > MAX_AHEAD) {
    throw new PatternError(`a look-ahead over more than ${MAX_AHEAD} characters is not supported`, 0)
  }
  return compileNode(node, { source: '', groups: groupNames(node) })
}

function groupNames(node: PatternNode): string[] {
  switch (node.type) {
    case 'group':
      return [node.name, ...groupNames(node.node)]
    case 'sequence':
    case 'choice':
      return node.nodes.flatMap(groupNames)
    case 'repeat':
      return groupNames(node.node)
    default:
      return []
  }
}

function emitChoice(nodes: readonly PatternNode[], program: Instruction[], groups: readonly string[]): void {
  const jumps: { op: 'jump'; to: number }[] = []
  for (const [index, branch] of nodes.entries()) {
    if (index === nodes.length - 1) {
      emit(branch, program, groups)
      break
    }
    const split = { op: 'split' as const, first: program.length + 1, second: 0 }
    program.push(split)
    emit(branch, program, groups)
    const jump = { op: 'jump' as const, to: 0 }
    program.push(jump)
    jumps.push(jump)
    split.second = program.length
  }
  for (const jump of jumps) jump.to = program.length
}

function emitRepeat(
  { node, min, max, lazy }: Extract<PatternNode, { type: 'repeat' }>,
  program: Instruction[],
  groups: readonly string[],
): void {
  for (let count = 0; count < min; count += 1) emit(node, program, groups)
  if (max === Number.POSITIVE_INFINITY) {
    const loop = program.length
    const leave = emitOptional(node, program, groups, lazy)
    program.push({ op: 'jump', to: loop })
    leave(program.length)
    return
  }
  const leaves: ((to: number) => void)[] = []
  for (let count = min; count < max; count += 1) leaves.push(emitOptional(node, program, groups, lazy))
  for (const leave of leaves) leave(program.length)
}

/** The body with a way around it, whose target is set by what is returned. */
function emitOptional(
  node: PatternNode,
  program: Instruction[],
  groups: readonly string[],
  lazy: boolean,
): (to: number) => void {
  const split = { op: 'split' as const, first: program.length + 1, second: program.length + 1 }
  program.push(split)
  emit(node, program, groups)
  return (to) => {
    if (lazy) split.first = to
    else split.second = to
  }
}

/** Can the node match the empty text at any place? Anchors bind it to one. */
function isNullable(node: PatternNode): boolean {
  switch (node.type) {
    case 'set':
      return false
    case 'sequence':
      return node.nodes.every(isNullable)
    case 'choice':
      return node.nodes.some(isNullable)
    case 'repeat':
      return node.min === 0 || isNullable(node.node)
    case 'group':
      return isNullable(node.node)
    case 'assert':
      return node.kind === 'boundary' || node.kind === 'inside' || node.kind === 'notAhead'
  }
}

/** Longest text that the node can match. */
export function maxLength(node: PatternNode): number {
  switch (node.type) {
    case 'set':
      return 1
    case 'sequence':
      return node.nodes.reduce((sum, part) => sum + maxLength(part), 0)
    case 'choice':
      return Math.max(...node.nodes.map(maxLength))
    case 'repeat': {
      const length = maxLength(node.node)
      return length === 0 ? 0 : length * node.max
    }
    case 'group':
      return maxLength(node.node)
    case 'assert':
      return node.node === undefined ? 2 : maxLength(node.node)
  }
}

/** The characters with which the node can begin, and whether it can be empty; `undefined` when they cannot be listed. */
function firstChars(node: PatternNode): { chars: string; empty: boolean } | undefined {
  switch (node.type) {
    case 'set':
      return node.set.chars === undefined ? undefined : { chars: node.set.chars, empty: false }
    case 'sequence': {
      let chars = ''
      for (const part of node.nodes) {
        const firsts = firstChars(part)
        if (firsts === undefined) return undefined
        chars += firsts.chars
        if (!firsts.empty) return { chars, empty: false }
      }
      return { chars, empty: true }
    }
    case 'choice': {
      const branches = node.nodes.map(firstChars)
      if (branches.includes(undefined)) return undefined
      const known = branches as { chars: string; empty: boolean }[]
      return { chars: known.map(({ chars }) => chars).join(''), empty: known.some(({ empty }) => empty) }
    }
    case 'repeat': {
      const firsts = firstChars(node.node)
      return firsts === undefined ? undefined : { chars: firsts.chars, empty: firsts.empty || node.min === 0 }
    }
    case 'group':
      return firstChars(node.node)
    case 'assert':
      return undefined
  }
}
