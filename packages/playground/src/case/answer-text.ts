/** What a piece of a model server's answer says of one of its choices. */
export interface ChoiceText {
  choice: number
  /** Empty where the piece has no text of it. */
  text: string
  finish?: 'stop' | 'length' | undefined
}

/**
 * Reads the texts of the data of an event, or of a whole answer: the content of chunks and messages, the text of completions. What cannot be
 * read has none.
 */
export function readAnswer(data: unknown): ChoiceText[] {
  const choices = (data as { choices?: unknown } | null | undefined)?.choices
  return Array.isArray(choices) ? choices.map(readChoice) : []
}

/** As {@link readAnswer}, of JSON. */
export function readAnswerJson(json: string): ChoiceText[] {
  try {
    return readAnswer(JSON.parse(json))
  } catch {
    return []
  }
}

function readChoice(value: unknown, place: number): ChoiceText {
  const { index, delta, message, text, finish_reason: finish } = (value ?? {}) as Record<string, unknown>
  const content = ((delta ?? message ?? {}) as { content?: unknown }).content ?? text
  return {
    choice: typeof index === 'number' ? index : place,
    text: typeof content === 'string' ? content : '',
    ...(typeof finish === 'string' && { finish: finish === 'length' ? 'length' : 'stop' }),
  }
}
