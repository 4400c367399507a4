// A model server that answers at once: the same text for every request. A process of its own, started by the benchmark.
import { createServer, type ServerResponse } from 'node:http'
import { tellPort } from './port.ts'
import { completion, makeStreamEvents } from './requests.ts'

const events = makeStreamEvents().map((event) => Buffer.from(event))
const json = Buffer.from(completion)

const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => void pieces.push(piece))
  request.on('end', () => {
    if (request.method !== 'POST') return void response.writeHead(200).end('{"object":"list","data":[]}')
    const isStream = Buffer.concat(pieces).includes('"stream":true')
    if (isStream) sendStream(response)
    else response.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length }).end(json)
  })
})
tellPort(server)

/** Each event is a write of its own, in a turn of its own: as tokens come, but as fast as they can. */
function sendStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  let next = 0
  const send = (): void => {
    if (response.destroyed) return
    if (next === events.length) return void response.end()
    if (response.write(events[next++])) setImmediate(send)
    else response.once('drain', send)
  }
  send()
}
