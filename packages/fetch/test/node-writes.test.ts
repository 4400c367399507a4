import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { answerNodeRequest, type NodeRequestOptions } from '../src/node.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** Answers every request so, and reads the bytes that a client gets. */
async function readBytes(answer: () => Response, options: NodeRequestOptions = {}): Promise<string> {
  server = createServer((request, response) => void answerNodeRequest(async () => answer(), request, response, options))
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  let text = ''
  for await (const piece of socket.setEncoding('utf8')) text += piece
  return text
}

function streamOf(pieces: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })
}

describe('an answer over a socket', () => {
  it('that is JSON has its length and no chunks', async () => {
    const text = await readBytes(() => Response.json({ a: 'ö' }, { status: 201 }))
    expect(text).toMatch(/^HTTP\/1.1 201 /)
    expect(text).toMatch(/content-length: 10\r\n/i)
    expect(text).not.toMatch(/transfer-encoding/i)
    expect(text.endsWith('\r\n\r\n{"a":"ö"}')).toBe(true)
  })

  it('that is JSON in several pieces is whole', async () => {
    const headers = { 'content-type': 'application/json' }
    const text = await readBytes(() => new Response(streamOf(['{"a":', '[1,', '2]}']), { headers }))
    const chunks = [...text.matchAll(/\r\n([\da-f]+)\r\n([^\r]*)/g)].map(([, , chunk]) => chunk)
    expect(chunks.join('')).toBe('{"a":[1,2]}')
  })

  it('that is an event stream has its head before its first event', async () => {
    let begin: (() => void) | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        begin = () => {
          controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
          controller.close()
        }
      },
    })
    const headers = { 'content-type': 'text/event-stream' }
    const options: NodeRequestOptions = {}
    server = createServer((request, response) => {
      void answerNodeRequest(async () => new Response(body, { headers }), request, response, options)
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    begin?.()
    expect(await response.text()).toBe('data: 1\n\n')
  })

  it('tells how long the client took to make room', async () => {
    const waits: number[] = []
    const piece = 'x'.repeat(1_000_000)
    const headers = { 'content-type': 'text/event-stream' }
    server = createServer((request, response) => {
      const answer = new Response(streamOf(Array.from({ length: 20 }, () => piece)), { headers })
      void answerNodeRequest(async () => answer, request, response, { onClientWait: (ms) => void waits.push(ms) })
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await response.text()).toHaveLength(20_000_000)
    expect(Math.max(...waits)).toBeGreaterThan(100)
  })
})
