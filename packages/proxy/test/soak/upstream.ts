import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createCompletion, createVllmEvents, cutText } from '@tooldelta/testbed/scripted-upstream'

const call = '<tool_call>\n<function=get_weather>\n<parameter=city>\nTromsø 🌍\n</parameter>\n</function>\n</tool_call>'
const text = `Let me look. ${'word '.repeat(60)}\n${call}`
const events = createVllmEvents(cutText(text))
const whole = JSON.stringify(createCompletion(text))
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A model server that does what the request's last words say: `stream`, `whole`, `break`, or `busy` for one refusal before the answer. */
export async function startSoakUpstream(): Promise<{ url: string; server: Server }> {
  const refused = new Set<unknown>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += piece as string
    const id = request.headers['x-request-id']
    if (body.includes('busy') && !refused.delete(id)) {
      refused.add(id)
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"busy"}}')
      return
    }
    if (body.includes('whole')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(whole)
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const [place, event] of events.entries()) {
      if (response.destroyed) return
      if (body.includes('break') && place === 30) return void response.destroy()
      response.write(event)
      await turn()
    }
    response.end()
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server }
}
