import fc from 'fast-check'
import { printers } from './printers/index.ts'

/** Every marker of every format, each once. */
export const ALL_MARKERS: readonly string[] = [...new Set(printers.flatMap((printer) => printer.markers))]

const CONTROLS: readonly string[] = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))

/** Text that has broken a parser somewhere: quotes, backslashes, controls, surrogates, odd blanks, look-alikes of other types. */
const HARD_PIECES: readonly string[] = [
  ...CONTROLS,
  '\\',
  '\\\\',
  '\\\\\\',
  '\\n',
  '\\u',
  '\\u00e9',
  '\\ud83d',
  '\\"',
  'C:\\temp\\new\\a.txt',
  '"',
  '""',
  '"""',
  "'",
  '`',
  '```',
  '~~~\n',
  '```xml\n',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  ' ',
  '  ',
  '\t',
  '😀',
  '👨‍👩‍👧',
  '\ud83d',
  '\ude00',
  '\u2028',
  '\u2029',
  '\u00a0',
  '\u0085',
  '\u007f',
  '\ufeff',
  '\u200b',
  '\ufffd',
  'São Paulo',
  '日本',
  'null',
  'None',
  'true',
  'True',
  'NaN',
  '-0',
  '1e400',
  '007',
  '9007199254740993',
  '1234567890123456789',
  '{"a": 1}',
  '{"name": "f", "arguments": {}}',
  '"}}',
  '}',
  '{',
  ']',
  '[',
  ',',
  ':',
  '"}\n</tool_call>',
  '&lt;',
  '&amp;',
  '<![CDATA[',
  'if (x < 3 && y > 2)',
  '</',
  '<',
  '<|',
  '>',
  '=',
  '$1',
  '__proto__',
  'constructor',
  'word',
  'the end',
]

/** Tags with names, whole and nearly whole. */
const TAG_PIECES: readonly string[] = [
  '<parameter=path>',
  '<parameter=path>\n',
  '\n<parameter=undeclared>\n',
  '<function=read_file>',
  '<function=nope>\n',
  '<function>',
  '</parameter>\n',
  '\n</parameter>',
  '</parameter></parameter>',
  '</parameter>\n</function>',
  '</function>\n',
]

const markerPrefix = fc
  .tuple(fc.constantFrom(...ALL_MARKERS), fc.nat(20))
  .map(([marker, length]) => marker.slice(0, 1 + (length % marker.length)))

/** A short piece of text chosen to do harm. */
export const hardPiece: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...HARD_PIECES) },
  { weight: 2, arbitrary: fc.constantFrom(...ALL_MARKERS) },
  { weight: 1, arbitrary: fc.constantFrom(...TAG_PIECES) },
  { weight: 1, arbitrary: markerPrefix },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) },
)

/** Any string value, with every closer and opener as data. */
export const hardString: fc.Arbitrary<string> = fc
  .array(hardPiece, { maxLength: 12, size: 'max' })
  .map((pieces) => pieces.join(''))

const PROSE: readonly string[] = [
  'I will look.',
  'First',
  ' then',
  ' words',
  '\n',
  '\n\n',
  '\r\n',
  ' ',
  '\t',
  '- item',
  '**bold**',
  '`code`',
  '<b>',
  '</b>',
  'a < b',
  '<tool',
  '</tool',
  '<tool_call> is a tag',
  '<thin',
  '<fun',
  '<|im',
  '&lt;',
  '{"a": 1}',
  '[1, 2]',
  '"quoted"',
  "it's",
  '\\n',
  '\u00a0',
  '\u2028',
  '😀',
  '日本',
]

/**
 * Text around calls: partial and mentioned markers, blanks of every kind, but nothing that the format would read as markup. It ends in a
 * word or a blank, so that it cannot complete a marker with what follows.
 */
export const prose: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.constantFrom(...PROSE), { maxLength: 6, size: 'max' }),
    fc.constantFrom('', '.', '. ', '.\n', '.\n\n'),
  )
  .map(([pieces, end]) => (pieces.length === 0 ? '' : pieces.join('') + (end === '' ? '!' : end)))
