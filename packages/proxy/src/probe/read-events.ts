import { createParser } from 'eventsource-parser'

/** The JSON of each event of a stream, up to `[DONE]`. */
export async function* readEvents(response: Response): AsyncGenerator<unknown> {
  const waiting: string[] = []
  const parser = createParser({ onEvent: ({ data }) => waiting.push(data) })
  const decoder = new TextDecoder()
  if (response.body === null) return
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    parser.feed(decoder.decode(bytes, { stream: true }))
    for (const data of waiting.splice(0)) {
      if (data === '[DONE]') return
      yield JSON.parse(data)
    }
  }
}
