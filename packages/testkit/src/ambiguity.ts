/** The tags of a format whose values are raw text, as far as they decide where a value ends. */
export interface TagMarkup {
  section?: readonly [open: string, close: string]
  wrapper?: readonly [open: string, close: string]
  functionOpen: string
  functionClose: string
  parameterOpen: string
  parameterClose: string
  /** A parameter's whole tag; its one group is the key, with quotes. */
  parameterTag: RegExp
  /** A tag that may stand between the last parameter and the function's closer. */
  layout?: string
  /**
   * What the format makes of line breaks next to the tags. `framed`: its template writes one on each side and one is taken off.
   * `trimmed`: the template writes none, but one is taken off. `verbatim`: neither.
   */
  lineBreaks: 'framed' | 'trimmed' | 'verbatim'
  endTokens: readonly string[]
}

/** Which parameter's tag may follow a value. */
export interface ValuePlace {
  /** Parameters whose tag may follow: declared and without a value so far. `undefined` without a schema: any name. */
  nextParameters: readonly string[] | undefined
  /** Parameters that have a value already, this one included. */
  seen: readonly string[]
}

/**
 * Values of tag formats that no reader can tell from markup (policy P3 names them): a closer that is followed by blanks and a tag that
 * may follow a closer there, or, at the start of a line, the tag of a parameter that may come next; and a line break at the end that
 * cannot be told from the frame's. Everything else is read back exactly, single closers and doubled ones included.
 *
 * This is the only thing that the generators of round trips leave out; those of broken texts leave nothing out. It is written with
 * expressions over the whole value, on purpose unlike the parser.
 */
export function quotesMarkup(value: string, tags: TagMarkup, place: ValuePlace): boolean {
  if (losesLineBreak(value, tags.lineBreaks) || closers(tags).some((closer) => closer.test(value))) return true
  const parameters = value.matchAll(new RegExp(`(?:^|\\n)${tags.parameterTag.source}`, 'g'))
  return [...parameters].some(([, key]) => mayFollow(key as string, place))
}

/** Each closer with what confirms it behind it. */
function closers(tags: TagMarkup): RegExp[] {
  const { section, wrapper } = tags
  const literal = (text: string | undefined): string[] => (text === undefined ? [] : [escapeExpression(text)])
  const next = [
    ...literal(tags.functionOpen),
    ...literal(wrapper?.[0]),
    ...literal(section?.[0]),
    ...tags.endTokens.map(escapeExpression),
  ]
  const followed = (closer: string, by: readonly string[]): string => `${closer}\\s*(?:${by.join('|')})`
  const sectionEnd = literal(section?.[1]).map((closer) => followed(closer, next))
  const wrapperEnd = literal(wrapper?.[1]).map((closer) => followed(closer, [...next, ...sectionEnd]))
  // A whole call: any text may follow it.
  const last = wrapper !== undefined ? literal(wrapper[1]) : literal(section?.[1])
  const functionEnd = followed(escapeExpression(tags.functionClose), [...next, ...last, ...sectionEnd])
  const functionChain = last.length === 0 ? escapeExpression(tags.functionClose) : functionEnd
  const layout = literal(tags.layout).map((tag) => followed(tag, [functionChain]))
  const inside = [escapeExpression(tags.parameterOpen), functionChain, ...layout, ...wrapperEnd, ...sectionEnd, ...next]
  const parameterEnd = followed(escapeExpression(tags.parameterClose), inside)
  return [parameterEnd, functionEnd, ...wrapperEnd, ...sectionEnd].map((closer) => new RegExp(closer))
}

/** A carriage return before the frame's line break is one break with it; without a frame the value's own break is taken. */
function losesLineBreak(value: string, lineBreaks: TagMarkup['lineBreaks']): boolean {
  if (lineBreaks === 'verbatim') return false
  return lineBreaks === 'framed' ? value.endsWith('\r') : /^\r?\n|\n$/.test(value)
}

function mayFollow(key: string, place: ValuePlace): boolean {
  const name = key
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim()
  if (name === '' || place.seen.includes(name)) return false
  return place.nextParameters === undefined || place.nextParameters.includes(name)
}

export function escapeExpression(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
