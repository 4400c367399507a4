import type { Classify } from './mask-json.ts'

/**
 * What a mask for contents makes of a value: `text` is replaced word by word, of numbers (`digits`) every digit, and what is `kept` only
 * loses secrets. Behind the slash stands the group.
 */
export type ValueKind = 'text' | 'digits' | 'kept'

/** The kind of a group. */
export function kindOf(group: string): ValueKind {
  return group.slice(0, group.indexOf('/')) as ValueKind
}

type Path = readonly (string | number)[]

const envelope: ReadonlySet<unknown> = new Set(['id', 'object', 'model', 'created', 'system_fingerprint', 'usage'])
/** Ids of tokens, their bytes and vectors of texts can be turned back into the text. */
const numbersOfTexts: ReadonlySet<unknown> = new Set([
  'bytes',
  'embedding',
  'input',
  'prompt',
  'prompt_logprobs',
  'prompt_token_ids',
  'token_ids',
  'tokens',
])
const errorLabels: ReadonlySet<unknown> = new Set(['type', 'code', 'param', 'object'])

/** A whole completion or one event of a stream. Pieces of one text get one group over all events. */
export function classifyAnswer(value: unknown, event: number): Classify {
  const answer = (value ?? {}) as Answer
  return (path, leaf) => {
    const own = `${event}.${path.join('.')}`
    if (typeof leaf === 'number') return path.some((key) => numbersOfTexts.has(key)) ? `digits/${own}` : undefined
    if (path[0] === 'choices') return classifyChoice(path, answer) ?? `${isLabel(path) ? 'kept' : 'text'}/${own}`
    const isKept = envelope.has(path[0]) || (path.length <= 2 && errorLabels.has(path.at(-1)))
    return `${isKept ? 'kept' : 'text'}/${own}`
  }
}

interface Answer {
  choices?: { index?: number; delta?: Turn; message?: Turn }[]
}
interface Turn {
  tool_calls?: { index?: number }[]
}

const textFields: ReadonlySet<unknown> = new Set(['content', 'reasoning', 'reasoning_content', 'refusal'])
const labels: ReadonlySet<unknown> = new Set(['role', 'type', 'id', 'tool_call_id', 'finish_reason', 'stop_reason'])

/** The group of a text that may go on in the next event. */
function classifyChoice([, place, part, field, call, ...rest]: Path, answer: Answer): string | undefined {
  const choice = answer.choices?.[place as number]
  const index = choice?.index ?? place
  if (part === 'text' && field === undefined) return `text/${index}.text`
  if (part !== 'delta' && part !== 'message') return undefined
  if (textFields.has(field) && call === undefined) return `text/${index}.${field}`
  if (field !== 'tool_calls' || rest.join('.') !== 'function.arguments') return undefined
  const number = choice?.[part]?.tool_calls?.[call as number]?.index ?? call
  return `text/${index}.call.${number}`
}

function isLabel(path: Path): boolean {
  return labels.has(path.at(-1)) || path.slice(-2).join('.') === 'function.name'
}

const keptFields: ReadonlySet<unknown> = new Set([
  'encoding_format',
  'model',
  'object',
  'reasoning_effort',
  'response_format',
  'service_tier',
  'stop',
  'stream_options',
  'structured_outputs',
  'tool_choice',
])
const proseOfSchemas: ReadonlySet<unknown> = new Set([
  '$comment',
  'const',
  'default',
  'description',
  'example',
  'examples',
  'title',
])

/** The body of a request. */
export const classifyRequest: Classify = (path, leaf) => {
  const own = path.join('.')
  if (typeof leaf === 'number') return numbersOfTexts.has(path[0]) ? `digits/${own}` : undefined
  return `${isRequestLabel(path) ? 'kept' : 'text'}/${own}`
}

function isRequestLabel(path: Path): boolean {
  if (path[0] === 'messages') return isLabel(path)
  if (path[0] !== 'tools' && path[0] !== 'functions') return keptFields.has(path[0])
  // A parameter may have the name `description`.
  return !path.some((key, place) => proseOfSchemas.has(key) && path[place - 1] !== 'properties')
}
