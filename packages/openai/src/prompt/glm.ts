import { createCallPrefix } from './call-prefix.ts'
import { joinContent, textOf, trim } from './content.ts'
import { printJson, readMembers, toText } from './json-text.ts'
import { printValue } from './qwen-tags.ts'
import { splitThought } from './thoughts.ts'
import { frameResults, type PastCall } from './turns.ts'
import type { PromptRenderer } from './types.ts'
import { renderWrittenTurns, type WrittenLayout } from './written-turns.ts'

const toolsHeader =
  '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>\n'
const toolsFooter =
  '</tools>\n\nFor each function call, output the function name and arguments within the following XML format:\n'

/** What differs between the versions: line breaks between tags, and the empty thought. */
interface Version {
  prefix: string
  lineBreak: '\n' | ''
  noThought: string
}

function createGlm({ prefix, lineBreak, noThought }: Version): PromptRenderer {
  const example = [
    '<tool_call>{function-name}',
    '<arg_key>{arg-key-1}</arg_key>',
    '<arg_value>{arg-value-1}</arg_value>',
    '<arg_key>{arg-key-2}</arg_key>',
    '<arg_value>{arg-value-2}</arg_value>',
    '...',
    '</tool_call>',
  ].join(lineBreak)
  const layout: WrittenLayout = {
    end: '',
    system(tools, text) {
      const lines = tools.map((tool) => `${printJson(toText(tool))}\n`).join('')
      const own = text === undefined ? [] : [{ role: 'system', content: text }]
      // The newer template writes a line break before the tools, but none before other texts of the system.
      const lead = lineBreak === '' ? '\n' : ''
      return [{ role: 'system', content: lead + toolsHeader + lines + toolsFooter + example }, ...own]
    },
    split: splitThought,
    opening: (thought, isCurrent) =>
      `<|assistant|>${lineBreak}${isCurrent && thought !== '' ? `<think>${trim(thought)}</think>` : noThought}`,
    body(content, calls) {
      const text = textOf(content)
      const before = text === undefined ? content : trim(text)
      const written = calls.map((call) => lineBreak + printCall(call, lineBreak)).join('')
      return joinContent(before === '' ? [written] : [lineBreak, before, written])
    },
    results: (contents) =>
      joinContent([
        '<|observation|>',
        frameResults(contents, `${lineBreak}<tool_response>${lineBreak}`, `${lineBreak}</tool_response>`, ''),
      ]),
  }
  return {
    formats: ['glm45'],
    render: (input) => renderWrittenTurns(input, layout),
    callPrefix: createCallPrefix(prefix),
  }
}

/** GLM-4.5 and 4.6. Templates: zai-org/GLM-4.5, zai-org/GLM-4.6. */
export const glm45: PromptRenderer = createGlm({ prefix: 'glm45', lineBreak: '\n', noThought: '<think></think>' })

/** GLM-4.7 and later. Template: zai-org/GLM-4.7-Flash. */
export const glm47: PromptRenderer = createGlm({ prefix: 'glm47', lineBreak: '', noThought: '</think>' })

function printCall({ name, arguments: text }: PastCall, lineBreak: string): string {
  const parameters = readMembers(text).map(
    (member) =>
      `<arg_key>${member.name}</arg_key>${lineBreak}<arg_value>${printValue(member.value, printJson)}</arg_value>${lineBreak}`,
  )
  return `<tool_call>${name}${lineBreak}${parameters.join('')}</tool_call>`
}
