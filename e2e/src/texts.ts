/** A file whose text is hard for whoever reads it out of markup, escapes it or takes escapes away. */
export const hardText = [
  'const path = "C:\\\\temp\\\\new" // a path: C:\\temp\\new, an escape: \\n, one at the end: \\',
  `quotes: " ' \` \\" \\' and {"json": [1, "two", null], "nested": {"a": "\\u00e9"}}`,
  '漢字とかな、한국어, Ελληνικά, é, 𝒳, 🙂',
  'A closing tag in the text: </parameter> goes on, and so does <b></parameter></b>.',
  '\tan indented line, and one with blanks at its end  ',
  '',
  '${not} %a% {{template}} $1 <!-- comment --> &amp; &lt;',
  '',
].join('\n')

/** What stands in the file that is read. */
export const seedText = [
  'First line of the seed: C:\\temp\\new "quoted"',
  '二行目 🙂 </parameter> in a result',
  'Last line of the seed',
  '',
].join('\n')

/** 256 KB. */
export const largeText = Array.from({ length: 4096 }, (_, line) =>
  `${String(line).padStart(5, '0')} "quoted" \\ back\\nslash, 漢字 ${'abcdefghijklmnopqrstuvwxyz0123456789'}`.slice(
    0,
    63,
  ),
)
  .join('\n')
  .concat('\n')
