import { createCallPrefix } from './call-prefix.ts'
import { joinContent } from './content.ts'
import { printJson, toText } from './json-text.ts'
import { frameResults, renderTurns, type PastCall, type TurnLayout } from './turns.ts'
import type { PromptRenderer } from './types.ts'

const qwenTools =
  '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>'
const qwenFormat =
  '\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
const graniteTools =
  'You are a helpful assistant with access to the following tools. You may call one or more tools to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>'
const graniteFormat =
  '\n</tools>\n\nFor each tool call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>. If a tool does not exist in the provided list of tools, notify the user that you do not have the ability to fulfill the request.'

const calls: TurnLayout['calls'] = (content, list) => {
  const written = list.map(printCall).join('\n')
  return content === '' ? written : joinContent([content, '\n', written])
}

const qwen3: TurnLayout = {
  system: (tools, text) => `${text === undefined ? '' : `${text}\n\n`}${qwenTools}${printTools(tools)}${qwenFormat}`,
  calls,
  results: (contents) => frameResults(contents, '<tool_response>\n', '\n</tool_response>', '\n'),
  shieldsThoughts: true,
}

/** What Qwen2.5's template says where the history has no system message. Qwen3's says nothing. */
const qwen25System = 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.'

const granite: TurnLayout = {
  system: (tools, text) =>
    `${text === undefined ? '' : `${text}\n\n`}${graniteTools}${printTools(tools)}${graniteFormat}`,
  calls,
  results: (contents) => frameResults(contents, '\n<tool_response>\n', '\n</tool_response>', ''),
}

/** Qwen3 and its relatives. Templates: Qwen/Qwen3-8B, Qwen/Qwen3-4B-Instruct-2507. */
export const hermes: PromptRenderer = createHermes(['hermes'], qwen3)

/** Qwen2.5. Template: Qwen/Qwen2.5-7B-Instruct. */
export const qwen25: PromptRenderer = createHermes(['qwen25'], {
  ...qwen3,
  system: (tools, text = qwen25System) => qwen3.system(tools, text),
  shieldsThoughts: false,
})

/** IBM Granite 4. Template: ibm-granite/granite-4.0-h-small. */
export const granite4: PromptRenderer = createHermes(['granite4'], granite)

function createHermes(formats: readonly string[], layout: TurnLayout): PromptRenderer {
  const begin = (name: string): string => `<tool_call>\n{"name": "${name}", "arguments": `
  return {
    formats,
    render: (input) => renderTurns(input, layout),
    callPrefix: createCallPrefix(formats[0]!),
    structure: { trigger: '<tool_call>', begin, style: 'json', end: '}\n</tool_call>' },
  }
}

function printTools(tools: readonly unknown[]): string {
  return tools.map((tool) => `\n${printJson(toText(tool))}`).join('')
}

function printCall({ name, arguments: text }: PastCall): string {
  return `<tool_call>\n{"name": "${name}", "arguments": ${printJson(text)}}\n</tool_call>`
}
