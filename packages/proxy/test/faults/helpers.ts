import { expect } from 'vitest'
import { createVllmEvents, cutText } from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData, type FoldedStream } from '@tooldelta/testbed/wire-check'
import { readConfig } from '../../src/config/read-config.ts'
import type { ConfigInput } from '../../src/config/schema.ts'
import { createGateway, type Gateway } from '../../src/gateway/index.ts'
import { afterTest } from '../upstream/helpers.ts'

export { afterTest, expectClosedSoon, findClosedPort, startRawServer, startReplica } from '../upstream/helpers.ts'

export const callText =
  '<tool_call>\n<function=get_weather>\n<parameter=city>\nTromsø 🌍\n</parameter>\n</function>\n</tool_call>'
/** The whole answer of a server, one text an event. */
export const events: string[] = createVllmEvents(cutText(`Hi.\n${callText}`))
export const tools = [
  {
    type: 'function' as const,
    function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
]
export const requestBody = {
  model: 'qwen',
  messages: [{ role: 'user' as const, content: 'Hi' }],
  tools,
  stream: true,
}
/** What a client has to read out of {@link events}. */
export const expectedChoice = {
  content: 'Hi.',
  reasoning: '',
  calls: [{ id: expect.any(String) as string, name: 'get_weather', arguments: '{"city":"Tromsø 🌍"}' }],
  finishReason: 'tool_calls',
}

export const streamHead = { 'content-type': 'text/event-stream; charset=utf-8' }

export interface OpenGateway {
  gateway: Gateway
  url: string
  /** Sends a chat completion; a stream with tools unless the body says otherwise. */
  chat(body?: object, init?: RequestInit): Promise<Response>
  /** The same, and reads the stream to its end as strictly as the strictest client. */
  stream(body?: object): Promise<FoldedStream>
  close(): Promise<void>
}

/** Starts the gateway over these replicas, closed after the test. */
export async function openGateway(...settings: Parameters<typeof startGateway>): Promise<OpenGateway> {
  const opened = await startGateway(...settings)
  afterTest(() => opened.close())
  return opened
}

/** Starts the gateway over these replicas. */
export async function startGateway(
  urls: readonly string[],
  input: Partial<ConfigInput> = {},
  upstream: Partial<ConfigInput['upstreams'][number]> = {},
): Promise<OpenGateway> {
  const settings: ConfigInput = {
    listen: { port: 0 },
    upstreams: [{ name: 'gpu', urls: [...urls], ...upstream }],
    models: [{ name: 'qwen', upstream: 'gpu', format: 'qwen3_coder', mode: 'template' }],
    log: { level: 'silent' },
    probe: { enabled: false },
    docs: { enabled: false },
    ...input,
  }
  const config = readConfig({ text: JSON.stringify(settings), env: {} })
  const gateway = await createGateway(config, { env: {} })
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const close = async (): Promise<void> => {
    gateway.app.server.closeAllConnections()
    await gateway.app.close()
  }
  const chat = (body: object = {}, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...requestBody, ...body }),
      ...init,
    })
  const stream = async (body: object = {}): Promise<FoldedStream> => {
    const response = await chat(body)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    return foldStrictly(readEventData(await response.text()))
  }
  return { gateway, url, chat, stream, close }
}
