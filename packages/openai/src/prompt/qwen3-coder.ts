import type { ChatTool } from '@tooldelta/core'
import { isObject, type JsonObject } from '../history/values.ts'
import { joinContent, textOf, trim } from './content.ts'
import { isContainer, printJson, printPython, readMembers, toText } from './json-text.ts'
import { frameResults, renderTurns, type PastCall, type TurnLayout } from './turns.ts'
import type { PromptRenderer } from './types.ts'

const instructions = `If you choose to call a function ONLY reply in the following format with NO suffix:

<tool_call>
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
</tool_call>

<IMPORTANT>
Reminder:
- Function calls MUST follow the specified format: an inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags
- Required parameters MUST be specified
- You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT after
- If there is no function call available, answer the question like normal with your current knowledge and do not tell the user about function calls
</IMPORTANT>`

const noSystem = 'You are Qwen, a helpful AI assistant that can interact with a computer to solve tasks.'

const layout: TurnLayout = {
  system: (tools, text) =>
    `${text ?? noSystem}\n\n# Tools\n\nYou have access to the following functions:\n\n<tools>${tools.map(printTool).join('')}\n</tools>\n\n${instructions}`,
  calls(content, calls) {
    const text = textOf(content)
    const before = text === undefined ? content : trim(text)
    const written = calls.map(printQwenCall).join('\n')
    return before === '' ? written : joinContent([before, '\n\n', written])
  },
  results: (contents) => frameResults(contents, '<tool_response>\n', '\n</tool_response>\n', ''),
}

/** Qwen3-Coder. Template: Qwen/Qwen3-Coder-30B-A3B-Instruct. */
export const qwen3Coder: PromptRenderer = {
  formats: ['qwen3_coder'],
  render: (input) => renderTurns(input, layout),
  callPrefix: (name) => (name === undefined ? '<tool_call>\n<function=' : `<tool_call>\n<function=${name}>\n`),
  structure: {
    trigger: '<tool_call>\n<function=',
    begin: (name) => `<tool_call>\n<function=${name}>\n`,
    style: 'qwen_xml',
    end: '\n</function>\n</tool_call>',
  },
}

/** A call as Qwen's tags: strings bare, other scalars as Python prints them, containers as JSON. */
export function printQwenCall({ name, arguments: text }: PastCall): string {
  const parameters = readMembers(text).map(
    (member) => `<parameter=${member.name}>\n${printScalarOrJson(member.value)}\n</parameter>\n`,
  )
  return `<tool_call>\n<function=${name}>\n${parameters.join('')}</function>\n</tool_call>`
}

function printScalarOrJson(text: string): string {
  return isContainer(text) ? printJson(text) : printPython(text)
}

function printTool(tool: ChatTool): string {
  const func: JsonObject = tool.function
  const { name, description, parameters } = func
  const properties = isObject(parameters) && isObject(parameters['properties']) ? parameters['properties'] : {}
  const lines = ['<function>', tag('name', name)]
  if (description !== undefined) lines.push(tag('description', description))
  lines.push('<parameters>')
  for (const [parameter, schema] of Object.entries(properties)) lines.push(...printParameter(parameter, schema))
  lines.push(...printOthers(parameters, ['type', 'properties']), '</parameters>')
  lines.push(...printOthers(func, ['type', 'name', 'description', 'parameters']), '</function>')
  return lines.map((line) => `\n${line}`).join('')
}

function printParameter(name: string, schema: unknown): string[] {
  const lines = ['<parameter>', tag('name', name)]
  const fields = isObject(schema) ? schema : {}
  if (fields['type'] !== undefined) lines.push(tag('type', fields['type'], false))
  if (fields['description'] !== undefined) lines.push(tag('description', fields['description']))
  return [...lines, ...printOthers(fields, ['name', 'type', 'description']), '</parameter>']
}

/** Fields that the template does not name: containers as JSON, scalars as Python prints them. */
function printOthers(fields: unknown, named: readonly string[]): string[] {
  if (!isObject(fields)) return []
  return Object.entries(fields)
    .filter(([key, value]) => !named.includes(key) && value !== undefined)
    .map(([key, value]) => `<${key}>${printScalarOrJson(toText(value))}</${key}>`)
}

function tag(name: string, value: unknown, trims = true): string {
  const text = printPython(toText(value))
  return `<${name}>${trims ? trim(text) : text}</${name}>`
}
