import type { ChatTool } from '@tooldelta/core'
import { createCallPrefix } from './call-prefix.ts'
import { isObject, type JsonObject } from '../history/values.ts'
import { joinContent, textOf, trim } from './content.ts'
import { printPython, toText } from './json-text.ts'
import { printQwenCall, printValue, qwenStructure, qwenTagRules } from './qwen-tags.ts'
import { frameResults, renderTurns, type TurnLayout } from './turns.ts'
import type { PromptRenderer } from './types.ts'

const noSystem = 'You are Qwen, a helpful AI assistant that can interact with a computer to solve tasks.'
const toolsHeader = '# Tools\n\nYou have access to the following functions:\n\n<tools>'

const layout: TurnLayout = {
  system: (tools, text = noSystem) =>
    `${text}\n\n${toolsHeader}${tools.map(printTool).join('')}\n</tools>\n\n${qwenTagRules}`,
  calls(content, calls) {
    const text = textOf(content)
    const before = text === undefined ? content : trim(text)
    const written = calls.map((call) => printQwenCall(call)).join('\n')
    return before === '' ? written : joinContent([before, '\n\n', written])
  },
  results: (contents) => frameResults(contents, '<tool_response>\n', '\n</tool_response>\n', ''),
}

/** Qwen3-Coder. Template: Qwen/Qwen3-Coder-30B-A3B-Instruct. */
export const qwen3Coder: PromptRenderer = {
  formats: ['qwen3_coder'],
  render: (input) => renderTurns(input, layout),
  callPrefix: createCallPrefix('qwen3_coder'),
  structure: qwenStructure,
}

function printTool(tool: ChatTool): string {
  const func: JsonObject = tool.function
  const { name, description, parameters } = func
  const properties = isObject(parameters) && isObject(parameters['properties']) ? parameters['properties'] : {}
  const lines = ['<function>', tag('name', printText(name))]
  if (description !== undefined) lines.push(tag('description', trim(printText(description))))
  lines.push('<parameters>')
  for (const [parameter, schema] of Object.entries(properties)) lines.push(...printParameter(parameter, schema))
  lines.push(...printOthers(parameters, ['type', 'properties']), '</parameters>')
  lines.push(...printOthers(func, ['type', 'name', 'description', 'parameters']), '</function>')
  return lines.map((line) => `\n${line}`).join('')
}

function printParameter(name: string, schema: unknown): string[] {
  const { type, description } = isObject(schema) ? schema : {}
  const lines = ['<parameter>', tag('name', name)]
  if (type !== undefined) lines.push(tag('type', printText(type)))
  if (description !== undefined) lines.push(tag('description', trim(printText(description))))
  return [...lines, ...printOthers(schema, ['name', 'type', 'description']), '</parameter>']
}

/** Fields that the template does not name. */
function printOthers(fields: unknown, named: readonly string[]): string[] {
  return Object.entries(isObject(fields) ? fields : {})
    .filter(([key, value]) => !named.includes(key) && value !== undefined)
    .map(([key, value]) => tag(key, printValue(toText(value))))
}

function tag(name: string, text: string): string {
  return `<${name}>${text}</${name}>`
}

function printText(value: unknown): string {
  return printPython(toText(value))
}
