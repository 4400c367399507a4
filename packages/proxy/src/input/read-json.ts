import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser'
import { UsageError } from '../errors.ts'

/**
 * Reads JSON; an error says where the first fault is.
 *
 * @param text - the JSON text
 * @param name - what the text is, for the message: a file name
 * @param firstLine - the number of the text's first line in its file
 * @throws UsageError
 */
export function readJson(text: string, name: string, firstLine = 1): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new UsageError(`${name} is no JSON: ${locateFault(text, firstLine)}.`)
  }
}

/** `JSON.parse` of Node 20 does not always say where, so a second reader looks. */
function locateFault(text: string, firstLine: number): string {
  if (text.trim() === '') return 'it is empty'
  const faults: ParseError[] = []
  parse(text, faults, { disallowComments: true, allowTrailingComma: false })
  const fault = faults[0]
  if (fault === undefined) return 'a string holds a control character that must be escaped'
  const before = text.slice(0, fault.offset).split('\n')
  const what = printParseErrorCode(fault.error)
    .replaceAll(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase()
  return `${what} at line ${firstLine + before.length - 1}, column ${before.at(-1)!.length + 1}`
}
