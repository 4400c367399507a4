import { joinContent } from './content.ts'
import { printJson, toText } from './json-text.ts'
import { frameResults, renderTurns, type PastCall, type TurnLayout } from './turns.ts'
import type { PromptRenderer } from './types.ts'

const signatures =
  '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>'
const instructions =
  '</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'

/** What Qwen2.5's template says where the history has no system message. Qwen3's says nothing. */
const qwen25System = 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.'

function createLayout(noSystem?: string): TurnLayout {
  return {
    system(tools, text = noSystem) {
      const lines = tools.map((tool) => `${printJson(toText(tool))}\n`).join('')
      return `${text === undefined ? '' : `${text}\n\n`}${signatures}\n${lines}${instructions}`
    },
    calls(content, calls) {
      const written = calls.map(printCall).join('\n')
      return content === '' ? written : joinContent([content, '\n', written])
    },
    results: (contents) => frameResults(contents, '<tool_response>\n', '\n</tool_response>', '\n'),
  }
}

/** Qwen3 and its relatives. Template: Qwen/Qwen3-8B. */
export const hermes: PromptRenderer = createHermes(['hermes'], createLayout())

/** Qwen2.5. Template: Qwen/Qwen2.5-7B-Instruct. */
export const qwen25: PromptRenderer = createHermes(['qwen25'], createLayout(qwen25System))

function createHermes(formats: readonly string[], layout: TurnLayout): PromptRenderer {
  const begin = (name: string): string => `<tool_call>\n{"name": "${name}", "arguments": `
  return {
    formats,
    render: (input) => renderTurns(input, layout),
    callPrefix: (name) => (name === undefined ? '<tool_call>\n{"name": "' : begin(name)),
    structure: { trigger: '<tool_call>', begin, style: 'json', end: '}\n</tool_call>' },
  }
}

function printCall({ name, arguments: text }: PastCall): string {
  return `<tool_call>\n{"name": "${name}", "arguments": ${printJson(text)}}\n</tool_call>`
}
