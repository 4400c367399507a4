import type { ChunkTransformerOptions } from '@tooldelta/openai'
import { createEventStreamRewriter } from './event-stream.ts'

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
    super({
      transform(bytes, controller) {
        const text = rewriter.push(bytes)
        if (text !== '') controller.enqueue(encoder.encode(text))
      },
      flush(controller) {
        const text = rewriter.end('stop')
        if (text !== '') controller.enqueue(encoder.encode(text))
      },
    })
  }
}
