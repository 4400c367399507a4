import type { ChunkTransformerOptions } from '@tooldelta/openai'
import { createEventStreamRewriter } from './event-stream.ts'
import { createHoldTimer } from './hold-timer.ts'

/**
 * A stream to put into a pipe: bytes of a server-sent event stream with raw text in, bytes of one with tool calls out.
 *
 * A pipe hands no error of its source on as text: where a broken upstream has to become an error object, use {@link transformResponse}.
 *
 * @throws TypeError for an unknown format
 * @example
 * ```ts
 * upstream.body.pipeThrough(new ToolCallTransformStream({ format: 'qwen3_coder', tools }))
 * ```
 */
export class ToolCallTransformStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(options: ChunkTransformerOptions) {
    const rewriter = createEventStreamRewriter(options)
    const encoder = new TextEncoder()
    let release: (() => void) | undefined
    const { maxDelayMs } = rewriter
    const hold = maxDelayMs === undefined ? undefined : createHoldTimer(maxDelayMs, () => release?.())
    super({
      start(controller) {
        release = () => {
          hold?.see(undefined)
          try {
            controller.enqueue(encoder.encode(rewriter.release()))
          } catch {
            // The reader has gone.
          }
        }
      },
      transform(bytes, controller) {
        const text = rewriter.push(bytes)
        if (text !== '') controller.enqueue(encoder.encode(text))
        hold?.see(rewriter.collectingSince)
      },
      flush(controller) {
        hold?.end()
        const text = rewriter.end('stop')
        if (text !== '') controller.enqueue(encoder.encode(text))
      },
    })
  }
}
