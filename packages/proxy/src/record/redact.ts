import type { ChatTool } from '@tooldelta/core'
import { type Exchange, parseObject } from '../replay/exchange.ts'
import { classifyAnswer, classifyRequest, kindOf } from './classify.ts'
import { findKeptWords, isSameParse, keysOf, type ReadingOptions } from './kept-words.ts'
import { type Classify, findSlots, type Mask, maskSlots, type Slot } from './mask-json.ts'
import { createWordMask, wordsOf } from './mask-words.ts'
import { createSecretMask, maskKeyShapes } from './secrets.ts'

/** What is taken out of bodies beside the keys of the exchange: texts that look like keys, and everything that people and models wrote. */
export type Redaction = Exchange['redacted'][number]

/** The two bodies of an exchange. */
export interface Bodies {
  request: string
  /** As it came; joined they are the body. */
  pieces: readonly Buffer[]
  isEventStream: boolean
}

/** How {@link redactBodies} reads and what it covers. */
export interface RedactOptions {
  redact: readonly Redaction[]
  /** Secrets that are known, such as the key in a header. They are covered in any case. */
  secrets: readonly string[]
  /** How the model's text is read. */
  parser: ReadingOptions
}

/** The bodies as they may be written down. */
export interface RedactedBodies {
  request: string
  pieces: readonly Buffer[]
  /** False when the covered text is not parsed as the original is. */
  isSameParse: boolean
}

/**
 * Covers secrets, and by option contents, in the bodies of an exchange. Every replaced character keeps its number of bytes: all pieces have
 * their length, so the cuts stay where they were, also inside of events and characters.
 */
export function redactBodies({ request, pieces, isEventStream }: Bodies, options: RedactOptions): RedactedBodies {
  const body = Buffer.concat(pieces)
  const { text, encoding } = decodeBody(body)
  const slots = isEventStream ? findEventSlots(text) : findBodySlots(text, answerOf(text))
  const requestSlots = findBodySlots(request, classifyRequest)
  const texts = readTexts(text, slots)
  const hasContents = !options.redact.includes('contents')
  const tools = readTools(request)
  const parser = { ...options.parser, ...(tools !== undefined && { tools }) }
  const words = hasContents ? undefined : createWordMask(findWords(texts, request, parser))
  const mask = createMask(options, words)

  const masked = maskSlots(text, slots, mask)
  const covered = Buffer.from(masked, encoding)
  const answers = [...texts].filter(([group]) => group.endsWith('.content'))
  return {
    request: maskSlots(request, requestSlots, mask),
    pieces: cutLike(covered, pieces),
    isSameParse: hasContents || answers.every(([group, before]) => isSameParse(before, mask(before, group), parser)),
  }
}

function createMask({ redact, secrets }: RedactOptions, words: Mask | undefined): Mask {
  const coverSecrets = createSecretMask(secrets)
  return (text, group) => {
    let masked = coverSecrets(text, group)
    if (redact.includes('keys')) masked = maskKeyShapes(masked, group)
    if (words === undefined) return masked
    if (kindOf(group) === 'digits') return masked.replaceAll(/[1-9]/g, '1')
    return kindOf(group) === 'text' ? words(masked, group) : masked
  }
}

/** Bytes that are no UTF-8 are taken one by one. */
function decodeBody(body: Buffer): { text: string; encoding: 'utf8' | 'latin1' } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), encoding: 'utf8' }
  } catch {
    return { text: body.toString('latin1'), encoding: 'latin1' }
  }
}

function cutLike(bytes: Buffer, pieces: readonly Buffer[]): Buffer[] {
  let at = 0
  return pieces.map(({ length }) => bytes.subarray(at, (at += length)))
}

function answerOf(text: string): Classify {
  return classifyAnswer(parseObject(text), 0)
}

/** A body that is no JSON is one text. */
function findBodySlots(text: string, classify: Classify): Slot[] {
  return findSlots(text, 0, classify) ?? [plainSlot(0, text.length)]
}

function findEventSlots(text: string): Slot[] {
  const slots: Slot[] = []
  let event = 0
  for (const match of text.matchAll(/^([a-z]+):? ?([^\r\n]*)/gm)) {
    const [whole, field, data] = match as unknown as [string, string, string]
    if (data === '[DONE]' || field !== 'data') continue
    const start = match.index + whole.length - data.length
    event += 1
    const classify = classifyAnswer(parseObject(data), event)
    slots.push(...(findSlots(data, start, classify) ?? [plainSlot(start, start + data.length)]))
  }
  return slots
}

function plainSlot(start: number, end: number): Slot {
  return { start, end, group: `text/plain.${start}`, kind: 'plain' }
}

/** The texts of the answer by group, whole. */
function readTexts(text: string, slots: readonly Slot[]): Map<string, string> {
  const texts = new Map<string, string>()
  // A mask sees every text; this one only looks.
  maskSlots(text, slots, (value, group) => {
    if (kindOf(group) === 'text') texts.set(group, value)
    return value
  })
  return texts
}

interface HistoricCall {
  id?: unknown
  function?: { name?: unknown; arguments?: unknown }
}

/** Words that stay: what the parser needs, and names and keys of calls in the history and of calls that the server has parsed. */
function findWords(texts: ReadonlyMap<string, string>, request: string, parser: ReadingOptions): Set<string> {
  const answers = [...texts].flatMap(([group, text]) => (/\.(?:content|text)$/.test(group) ? [text] : []))
  const words = findKeptWords(answers, parser)
  const messages = parseObject(request)?.['messages']
  const calls = (Array.isArray(messages) ? messages : []).flatMap(
    (message: { tool_calls?: unknown } | null) => (message?.tool_calls ?? []) as HistoricCall[],
  )
  const names = calls.map((call) => String(call?.function?.name ?? ''))
  const keys = calls.flatMap((call) => keysOf(String(call?.function?.arguments ?? '')))
  const parsed = [...texts].flatMap(([group, text]) => (group.includes('.call.') ? keysOf(text) : []))
  for (const word of wordsOf([...names, ...keys, ...parsed].join(' '))) words.add(word)
  return words
}

function readTools(request: string): ChatTool[] | undefined {
  const tools = parseObject(request)?.['tools']
  const isList = Array.isArray(tools) && tools.every((tool) => typeof tool?.function?.name === 'string')
  return isList ? (tools as ChatTool[]) : undefined
}
