import { type Node, parseTree } from 'jsonc-parser'

/** A run of characters in a text whose value may be replaced, character by character. */
export interface Slot {
  /** First character, behind the quote of a JSON string. */
  start: number
  end: number
  /** Slots of one group are pieces of one text, in order. */
  group: string
  /** How the characters stand there: JSON escapes count as one, or every character is itself. */
  kind: 'json' | 'plain'
}

/** Replaces a text by one with the same number of UTF-16 units. */
export type Mask = (text: string, group: string) => string

/** What becomes of a JSON value: the group of its text, or undefined to keep it. */
export type Classify = (path: readonly (string | number)[], value: unknown) => string | undefined

/**
 * Finds the strings and numbers of a JSON text that a mask may replace.
 *
 * @param offset - where the JSON text begins in the whole
 * @returns undefined when it is no JSON
 */
export function findSlots(json: string, offset: number, classify: Classify): Slot[] | undefined {
  const faults: never[] = []
  const tree = parseTree(json, faults, { disallowComments: true, allowTrailingComma: false })
  if (tree === undefined || faults.length > 0) return undefined
  const slots: Slot[] = []
  walk(tree, [], (node, path) => {
    if (node.type !== 'string' && node.type !== 'number') return
    const group = classify(path, node.value)
    if (group === undefined) return
    const quote = node.type === 'string' ? 1 : 0
    const start = offset + node.offset + quote
    slots.push({ start, end: start + node.length - 2 * quote, group, kind: 'json' })
  })
  return slots
}

function walk(node: Node, path: (string | number)[], visit: (node: Node, path: (string | number)[]) => void): void {
  visit(node, path)
  for (const [place, child] of (node.children ?? []).entries()) {
    if (node.type === 'array') walk(child, [...path, place], visit)
    else if (node.type === 'object') walk(child.children![1]!, [...path, child.children![0]!.value as string], visit)
  }
}

/** One character of a value, as it stands in the text. */
const unit = /\\u[\dA-Fa-f]{4}|\\.|[^]/g

/** Replaces the values in the slots. The text keeps its length, so that every cut stays where it was. */
export function maskSlots(text: string, slots: readonly Slot[], mask: Mask): string {
  const groups = new Map<string, Slot[]>()
  for (const slot of slots) {
    const members = groups.get(slot.group)
    if (members === undefined) groups.set(slot.group, [slot])
    else members.push(slot)
  }
  const edits: { start: number; end: number; text: string }[] = []
  for (const [group, members] of groups) {
    const units = members.map(({ start, end, kind }) => {
      const raw = text.slice(start, end)
      return kind === 'plain' ? raw.split('') : (raw.match(unit) ?? [])
    })
    const value = units
      .map((one, place) => (members[place]!.kind === 'plain' ? one : one.map(decode)).join(''))
      .join('')
    const masked = mask(value, group)
    let at = 0
    for (const [place, { start, end }] of members.entries()) {
      const own = units[place]!
      const replaced = own.map((raw, index) => encode(raw, value[at + index]!, masked[at + index]!))
      at += own.length
      edits.push({ start, end, text: replaced.join('') })
    }
  }
  return applyEdits(text, edits)
}

function decode(raw: string): string {
  return raw.length === 1 ? raw : (JSON.parse(`"${raw}"`) as string)
}

function encode(raw: string, before: string, after: string): string {
  if (before === after || raw.length === 2) return raw
  return raw.length === 1 ? after : `\\u${after.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function applyEdits(text: string, edits: { start: number; end: number; text: string }[]): string {
  const pieces: string[] = []
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    pieces.push(text.slice(at, edit.start), edit.text)
    at = edit.end
  }
  pieces.push(text.slice(at))
  return pieces.join('')
}
