import { attributeTagsPrinters } from './attribute-tags.ts'
import { bareJsonPrinters } from './bare-json.ts'
import { headerJsonPrinters } from './header-json.ts'
import { channelsPrinters } from './channels.ts'
import { jsonEnvelopePrinters } from './json-envelope.ts'
import { nestedTagsPrinters } from './nested-tags.ts'
import { keyValueTagPrinters } from './key-value-tags.ts'
import type { FormatPrinter } from './printer.ts'
import { pythonicPrinters } from './pythonic.ts'
import { quotedObjectPrinters } from './quoted-object.ts'
import { taggedParametersPrinters } from './tagged-parameters.ts'

export * from './printer.ts'
export { hyV3SuffixPrinter, k2TypedPrinter } from './key-value-tags.ts'
export { qwen35Printer } from './tagged-parameters.ts'

const groups: readonly (readonly FormatPrinter[])[] = [
  taggedParametersPrinters,
  keyValueTagPrinters,
  attributeTagsPrinters,
  jsonEnvelopePrinters,
  bareJsonPrinters,
  channelsPrinters,
  headerJsonPrinters,
  quotedObjectPrinters,
  nestedTagsPrinters,
  pythonicPrinters,
]

/** A printer for each format, family by family. */
export const printers: readonly FormatPrinter[] = groups.flat()

/** One printer of each kind of syntax: formats of a kind share their code. */
export const representatives: ReadonlySet<FormatPrinter> = new Set(groups.map(([first]) => first as FormatPrinter))

/**
 * The printer of a format.
 *
 * @throws TypeError when there is none
 */
export function findPrinter(format: string): FormatPrinter {
  const found = printers.find((printer) => printer.format === format)
  if (found === undefined) throw new TypeError(`There is no printer for the format '${format}'`)
  return found
}
