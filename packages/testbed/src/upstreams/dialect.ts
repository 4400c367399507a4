import type { TemplateTraits } from './chat-template.ts'
import type { GeneratedDelta, Generation, PreparedRequest } from './generate.ts'
import type { FakeRequest, FakeUpstreamOptions } from './types.ts'

/** What differs from one kind of server to another. */
export interface Dialect {
  /**
   * Checks a request and renders its prompt.
   *
   * @throws Refusal
   */
  prepare(request: FakeRequest): PreparedRequest
  /** The answer to a GET: a text or a JSON value, `undefined` for a path that is not there. */
  get(path: string): unknown
  /** The answer to a POST beside the chat completions. */
  post(path: string, body: unknown): unknown
  errorBody(status: number, message: string): object
  completion(generations: Generation[], request: FakeRequest): object
  /** The data of each event, without `[DONE]`. */
  stream(generations: Generation[], request: FakeRequest): Iterable<object>
}

export function describeTemplate(options: FakeUpstreamOptions): TemplateTraits {
  return {
    rendersTools: options.templateRendersTools ?? true,
    thinking: options.thinking ?? 'none',
    systemFirst: options.systemFirst ?? false,
  }
}

/** The format of the server's own tool parser. */
export function parserOf({ toolParser = false, format = 'qwen3_coder' }: FakeUpstreamOptions): string | undefined {
  if (toolParser === false) return undefined
  return toolParser === true ? format : toolParser
}

export function hasTools(request: FakeRequest): boolean {
  return Array.isArray(request.tools) && request.tools.length > 0
}

export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}

export function toUsage(generations: readonly Generation[]): {
  prompt_tokens: number
  total_tokens: number
  completion_tokens: number
} {
  const prompt = generations[0]?.promptTokens ?? 0
  const completion = generations.reduce((sum, { completionTokens }) => sum + completionTokens, 0)
  return { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion }
}

/** The steps of several choices, one of each in turn: place, index of the choice, step. */
export function* interleave(generations: readonly Generation[]): Generator<[number, number, GeneratedDelta]> {
  const most = Math.max(...generations.map(({ deltas }) => deltas.length))
  for (let place = 0; place < most; place += 1) {
    for (const [index, { deltas }] of generations.entries()) {
      const delta = deltas[place]
      if (delta !== undefined) yield [place, index, delta]
    }
  }
}

export function joinText(deltas: readonly GeneratedDelta[], kind: 'content' | 'reasoning'): string {
  return deltas.map((delta) => (delta.kind === kind ? delta.text : '')).join('')
}

/** A call of a whole answer. */
export interface WholeCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

export function foldCalls(deltas: readonly GeneratedDelta[], createId: () => string): WholeCall[] {
  const calls: WholeCall[] = []
  for (const delta of deltas) {
    if (delta.kind === 'call-start') {
      calls[delta.index] = { id: createId(), type: 'function', function: { name: delta.name, arguments: '' } }
    } else if (delta.kind === 'call-arguments') calls[delta.index]!.function.arguments += delta.text
  }
  return calls
}
