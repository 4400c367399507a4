import fc from 'fast-check'

/** A pattern of the subset, as Python and as JavaScript write it. */
export interface RandomPattern {
  python: string
  javascript: string
  /** It can match the empty text, or is an assertion. */
  empty: boolean
  /** It has no end. */
  endless: boolean
}

/** Few characters, so that patterns and texts meet. */
export const ALPHABET = ['a', 'b', 'c', '<', '>', '\n', ' ', 'é', '😀']

const leaf: fc.Arbitrary<RandomPattern> = fc
  .constantFrom(
    ...[...ALPHABET, 'ab', '<a>', String.raw`\n`, String.raw`\<`, String.raw`\x61`, String.raw`\s`, String.raw`\S`],
    ...['.', '[abc]', '[^<]', '[a-c>]', String.raw`[^\s>]`, String.raw`[\n\]]`, String.raw`\u{1F600}`],
  )
  .map((source) => ({
    // A code beyond four digits is spelled differently.
    python: source === String.raw`\u{1F600}` ? String.raw`\U0001F600` : source,
    javascript: source === String.raw`\<` ? '<' : source,
    empty: false,
    endless: false,
  }))

const assertions: readonly [string, string][] = [
  ['^', '^'],
  [String.raw`\A`, '^'],
  ['$', String.raw`(?=\n?(?![\s\S]))`],
  [String.raw`\Z`, String.raw`(?![\s\S])`],
]

function ahead(sign: '=' | '!'): (inner: RandomPattern) => RandomPattern {
  return ({ python, javascript }) => ({
    python: `(?${sign}${python})`,
    javascript: `(?${sign}${javascript})`,
    empty: true,
    endless: false,
  })
}

const QUANTIFIERS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{2,}?', '{0,3}']

/** Patterns whose matches JavaScript's engine decides in the same way: no loop over what can be empty. */
export const randomPattern: fc.Arbitrary<RandomPattern> = fc.letrec<{ node: RandomPattern; bounded: RandomPattern }>(
  (tie) => ({
    bounded: fc.oneof(
      { maxDepth: 2 },
      leaf,
      fc.array(leaf, { minLength: 1, maxLength: 3 }).map(joined),
      fc.tuple(leaf, leaf).map(chosen),
    ),
    node: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map(joined),
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(chosen),
      fc
        .tuple(
          tie('node').filter(({ empty }) => !empty),
          fc.constantFrom(...QUANTIFIERS),
        )
        .map(([inner, quantifier]) => ({
          python: `(?:${inner.python})${quantifier}`,
          javascript: `(?:${inner.javascript})${quantifier}`,
          empty: /^[*?{0]/.test(quantifier) && !/^\{[12]/.test(quantifier),
          endless: /[*+,]\}?\??$/.test(quantifier),
        })),
      fc
        .constantFrom(...assertions)
        .map(([python, javascript]) => ({ python, javascript, empty: true, endless: false })),
      fc.tuple(tie('bounded'), fc.constantFrom('=' as const, '!' as const)).map(([inner, sign]) => ahead(sign)(inner)),
    ),
  }),
).node

function joined(parts: readonly RandomPattern[]): RandomPattern {
  return {
    python: parts.map(({ python }) => python).join(''),
    javascript: parts.map(({ javascript }) => javascript).join(''),
    empty: parts.every(({ empty }) => empty),
    endless: parts.some(({ endless }) => endless),
  }
}

function chosen(parts: readonly RandomPattern[]): RandomPattern {
  return {
    python: `(${parts.map(({ python }) => python).join('|')})`,
    javascript: `(?:${parts.map(({ javascript }) => javascript).join('|')})`,
    empty: parts.some(({ empty }) => empty),
    endless: parts.some(({ endless }) => endless),
  }
}

export const randomText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...ALPHABET, '<a>', 'ab', 'abc'), { maxLength: 24 })
  .map((parts) => parts.join(''))
