/** A call as the editor keeps it. */
export interface EditorCall {
  id: string
  name: string
  arguments: string
}

/** What the editor has at the end of a stream. */
export interface EditorMessage {
  content: string
  reasoning: string
  calls: EditorCall[]
}

interface EditorEntry {
  id?: string | null | undefined
  function?: { name?: string | null | undefined; arguments?: string | null | undefined } | undefined
}

interface EditorDelta {
  content?: unknown
  tool_calls?: readonly EditorEntry[] | null
  reasoning_content?: unknown
  reasoning?: unknown
}

interface EditorChunk {
  error?: { message?: string }
  usage?: unknown
  choices?: { delta?: EditorDelta }[] | null
}

const editTools = new Set(['edit_existing_file', 'single_find_and_replace', 'multi_edit'])

/**
 * How the Continue editor reads the chunks of a stream, rule by rule, with its traps: only the first choice of a chunk is read; a chunk is
 * text, or calls, or a thought, whichever comes first; a chunk with usage is put aside and only the last of those is read; the index of a
 * call is ignored, an entry belongs to the call of its id, or without one to the last call of the same message; a thought begins a new
 * message; of several edits that start in one chunk the first is kept; names grow by prefix; arguments that parse as JSON never grow
 * again; the finish reason is ignored.
 *
 * @throws Error when a chunk carries an error
 */
export function continueReducer(chunks: readonly unknown[]): EditorMessage {
  const state: EditorMessage = { content: '', reasoning: '', calls: [] }
  /** Where the calls of the message under way begin. */
  let start = 0
  let isThought = false
  for (const chunk of orderByUsage(chunks as readonly EditorChunk[])) {
    if (chunk.error) throw new Error(chunk.error.message)
    const delta = chunk.choices?.[0]?.delta
    if (delta === undefined) continue
    const thought = delta.reasoning_content || delta.reasoning
    const hasCalls = (delta.tool_calls?.length ?? 0) > 0
    if (delta.content || hasCalls) {
      if (isThought) start = state.calls.length
      isThought = false
      if (typeof delta.content === 'string' && delta.content !== '') state.content += delta.content
      else takeEntries(state.calls, start, delta.tool_calls!)
    } else if (typeof thought === 'string' && thought !== '') {
      state.reasoning += thought
      isThought = true
    }
  }
  return state
}

/**
 * How the Continue editor reads the text of an event stream: a `: ping` comment ends it, and a data line with an error is thrown.
 *
 * @throws Error for an error in the stream, and for a data line that is no JSON
 */
export function readContinueStream(text: string): EditorMessage {
  const chunks: unknown[] = []
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith(': ping') || line.trim() === 'data: [DONE]') break
    if (!line.startsWith('data:')) continue
    const chunk = JSON.parse(line.slice('data:'.length)) as EditorChunk
    if (chunk.error) throw new Error(chunk.error.message)
    chunks.push(chunk)
  }
  return continueReducer(chunks)
}

function orderByUsage(chunks: readonly EditorChunk[]): EditorChunk[] {
  return [...chunks.filter((chunk) => !chunk.usage), ...chunks.filter((chunk) => chunk.usage).slice(-1)]
}

function takeEntries(calls: EditorCall[], start: number, entries: readonly EditorEntry[]): void {
  let hasEdit = false
  for (const entry of entries) {
    const isEdit = editTools.has(entry.function?.name ?? '')
    if (isEdit && hasEdit) continue
    hasEdit ||= isEdit
    takeEntry(calls, start, entry)
  }
}

function takeEntry(calls: EditorCall[], start: number, entry: EditorEntry): void {
  const ofMessage = calls.slice(start)
  let call = entry.id ? ofMessage.find(({ id }) => id === entry.id) : ofMessage.at(-1)
  if (call === undefined) {
    call = { id: entry.id ?? '', name: '', arguments: '' }
    calls.push(call)
  }
  const name = entry.function?.name ?? ''
  const piece = entry.function?.arguments ?? ''
  if (name.startsWith(call.name)) call.name = name
  else if (!call.name.startsWith(name)) call.name += name
  if (!isJson(call.arguments)) call.arguments += piece
}

function isJson(value: string): boolean {
  // Without this every delta would parse all of the text before it.
  if (value.startsWith('{') && !value.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}
