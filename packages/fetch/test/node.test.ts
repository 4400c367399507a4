import { createServer, request as httpRequest, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { answerNodeRequest, type NodeHandler, type NodeRequestOptions } from '../src/node.ts'

let server: Server | undefined
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
})

async function serve(handle: NodeHandler, options: NodeRequestOptions = {}): Promise<string> {
  server = createServer((request, response) => void answerNodeRequest(handle, request, response, options))
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const echo: NodeHandler = async (request) => {
  const { pathname, search } = new URL(request.url)
  return Response.json({
    method: request.method,
    path: pathname + search,
    body: await request.text(),
    headers: Object.fromEntries(request.headers),
  })
}

describe('answerNodeRequest', () => {
  it('hands method, path, headers and body over', async () => {
    const url = await serve(echo)
    const response = await fetch(`${url}/v1/x?y=%20`, { method: 'PUT', body: 'größe', headers: { 'X-A': '1' } })
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      path: '/v1/x?y=%20',
      body: 'größe',
      headers: { 'x-a': '1' },
    })
  })

  it.each([
    ['text', '{"a":1}'],
    ['bytes', new TextEncoder().encode('{"a":1}')],
    ['a parsed value', { a: 1 }],
  ])('takes a body that was read already, as %s', async (_name, body) => {
    const url = await serve(echo, { body })
    const response = await fetch(url, { method: 'POST', body: 'ignored' })
    expect(await response.json()).toMatchObject({ body: '{"a":1}' })
  })

  it('answers 413 to a body above the limit, with and without a content-length', async () => {
    const url = await serve(echo, { bodyLimit: 1000 })
    const large = 'x'.repeat(200_000)
    for (const body of [large, new Response(large).body!]) {
      const response = await fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit)
      expect(response.status).toBe(413)
      expect(await response.json()).toMatchObject({
        error: { type: 'invalid_request_error', code: 'request_too_large' },
      })
    }
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(200)
  })

  it('answers 500 without details to a fault of its own, and reports it', async () => {
    const faults: unknown[] = []
    const url = await serve(() => Promise.reject(new Error('secret')), { onError: (error) => faults.push(error) })
    const response = await fetch(url)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(faults).toEqual([new Error('secret')])
  })

  it('cuts the connection when the body fails after the head', async () => {
    const faults: unknown[] = []
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('late')) })
    const url = await serve(async () => new Response(failing), { onError: (error) => faults.push(error) })
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow()
    expect(faults).toHaveLength(1)
  })

  it('sends the head before the body has begun', async () => {
    let release: (() => void) | undefined
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise<void>((resolve) => (release = resolve))
        controller.close()
      },
    })
    const url = await serve(async () => new Response(body, { status: 201 }))
    const response = await fetch(url)
    expect(response.status).toBe(201)
    release!()
    expect(await response.text()).toBe('')
  })

  it('answers HEAD without a body', async () => {
    const url = await serve(async () => new Response('text', { headers: { 'x-a': '1' } }))
    const response = await fetch(url, { method: 'HEAD' })
    expect(response.headers.get('x-a')).toBe('1')
    expect(await response.text()).toBe('')
  })

  it('fires the signal when the client leaves inside its body, and leaves the handler out', async () => {
    let calls = 0
    const url = new URL(
      await serve(async () => {
        calls += 1
        return new Response('x')
      }),
    )
    const socket = connect(Number(url.port), url.hostname)
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc')
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(calls).toBe(0)
  })

  it('answers 400 to a target that is no path', async () => {
    const url = new URL(await serve(echo))
    const status = await new Promise((resolve) => {
      httpRequest({ host: url.hostname, port: url.port, path: '*', method: 'OPTIONS' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end()
    })
    expect(status).toBe(400)
  })
})
