import {
  COMPACT,
  TEMPLATE_STYLE,
  printers,
  readExactJson,
  type ExactJson,
  type FormatPrinter,
} from '@tooldelta/testkit'

/** A call to print: string values stay text, other values are JSON. */
export interface PrintedCall {
  name: string
  arguments: Readonly<Record<string, unknown>>
}

/** Prints a call as the chat templates of Qwen3-Coder and its kin do. */
export function printTaggedCall(call: PrintedCall): string {
  const parameters = Object.entries(call.arguments).map(
    ([key, value]) =>
      `<parameter=${key}>\n${typeof value === 'string' ? value : JSON.stringify(value)}\n</parameter>\n`,
  )
  return `<tool_call>\n<function=${call.name}>\n${parameters.join('')}</function>\n</tool_call>`
}

/** Prints a call as hermes templates do: JSON in an envelope. */
export function printHermesCall(call: PrintedCall): string {
  const body = `{"name": ${JSON.stringify(call.name)}, "arguments": ${JSON.stringify(call.arguments)}}`
  return `<tool_call>\n${body}\n</tool_call>`
}

/** A format that stands for its family, and its printer. */
export interface FamilyPrinter {
  format: string
  print(call: PrintedCall): string
}

/** One printer for each family of `formats`: that of the first format, as the test kit writes it. */
export const familyPrinters: Readonly<Record<string, FamilyPrinter>> = Object.fromEntries([
  ...representativesOfFamilies().map((printer) => [printer.family, toFamilyPrinter(printer)]),
  ['detected', { format: 'auto', print: printTaggedCall }],
])

function representativesOfFamilies(): FormatPrinter[] {
  return printers.filter((printer) => printers.find(({ family }) => family === printer.family) === printer)
}

function toFamilyPrinter(printer: FormatPrinter): FamilyPrinter {
  return {
    format: printer.format,
    print: ({ name, arguments: values }) => {
      const json = readExactJson(JSON.stringify(values)) as Extract<ExactJson, { kind: 'object' }>
      return printer.printCall({ name, arguments: json.members }, { ...TEMPLATE_STYLE, json: COMPACT })
    },
  }
}
