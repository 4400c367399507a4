import { createCallPrefix } from './call-prefix.ts'
import { joinContent } from './content.ts'
import { printJson, readMembers, toText } from './json-text.ts'
import { printValue } from './qwen-tags.ts'
import { splitThoughtClosely } from './thoughts.ts'
import { frameResults, type PastCall } from './turns.ts'
import type { PromptRenderer } from './types.ts'
import { renderWrittenTurns, type WrittenLayout } from './written-turns.ts'

const noSystem = 'You are a helpful assistant.'
const toolsHeader =
  '# Tools\nYou may call one or more tools to assist with the user query.\nHere are the tools available in JSONSchema format:\n\n<tools>\n'
const toolsFooter = `</tools>

When making tool calls, use XML format to invoke tools and pass parameters:

<minimax:tool_call>
<invoke name="tool-name-1">
<parameter name="param-key-1">param-value-1</parameter>
<parameter name="param-key-2">param-value-2</parameter>
...
</invoke>
</minimax:tool_call>`

const layout: WrittenLayout = {
  end: '[e~[\n',
  losesLaterSystem: true,
  system(tools, text) {
    const lines = tools.map((tool) => `<tool>${printJson(toText(tool.function))}</tool>\n`).join('')
    return [{ role: 'system', content: `${text || noSystem}\n\n${toolsHeader}${lines}${toolsFooter}` }]
  },
  split: splitThoughtClosely,
  opening: (thought, isCurrent) =>
    isCurrent && thought !== '' ? `]~b]ai\n<think>\n${thought}\n</think>\n\n` : ']~b]ai\n',
  body: (content, calls) =>
    joinContent([content, `\n<minimax:tool_call>\n${calls.map(printCall).join('')}</minimax:tool_call>`]),
  results: (contents) => joinContent([']~b]tool', frameResults(contents, '\n<response>', '</response>', '')]),
}

const begin = (name: string): string => `<minimax:tool_call>\n<invoke name="${name}">\n`

/** MiniMax M2. Template: MiniMaxAI/MiniMax-M2. */
export const minimaxM2: PromptRenderer = {
  formats: ['minimax_m2'],
  render: (input) => renderWrittenTurns(input, layout),
  callPrefix: createCallPrefix('minimax_m2'),
  structure: { trigger: '<minimax:tool_call>', begin, style: 'minimax_xml', end: '</invoke>\n</minimax:tool_call>' },
}

function printCall({ name, arguments: text }: PastCall): string {
  const parameters = readMembers(text).map(
    (member) => `<parameter name="${member.name}">${printValue(member.value, printJson)}</parameter>\n`,
  )
  return `<invoke name="${name}">\n${parameters.join('')}</invoke>\n`
}
