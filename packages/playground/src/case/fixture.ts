import { type ChatTool, parseToolCalls } from '@tooldelta/core'
import { cutText } from '../trace/cuts.ts'
import { type Case, toParserOptions } from './case.ts'

/**
 * Writes a case as the file that a test or a bug report needs, in the shape of the fixtures of each format: the text, its cuts, the
 * tools and options, and what comes out today.
 */
export function toFixture(shown: Case, tools: readonly ChatTool[] | undefined): string {
  const { reasoning, content, toolCalls, diagnostics } = parseToolCalls(shown.text, {
    ...toParserOptions(shown, shown.format, tools),
    finishReason: shown.finish,
  })
  const fixture = {
    kind: 'other',
    title: 'from the playground',
    format: shown.format,
    text: shown.text,
    chunks: cutText(shown.text, shown.cuts),
    ...(tools !== undefined && { tools }),
    ...(Object.keys(shown.options).length > 0 && { options: shown.options }),
    ...(shown.finish !== 'stop' && { finishReason: shown.finish }),
    expected: {
      content,
      reasoning,
      calls: toolCalls.map(({ function: { name, arguments: args }, status }) => ({ name, arguments: args, status })),
      diagnostics: diagnostics.map(({ code }) => code),
    },
  }
  return `${JSON.stringify([fixture], null, 2)}\n`
}
