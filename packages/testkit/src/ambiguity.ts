/** What surrounds a value in the printed text, as far as it decides where the value ends. */
export interface ValuePlace {
  open: string
  close: string
  /** Parameters whose tag may follow: declared and without a value so far. `undefined` without a schema: any name. */
  nextParameters: readonly string[] | undefined
  /** Parameters that have a value already, this one included. */
  seen: readonly string[]
  /**
   * What the format makes of line breaks next to the tags. `framed`: its template writes one on each side and one is taken off.
   * `trimmed`: the template writes none, but one is taken off. `verbatim`: neither.
   */
  lineBreaks: 'framed' | 'trimmed' | 'verbatim'
}

const END_TOKENS = ['<|im_start|>', '<|im_end|>', '<|endoftext|>', '<seed:bos>', '<seed:eos>']

/**
 * Values of tag formats that no reader can tell from markup (policy P3 names them): a closer that is followed by blanks and a tag that
 * may follow a closer there, or, at the start of a line, the tag of a parameter that may come next; and a line break at the end that
 * cannot be told from the frame's. Everything else is read back exactly, single closers and doubled ones included.
 *
 * This is the only thing that the generators of round trips leave out; those of broken texts leave nothing out. It is written with
 * expressions over the whole value, on purpose unlike the parser.
 */
export function quotesMarkup(value: string, place: ValuePlace): boolean {
  if (losesLineBreak(value, place.lineBreaks)) return true
  const open = escapeExpression(place.open)
  const close = escapeExpression(place.close)
  const end = `(?:${END_TOKENS.map(escapeExpression).join('|')})`
  const wrapper = `${close}\\s*(?:${open}|<function=|${end})`
  const afterFunction = `\\s*(?:${close}|${open}|<function=|${end})`
  const framed = new RegExp(
    [
      `</parameter>\\s*(?:<parameter=|${open}|<function=|${end}|</function>${afterFunction}|${wrapper})`,
      `</function>${afterFunction}`,
      wrapper,
    ].join('|'),
  )
  if (framed.test(value)) return true
  return [...value.matchAll(/(?:^|\n)<parameter=([^<>\r\n]*)>/g)].some(([, key]) => mayFollow(key as string, place))
}

/** A carriage return before the frame's line break is one break with it; without a frame the value's own break is taken. */
function losesLineBreak(value: string, lineBreaks: ValuePlace['lineBreaks']): boolean {
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

function escapeExpression(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
