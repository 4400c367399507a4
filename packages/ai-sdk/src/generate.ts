import { AnswerReader, toWarning, type AnswerSettings } from './answer.ts'
import type { ContentPart, GenerateResult, StreamPart } from './specification.ts'

/** Reads a whole answer: the fold of what its stream would give. */
export function readResult(result: GenerateResult, settings: AnswerSettings): GenerateResult {
  const reader = new AnswerReader(settings)
  const finish: StreamPart = { type: 'finish', finishReason: result.finishReason }
  if (result.providerMetadata !== undefined) finish.providerMetadata = result.providerMetadata
  const parts = [...result.content.flatMap(toStreamParts), finish].flatMap((part) => reader.read(part))
  const { content, last } = foldParts(parts)
  return {
    ...result,
    content,
    finishReason: last.finishReason!,
    ...(last.providerMetadata === undefined ? {} : { providerMetadata: last.providerMetadata }),
    ...(settings.warnings.length === 0
      ? {}
      : { warnings: [...(result.warnings ?? []), ...settings.warnings.map(toWarning)] }),
  }
}

function toStreamParts(part: ContentPart, index: number): StreamPart[] {
  if (part.type === 'reasoning') return [{ type: 'reasoning-start' }, { type: 'whole', part }]
  if (part.type !== 'text') return [part]
  const { text = '', type: _type, ...more } = part
  const id = String(index)
  return [
    { type: 'text-start', id },
    { type: 'text-delta', id, delta: text },
    { ...more, type: 'text-end', id },
  ]
}

function foldParts(parts: readonly StreamPart[]): { content: ContentPart[]; last: StreamPart } {
  const content: ContentPart[] = []
  const blocks = new Map<string, ContentPart>()
  let last: StreamPart = { type: 'finish' }
  for (const part of parts) {
    const block = blocks.get(part.id ?? '')
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start': {
        if (part.id === undefined) break
        const started = { type: part.type.slice(0, -'-start'.length), text: '' }
        blocks.set(part.id, started)
        content.push(started)
        break
      }
      case 'text-delta':
      case 'reasoning-delta':
        block!.text += part.delta ?? ''
        break
      case 'text-end':
      case 'reasoning-end': {
        const { id: _id, type: _type, ...more } = part
        Object.assign(block!, more)
        break
      }
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-input-end':
        break
      case 'whole':
        content.push(part['part'] as ContentPart)
        break
      case 'error':
        throw part.error
      case 'finish':
        last = part
        break
      default:
        content.push(part as ContentPart)
    }
  }
  return { content, last }
}
