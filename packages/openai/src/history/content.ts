import { stringify } from 'lossless-json'
import type { ChangeLog } from './change-log.ts'
import { isFilled, isObject, type JsonObject } from './values.ts'

const textTypes: ReadonlySet<unknown> = new Set(['text', 'input_text', 'output_text', undefined])
/** Parts that stay in a tool's result: what a template can render besides text. */
const mediaTypes = /image|video|audio|file/u

/**
 * Content as every template can render it: parts that are all text are joined, what is missing is empty. Lists with a part that is no
 * text stay lists.
 */
export function normalizeContent(message: JsonObject, path: string, log: ChangeLog): JsonObject {
  const before = message['content']
  const where = `${path}.content`
  if (before === undefined || before === null) {
    log.set(where, 'content-empty', before, '', 'Templates take content for a string.')
    return { ...message, content: '' }
  }
  const text = joinText(before)
  if (text === undefined) return message
  log.changed(
    where,
    'content-text',
    before,
    text,
    'Text parts are joined, a line each, for templates that take a string.',
  )
  return { ...message, content: text }
}

/** The content of a tool's result: a string, or a list of parts when one is an image or a sound. */
export function normalizeResult(message: JsonObject, path: string, log: ChangeLog): JsonObject {
  const before = message['content']
  if (typeof before === 'string') return message
  const after = Array.isArray(before) ? flattenParts(before) : toText(before)
  if (after === before) return message
  log.set(`${path}.content`, 'result-text', before, after, 'The result of a tool is text.')
  return { ...message, content: after }
}

/** Blank content beside calls: some clients send a blank for nothing, and templates render it. */
export function clearBlankContent(message: JsonObject, path: string, log: ChangeLog): JsonObject {
  const before = message['content']
  if (typeof before !== 'string' || before === '' || isFilled(before)) return message
  log.changed(`${path}.content`, 'content-empty', before, '', 'Blank text beside calls is no content.')
  return { ...message, content: '' }
}

/** The joined text of a list of text parts. `undefined` when it is no list or a part is no text. */
function joinText(content: unknown): string | undefined {
  if (!Array.isArray(content)) return undefined
  const texts: string[] = []
  for (const part of content) {
    const text = textOf(part)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts.join('\n')
}

function textOf(part: unknown): string | undefined {
  if (typeof part === 'string') return part
  if (!isObject(part)) return undefined
  if (part['type'] === 'refusal' && typeof part['refusal'] === 'string') return part['refusal']
  return textTypes.has(part['type']) && typeof part['text'] === 'string' ? part['text'] : undefined
}

function flattenParts(parts: readonly unknown[]): string | readonly unknown[] {
  const isMedia = (part: unknown): boolean =>
    isObject(part) && typeof part['type'] === 'string' && mediaTypes.test(part['type'])
  if (!parts.some(isMedia)) return parts.map((part) => textOf(part) ?? toText(part)).join('\n')
  if (parts.every((part) => isMedia(part) || (isObject(part) && textOf(part) !== undefined))) return parts
  return parts.map((part) =>
    isMedia(part) || (isObject(part) && textOf(part) !== undefined)
      ? part
      : { type: 'text', text: textOf(part) ?? toText(part) },
  )
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : (stringify(value) ?? '')
}
