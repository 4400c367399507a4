import { findPrinter, type PrintedCall } from '../../packages/testkit/src/index.ts'
import type { FakeAnswer, FakeRequest } from '../../packages/testbed/src/upstreams/index.ts'
import { fieldReader, type RequestReader } from './requests.ts'

/** What the model says in one turn. */
export interface Turn {
  thought?: string
  parts: (string | PrintedCall)[]
  /** The answer ends for its length where this stands for the first time; what stands behind is not said. */
  cutAfter?: string
  /** The server tells an error where this stands for the first time. */
  errorAfter?: string
}

/** What the model says in one conversation. */
export interface Script {
  answer(request: FakeRequest): FakeAnswer
  /** What was said of the tools that the client offers, by their names. */
  readonly tools: Readonly<Record<string, string[]>>
  /** Requests for each turn. */
  readonly counts: readonly number[]
  /** A call that the client does not offer. */
  readonly missing: string | undefined
}

const printer = findPrinter('qwen3_coder')
const mostRequests = 12

/** The text of a call as the model writes it, which is how its template writes it into the next prompt. */
export function printCall(call: PrintedCall): string {
  return printer.printCall(call)
}

/**
 * Makes a model that says one turn after the other. It goes on when the results of a turn's calls have come back, as often as the client may
 * ask; requests without tools, such as those for a title, are none of its own.
 */
export function createScript(turns: readonly Turn[], reader: RequestReader = fieldReader): Script {
  const counts = turns.map(() => 0)
  const tools: Record<string, string[]> = {}
  let missing: string | undefined
  return {
    tools,
    counts,
    get missing() {
      return missing
    },
    answer(request) {
      const offered = reader.readTools(request)
      if (offered.size === 0) return { text: 'A title' }
      const place = findPlace(turns, reader.countResults(request))
      const turn = turns[place]!
      counts[place]! += 1
      if (counts[place]! > mostRequests) return { text: 'This goes on and on.' }
      for (const call of turn.parts) {
        if (typeof call === 'string') continue
        missing ??= explainMissing(call, offered)
        tools[call.name] = offered.get(call.name) ?? []
      }
      return print(turn)
    },
  }
}

/** The first turn whose calls have no results yet. */
function findPlace(turns: readonly Turn[], results: number): number {
  let calls = 0
  for (const [place, { parts }] of turns.entries()) {
    calls += parts.filter((part) => typeof part !== 'string').length
    if (calls > results) return place
  }
  return turns.length - 1
}

function print({ thought, parts, cutAfter, errorAfter }: Turn): FakeAnswer {
  const text = printer.print({ reasoning: thought ?? null, parts })
  const end = cutAfter === undefined ? text.length : findEnd(text, cutAfter)
  const pieceLength = text.length > 100_000 ? 64 : 24
  const pieces = cutPieces(text.slice(0, end), pieceLength)
  const errorAt = errorAfter === undefined ? undefined : Math.ceil(findEnd(text, errorAfter) / pieceLength)
  return {
    text: text.slice(0, end),
    pieces,
    finishReason: cutAfter === undefined ? 'stop' : 'length',
    ...(errorAt !== undefined && { errorAfter: errorAt }),
  }
}

function findEnd(text: string, mark: string): number {
  const at = text.indexOf(mark)
  if (at === -1) throw new TypeError(`The turn does not say '${mark}'`)
  return at + mark.length
}

/** Cuts as a stream of several tokens at a time has them: in the middle of words and of markers, never of a character. */
function cutPieces(text: string, pieceLength: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const character of text) {
    piece += character
    if (piece.length < pieceLength) continue
    pieces.push(piece)
    piece = ''
  }
  if (piece !== '') pieces.push(piece)
  return pieces
}

function explainMissing(call: PrintedCall, offered: ReadonlyMap<string, string[]>): string | undefined {
  const parameters = offered.get(call.name)
  if (parameters === undefined) return `The client has no tool ${call.name}; it has ${[...offered.keys()].join(', ')}.`
  const unknown = call.arguments.map(([name]) => name).filter((name) => !parameters.includes(name))
  if (unknown.length === 0) return undefined
  return `${call.name} has no parameter ${unknown.join(', ')}; it has ${parameters.join(', ')}.`
}
