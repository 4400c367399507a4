import { Document, type Pair, visit } from 'yaml'
import type { Note } from './notes.ts'
import type { Translation } from './translate.ts'

const headings: Record<Note['kind'], string> = {
  secret: 'Keys are not copied. Before the first start:',
  guessed: 'Guessed, please check:',
  'left out': 'Not carried over:',
}

/** The translated settings as YAML, with what was guessed and left out as comments. */
export function renderImport({ config, notes }: Translation, file: string): string {
  const document = new Document(config)
  document.commentBefore = [
    ` Settings of tooldelta serve, made from ${file}.`,
    ' Check them with: tooldelta config check',
    ...(['secret', 'guessed', 'left out'] as const).flatMap((kind) => renderNotes(kind, notes)),
  ].join('\n')
  visit(document, {
    // An empty line before each section.
    Pair: (_key, pair: Pair, path) => void (path.length === 2 && setSpace(pair.key)),
  })
  return document.toString({ lineWidth: 0 })
}

function setSpace(key: unknown): void {
  if (typeof key === 'object' && key !== null) Object.assign(key, { spaceBefore: true })
}

function renderNotes(kind: Note['kind'], notes: readonly Note[]): string[] {
  const own = notes.filter((note) => note.kind === kind)
  if (own.length === 0) return []
  // Names come from the file; a line break in one would end the comment.
  const lines = own.map(({ about, text }) => ` - ${about}: ${text}`.replaceAll(/[\r\n]+/g, ' '))
  return ['', ` ${headings[kind]}`, ...lines]
}
