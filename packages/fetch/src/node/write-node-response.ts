import type { ServerResponse } from 'node:http'

/**
 * Sends a web response over Node's HTTP server. The head goes out at once; the body is read as fast as the client takes it.
 *
 * @returns when everything has been handed over, or when the client has gone
 */
export async function writeNodeResponse(
  answer: Response,
  response: ServerResponse,
  extra: Readonly<Record<string, string | number | string[] | undefined>> = {},
): Promise<void> {
  for (const [name, value] of Object.entries(extra)) if (value !== undefined) response.setHeader(name, value)
  for (const [name, value] of answer.headers) response.setHeader(name, value)
  response.writeHead(answer.status)
  // The client learns that its request was taken before the model has said a word.
  response.flushHeaders()
  if (answer.body === null || response.req.method === 'HEAD') {
    await answer.body?.cancel()
    response.end()
    return
  }
  const reader = answer.body.getReader()
  const onClose = (): void => void reader.cancel().catch(ignore)
  response.on('close', onClose)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || response.destroyed) break
      if (!response.write(value)) await waitForDrain(response)
    }
    if (!response.destroyed) response.end()
  } catch (error) {
    // With the client gone there is nobody to be told.
    if (!response.destroyed) throw error
  } finally {
    response.off('close', onClose)
  }
}

async function waitForDrain(response: ServerResponse): Promise<void> {
  if (response.destroyed) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

function ignore(): void {}
