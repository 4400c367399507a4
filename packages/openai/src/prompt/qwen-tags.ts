import { isContainer, isString, printJson, printPython, readMembers } from './json-text.ts'
import type { PastCall } from './turns.ts'
import type { CallStructure } from './types.ts'

/** How a template prints a scalar that is no string: as Python (`True`) or as JSON (`true`). */
export type ScalarPrinter = (text: string) => string

/** What the templates of Qwen's tags say about them. */
export const qwenTagExample = `<tool_call>
<function=example_function_name>
<parameter=example_parameter_1>
value_1
</parameter>
<parameter=example_parameter_2>
This is the value for the second parameter
that can span
multiple lines
</parameter>
</function>
</tool_call>`

/** The same with Qwen's rules behind it. */
export const qwenTagRules = `If you choose to call a function ONLY reply in the following format with NO suffix:

${qwenTagExample}

<IMPORTANT>
Reminder:
- Function calls MUST follow the specified format: an inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags
- Required parameters MUST be specified
- You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT after
- If there is no function call available, answer the question like normal with your current knowledge and do not tell the user about function calls
</IMPORTANT>`

/** A call in Qwen's tags: strings bare, containers as JSON. */
export function printQwenCall({ name, arguments: text }: PastCall, printScalar: ScalarPrinter = printPython): string {
  const parameters = readMembers(text).map(
    (member) => `<parameter=${member.name}>\n${printValue(member.value, printScalar)}\n</parameter>\n`,
  )
  return `<tool_call>\n<function=${name}>\n${parameters.join('')}</function>\n</tool_call>`
}

/** A value as the templates print it: strings bare, containers as JSON, scalars as they do. */
export function printValue(text: string, printScalar: ScalarPrinter = printPython): string {
  if (isString(text)) return printPython(text)
  return isContainer(text) ? printJson(text) : printScalar(text)
}

/** Guided decoding of Qwen's tags. */
export const qwenStructure: CallStructure = {
  trigger: '<tool_call>\n<function=',
  begin: (name) => `<tool_call>\n<function=${name}>\n`,
  style: 'qwen_xml',
  end: '\n</function>\n</tool_call>',
}
