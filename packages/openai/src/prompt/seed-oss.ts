import type { ChatTool } from '@tooldelta/core'
import { isObject } from '../history/values.ts'
import { createCallPrefix } from './call-prefix.ts'
import { joinContent, textOf, trim } from './content.ts'
import { printPython, readMembers, toText } from './json-text.ts'
import { splitField } from './thoughts.ts'
import type { PastCall } from './turns.ts'
import type { PromptRenderer } from './types.ts'
import { renderWrittenTurns, type WrittenLayout } from './written-turns.ts'

const noSystem =
  'You are Doubao, a helpful AI assistant. You may call one or more functions to assist with the user query.'
const example = `工具调用请遵循如下格式:
<seed:tool_call>
<function=example_function_name>
<parameter=example_parameter_1>value_1</parameter>
<parameter=example_parameter_2>This is the value for the second parameter
that can span
multiple lines</parameter>
</function>
</seed:tool_call>
`
const begin = '<seed:bos>'
const end = '<seed:eos>'

const layout: WrittenLayout = {
  end,
  system: (tools, text = noSystem) => [
    { role: 'system', content: `${text}${tools.map(printTool).join('')}\n${example}` },
  ],
  split: splitField,
  opening: (thought) =>
    `${begin}assistant${trim(thought) === '' ? '' : `\n<seed:think>${trim(thought)}</seed:think>`}\n`,
  body(content, calls) {
    const text = textOf(content)
    const before = text === undefined ? content : trim(text)
    const written = calls.map(printCall).join('\n')
    return before === '' ? written : joinContent([before, '\n\n', written])
  },
  results: (contents) =>
    joinContent(contents.flatMap((content, index) => [`${index === 0 ? '' : end}${begin}tool\n`, content])),
}

/** ByteDance Seed-OSS. Template: ByteDance-Seed/Seed-OSS-36B-Instruct. */
export const seedOss: PromptRenderer = {
  formats: ['seed_oss'],
  render: (input) => renderWrittenTurns(input, layout),
  callPrefix: createCallPrefix('seed_oss'),
}

/** Scalars and containers as Python prints them. */
function printCall({ name, arguments: text }: PastCall): string {
  const parameters = readMembers(text).map(
    (member) => `<parameter=${member.name}>${printPython(member.value)}</parameter>\n`,
  )
  return `<seed:tool_call>\n<function=${name}>\n${parameters.join('')}</function>\n</seed:tool_call>`
}

/** A tool as the head of a function of Python. What is not in it (nested schemas, values of an enum) the template does not print. */
function printTool(tool: ChatTool): string {
  if (tool.type !== 'function') return ''
  const { name, description, parameters } = tool.function
  const { properties, required } = isObject(parameters) ? parameters : {}
  const fields = Object.entries(isObject(properties) ? properties : {}).map(([key, schema]) => ({
    key,
    type: pythonType(isObject(schema) ? schema['type'] : undefined),
    note: Array.isArray(required) && required.includes(key) ? '[必填]' : '[选填]',
    description: isObject(schema) ? schema['description'] : undefined,
  }))
  const head = fields.map(({ key, type }) => `${key}: ${type}`).join(',')
  const list = fields.map(
    (field) => `\n    - ${field.key} (${field.type}) ${field.note}: ${printText(field.description || '')}`,
  )
  const args = list.length === 0 ? '' : `    Args:${list.join('')}`
  return `\n\nFunction:\ndef ${name}(${head}):\n    """\n    ${trim(printText(description))}\n\n${args}\n\n    """`
}

function pythonType(type: unknown): string {
  switch (type) {
    case 'string':
      return 'str'
    case 'number':
    case 'integer':
      return 'int'
    case 'boolean':
      return 'bool'
    case 'array':
      return 'list'
    default:
      return 'Any'
  }
}

function printText(value: unknown): string {
  return value === undefined ? '' : printPython(toText(value))
}
