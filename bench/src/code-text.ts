import { createRandom, type Random } from './random.ts'

/** How {@link makeCodeText} makes its text. */
export interface CodeTextOptions {
  seed: number
  /** Exact length of the text in UTF-16 units. */
  chars: number
  /** Real lines to mix in; three of four lines come from here when there are any. */
  lines?: readonly string[]
}

const names = ['user', 'path', 'buffer', 'index', 'config', 'state', 'entry', 'größe', '名前', 'данные'] as const

/** Everything that a JSON writer must escape or a tag scanner must look at twice. */
const makers: readonly ((random: Random) => string)[] = [
  (random) => `const ${random.pick(names)} = "${random.pick(names)}\\n" + \`\${${random.pick(names)}}\``,
  (random) =>
    `\tif (${random.pick(names)} < ${random.integer(99)} && ${random.pick(names)} > 0) { return "a \\"quoted\\" word" }`,
  (random) => `// 漢字とかな: ${random.pick(names)} を更新する 😀 ${random.integer(1000)}`,
  (random) => `path = "C:\\\\Users\\\\${random.pick(names)}\\\\file.txt"  # 🚀👩‍💻`,
  (random) => `<div class="row" id='${random.pick(names)}'>${random.pick(names)} &amp; ${random.pick(names)}</div>`,
  (random) => `pattern = /^\\s*<(\\w+)[^>]*>\\d{${random.integer(9)}}$/u`,
  (random) => `{"${random.pick(names)}": [${random.integer(1e6)}, null, true], "b": {"c": "\\u00e9"}}`,
  (random) => '    '.repeat(1 + random.integer(3)) + `self.${random.pick(names)}.append(${random.pick(names)})`,
  () => '',
]

/**
 * Makes code-like text with quotes, backslashes, tags, tabs, line breaks, CJK and emoji.
 *
 * It never holds a marker of a tool-call format and never ends in the middle of a surrogate pair or with white space, so that its one
 * true reading is the text itself.
 */
export function makeCodeText({ seed, chars, lines = [] }: CodeTextOptions): string {
  const random = createRandom(seed)
  const parts: string[] = []
  for (let length = 0; length < chars; length += (parts.at(-1) as string).length) {
    const isReal = lines.length > 0 && random.integer(4) > 0
    parts.push(`${isReal ? random.pick(lines) : random.pick(makers)(random)}\n`)
  }
  // The first and the last character must be no layout: a value's outer line breaks belong to the format.
  const body = parts.join('').trimStart()
  const last = '}'
  const cut = endsInPair(body, chars - 1) ? chars - 2 : chars - 1
  return body.slice(0, cut).padEnd(chars - 1, ';') + last
}

function endsInPair(text: string, length: number): boolean {
  const code = text.charCodeAt(length - 1)
  return code >= 0xd800 && code <= 0xdbff
}
