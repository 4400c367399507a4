import { createCallPrefix } from './call-prefix.ts'
import { joinContent, textOf, trim } from './content.ts'
import { printJson, printPython, toText } from './json-text.ts'
import { printQwenCall, qwenStructure, qwenTagRules, type ScalarPrinter } from './qwen-tags.ts'
import { frameResults, renderTurns, type TurnLayout } from './turns.ts'
import type { PromptRenderer } from './types.ts'

const toolsHeader = '# Tools\n\nYou have access to the following functions:\n\n<tools>'

function createLayout(printScalar: ScalarPrinter, shieldsThoughts: boolean): TurnLayout {
  return {
    system(tools, text = '') {
      const lines = tools.map((tool) => `\n${printJson(toText(tool))}`).join('')
      const own = trim(text)
      return `${toolsHeader}${lines}\n</tools>\n\n${qwenTagRules}${own === '' ? '' : `\n\n${own}`}`
    },
    calls(content, calls) {
      const text = textOf(content)
      const before = text === undefined ? content : trim(text)
      const written = calls.map((call) => printQwenCall(call, printScalar)).join('\n')
      return before === '' ? written : joinContent([before, '\n\n', written])
    },
    results: (contents) => frameResults(contents.map(trimContent), '<tool_response>\n', '\n</tool_response>', '\n'),
    shieldsThoughts,
  }
}

/** Qwen3.5, which prints `True`. Template: Qwen/Qwen3.5-9B. */
export const qwen35: PromptRenderer = createRenderer(printPython)

/** Qwen3.6, which prints `true`. Template: Qwen/Qwen3.6-27B. */
export const qwen36: PromptRenderer = createRenderer(printJson)

/** Qwen3.8, which looks for thoughts in their field alone. Template: Qwen/Qwen3.8-27B. */
export const qwen38: PromptRenderer = createRenderer(printJson, false)

function createRenderer(printScalar: ScalarPrinter, shieldsThoughts = true): PromptRenderer {
  const layout = createLayout(printScalar, shieldsThoughts)
  return {
    formats: ['qwen3_coder'],
    render: (input) => renderTurns(input, layout),
    callPrefix: createCallPrefix('qwen3_coder'),
    structure: qwenStructure,
  }
}

function trimContent(content: unknown): unknown {
  const text = textOf(content)
  return text === undefined ? content : trim(text)
}
