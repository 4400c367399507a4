import { toolCallProxy, type ToolCallProxyOptions } from '@tooldelta/fastify'
import fastify, { type FastifyInstance } from 'fastify'
import type { Recorder } from './recorder.ts'

/** Options of {@link createRecordApp}. */
export interface RecordAppOptions extends Omit<ToolCallProxyOptions, 'prefix' | 'format' | 'fetch' | 'mode'> {
  recorder: Recorder
  /** How tool calls are read. Without one requests and answers pass untouched. */
  format?: ToolCallProxyOptions['format'] | undefined
}

/**
 * Makes the proxy of `tooldelta record`: everything under `/v1` goes to the upstream, and its answers are recorded as they come, before
 * anything is made of them.
 *
 * @throws TypeError for wrong options
 */
export async function createRecordApp({ recorder, format, ...options }: RecordAppOptions): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: 'idle' })
  app.get('/health/live', async () => ({ status: 'ok' }))
  await app.register(toolCallProxy, {
    ...options,
    ...(format === undefined ? { format: 'auto', mode: 'passthrough' } : { format }),
    fetch: recorder.wrap((input, init) => fetch(input, init)),
  })
  return app
}
