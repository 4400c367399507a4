import { firstText } from '../upstream-delta.ts'
import type { ReasoningNames } from './delivery-options.ts'

/** The fields that a thought is sent in. */
export function reasoningFields(text: string, names: ReasoningNames = 'reasoning_content'): Record<string, string> {
  if (names === 'both') return { reasoning_content: text, reasoning: text }
  return { [names]: text }
}

/**
 * A delta or message with its thought under the wanted names; the same object where it has none or nothing changes.
 *
 * @param names - absent: it stays as it is
 */
export function renameReasoning<T extends object>(given: T, names: ReasoningNames | undefined): T {
  if (names === undefined) return given
  const { reasoning_content: one, reasoning: other, ...rest } = given as Record<string, unknown>
  const text = firstText(one, other)
  if (text === '') return given
  const wanted = reasoningFields(text, names)
  if (one === wanted['reasoning_content'] && other === wanted['reasoning']) return given
  return { ...rest, ...wanted } as T
}
