import { createUpstreamHandler, type UpstreamHandlerOptions } from '@tooldelta/fetch'
import { answerNodeRequest, checkBodyLimit } from '@tooldelta/fetch/node'
import type { Request, RequestHandler } from 'express'

/** Options of {@link toolCallProxy}. */
export interface ToolCallProxyOptions extends UpstreamHandlerOptions {
  /** Largest request body that is read, in bytes. @defaultValue 33_554_432 */
  bodyLimit?: number | undefined
  /** Called with a fault of the middleware itself; the client gets a 500 without its details. */
  onError?: ((error: unknown) => void) | undefined
}

/**
 * Middleware for Express 4 and 5 that puts tool calls in front of a text-only model server: `POST /v1/chat/completions` is answered with
 * tool calls, other paths under `/v1` are passed on to the upstream, everything else goes to the next handler. It may be mounted at a
 * path, before or after `express.json()`.
 *
 * @throws TypeError for wrong options, when the middleware is made
 * @example
 * ```ts
 * const app = express()
 * app.use(toolCallProxy({ upstream: 'http://127.0.0.1:8000', format: 'qwen3_coder' }))
 * app.listen(4000)
 * ```
 */
export function toolCallProxy(options: ToolCallProxyOptions): RequestHandler {
  const { onError, ...handlerOptions } = options
  const bodyLimit = checkBodyLimit(options.bodyLimit)
  const handle = createUpstreamHandler(handlerOptions)

  return (request, response, next) => {
    const url = readApiPath(request)
    // Preflight requests are for a CORS middleware.
    if (url === undefined || request.method === 'OPTIONS') {
      next()
      return
    }
    const body = request.readableEnded ? (request.body ?? '') : undefined
    void answerNodeRequest(handle.answer, request, response, { url, body, bodyLimit, onError })
  }
}

/** The path from `/v1` on, with its query. Mounted at `/v1` itself, the API begins at the mount. */
function readApiPath(request: Request): string | undefined {
  if (/^\/v1(?:[/?]|$)/.test(request.url)) return request.url
  return /\/v1\/?$/.test(request.baseUrl) ? request.url : undefined
}
