import { createVllmEvents, cutText } from '@tooldelta/testbed/scripted-upstream'

export const call =
  '<tool_call>\n<function=get_weather>\n<parameter=city>\nTromsø 🌍\n</parameter>\n</function>\n</tool_call>'
export const events: string[] = createVllmEvents(cutText(`Hi.\n${call}`))

export const tools = [
  {
    type: 'function' as const,
    function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
]
export const requestBody = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }], tools, stream: true }

/** A response whose body comes in these pieces. */
export function respond(pieces: readonly (string | Uint8Array)[], init: ResponseInit = {}): Response {
  const encoder = new TextEncoder()
  const queue = pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece))
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = queue.shift()
      if (next === undefined) controller.close()
      else controller.enqueue(next)
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' }, ...init })
}
