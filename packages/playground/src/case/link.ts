import type { Cuts } from '../trace/cuts.ts'
import { type Case, emptyCase } from './case.ts'
import { pickOptions } from './options.ts'

/** Names the shape, so that a later page can still read an old link. */
const version = '1.'

/**
 * Packs a case into the fragment of a link: JSON, deflated, in the letters that links may hold. A fragment never leaves the browser.
 */
export async function encodeCase(shown: Case): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(shown))
  const packed = await pipe(json, new CompressionStream('deflate-raw'))
  let letters = ''
  for (const byte of packed) letters += String.fromCharCode(byte)
  return version + btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Reads a case from a fragment, with or without `#`.
 *
 * @throws Error with a sentence for people when it holds none
 */
export async function decodeCase(fragment: string): Promise<Case> {
  const text = fragment.replace(/^#/, '')
  if (!text.startsWith(version)) throw new Error('The link is of another version of this page.')
  try {
    const letters = atob(text.slice(version.length).replaceAll('-', '+').replaceAll('_', '/'))
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
    const json = await pipe(packed, new DecompressionStream('deflate-raw'))
    return toCase(JSON.parse(new TextDecoder().decode(json)))
  } catch {
    throw new Error('The link is damaged: it was cut or changed on its way.')
  }
}

async function pipe(bytes: Uint8Array<ArrayBuffer>, through: GenericTransformStream): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(through as ReadableWritablePair<Uint8Array, BufferSource>)
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** A link is a stranger's input: only known fields of the right type get in. */
function toCase(value: unknown): Case {
  if (typeof value !== 'object' || value === null) throw new TypeError('no case')
  const given = value as Partial<Record<keyof Case, unknown>>
  const text = (name: 'text' | 'format' | 'tools'): string => {
    const one = given[name]
    return typeof one === 'string' ? one : emptyCase[name]
  }
  return {
    text: text('text'),
    format: text('format'),
    tools: text('tools'),
    compare: typeof given.compare === 'string' ? given.compare : undefined,
    cuts: toCuts(given.cuts),
    finish: given.finish === 'length' ? 'length' : 'stop',
    options: pickOptions((given.options ?? {}) as Record<string, unknown>),
  }
}

function toCuts(value: unknown): Cuts {
  const cuts = (value ?? {}) as { kind?: unknown; size?: unknown; seed?: unknown; at?: unknown }
  if (cuts.kind === 'whole') return { kind: 'whole' }
  if (cuts.kind === 'characters' && isCount(cuts.size)) return { kind: 'characters', size: cuts.size }
  if (cuts.kind === 'random' && isCount(cuts.seed)) return { kind: 'random', seed: cuts.seed }
  if (cuts.kind === 'marks' && Array.isArray(cuts.at)) return { kind: 'marks', at: cuts.at.filter(isCount) }
  return emptyCase.cuts
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
