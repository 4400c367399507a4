import { createCallPrefix } from './call-prefix.ts'
import { joinContent } from './content.ts'
import { printJson, toText } from './json-text.ts'
import { printQwenCall, qwenStructure, qwenTagExample } from './qwen-tags.ts'
import { splitThought } from './thoughts.ts'
import { frameResults } from './turns.ts'
import type { PromptRenderer } from './types.ts'
import { renderWrittenTurns, type WrittenLayout } from './written-turns.ts'

const toolsHeader = '# Tools\n\nYou have access to the following functions in JSONSchema format:\n\n<tools>'
const rules = `If you choose to call a function ONLY reply in the following format with NO suffix:

${qwenTagExample}

<IMPORTANT>
Reminder:
- Function calls MUST follow the specified format: an inner <function=...>
...
</function> block must be nested within <tool_call>
...
</tool_call> XML tags
- Required parameters MUST be specified
</IMPORTANT>`

const layout: WrittenLayout = {
  end: '<|im_end|>\n',
  system(tools, text) {
    const lines = tools.map((tool) => `\n${printJson(toText(tool))}`).join('')
    const own = text === undefined ? '' : `${text}\n\n`
    return [{ role: 'system', content: `${own}${toolsHeader}${lines}\n</tools>\n\n${rules}` }]
  },
  split: splitThought,
  opening: (thought, isCurrent) =>
    isCurrent ? `<|im_start|>assistant\n<think>\n${thought}\n</think>\n` : '<|im_start|>assistant\n',
  body: (content, calls) => joinContent([content, calls.map((call) => printQwenCall(call)).join('')]),
  results: (contents) =>
    joinContent(['<|im_start|>tool_response\n', frameResults(contents, '<tool_response>', '</tool_response>', '')]),
}

/** StepFun Step-3.5. Template: stepfun-ai/Step-3.5-Flash. */
export const step3p5: PromptRenderer = {
  formats: ['step3p5'],
  render: (input) => renderWrittenTurns(input, layout),
  callPrefix: createCallPrefix('step3p5'),
  structure: qwenStructure,
}
