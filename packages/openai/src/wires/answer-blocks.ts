import type { AnswerStep } from './answer-steps.ts'
import { isWholeJson } from './exact-json.ts'
import type { WireEvent } from './types.ts'

/** A stretch of an answer that is one thing: a text, a thought or a call. */
export interface AnswerBlock {
  readonly kind: 'text' | 'reasoning' | 'call'
  /** Of a call; empty otherwise. */
  readonly id: string
  readonly name: string
  /** What has come of it. */
  text: string
}

/** How a wire says that blocks begin, grow and end. */
export interface BlockWriter {
  open(block: AnswerBlock): WireEvent[]
  add(block: AnswerBlock, piece: string): WireEvent[]
  /** @param isCut - it was not ended by the model */
  close(block: AnswerBlock, isCut: boolean): WireEvent[]
}

/** The blocks of one answer: one after another, in the order of the model's text. */
export interface AnswerBlocks {
  take(step: Extract<AnswerStep, { type: 'text' | 'reasoning' | 'arguments' | 'call' }>): WireEvent[]
  /** Ends the block that is open. @param isCut - the model was cut off */
  end(isCut: boolean): WireEvent[]
}

/** @internal */
export function createAnswerBlocks(writer: BlockWriter): AnswerBlocks {
  let current: AnswerBlock | undefined
  // Joined once: a value may have a hundred thousand pieces.
  let pieces: string[] = []

  function open(kind: AnswerBlock['kind'], id = '', name = ''): WireEvent[] {
    const before = end(false)
    pieces = []
    current = { kind, id, name, text: '' }
    return [...before, ...writer.open(current)]
  }

  function add(piece: string): WireEvent[] {
    pieces.push(piece)
    return writer.add(current!, piece)
  }

  function end(isCut: boolean): WireEvent[] {
    if (current === undefined) return []
    const isEmptyCall = current.kind === 'call' && pieces.length === 0 && !isCut
    const events = isEmptyCall ? add('{}') : []
    const block = current
    block.text = pieces.join('')
    current = undefined
    // A call that was cut off is no whole JSON, whatever comes behind it.
    const isBroken = block.kind === 'call' ? !isWholeJson(block.text) : isCut
    return [...events, ...writer.close(block, isBroken)]
  }

  return {
    take(step) {
      if (step.type === 'call') return open('call', step.id, step.name)
      if (step.type === 'arguments') return current?.kind === 'call' ? add(step.text) : []
      const opened = current?.kind === step.type ? [] : open(step.type)
      return [...opened, ...add(step.text)]
    },
    end,
  }
}
