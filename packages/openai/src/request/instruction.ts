import { isObject, type JsonObject } from '../history/values.ts'
import type { RequestDraft } from './draft.ts'
import type { ToolDemand } from './tool-choice.ts'

/** Tells the model to call a tool: one line at the end of the first system message, or as a new one. */
export function addInstruction(draft: RequestDraft, demand: Pick<ToolDemand, 'name'>): void {
  const { messages } = draft.request
  if (!Array.isArray(messages)) return
  const what = demand.name === undefined ? 'one of your tools' : `the tool ${demand.name}`
  const line = `You must call ${what} now. Answer with the call and nothing else.`
  const reason = 'The model is told to call a tool.'
  const first: unknown = messages[0]
  // Templates refuse a second system message, or lose it.
  if (isObject(first) && first['role'] === 'system') {
    const content = addLine(first, line)
    const after = [{ ...first, content }, ...(messages.slice(1) as unknown[])]
    draft.replace('messages', after, [
      { path: 'messages.0.content', action: 'changed', before: first['content'], after: content, reason },
    ])
    return
  }
  const message = { role: 'system', content: line }
  draft.replace(
    'messages',
    [message, ...(messages as unknown[])],
    [{ path: 'messages.0', action: 'added', after: message, reason }],
  )
}

function addLine({ content }: JsonObject, line: string): unknown {
  if (Array.isArray(content)) return [...(content as unknown[]), { type: 'text', text: line }]
  return typeof content === 'string' && content !== '' ? `${content}\n\n${line}` : line
}
