import { Pool } from 'undici'
import { addDelta, type CollectedMessage, type WireDelta } from '../check.ts'
import type { BenchRequest } from './requests.ts'

/** A way to the fake upstream that is measured. */
export interface Target {
  name: string
  url: string
  pid: number
  headers?: Readonly<Record<string, string>>
}

/** Sends requests to one target over connections that are kept. */
export interface Client {
  /** @returns milliseconds from the first byte of the request to the last of the answer */
  time(request: BenchRequest): Promise<number>
  /** @throws Error for a status that is no success */
  read(request: BenchRequest): Promise<string>
  close(): Promise<void>
}

/** Creates a client of one target. */
export function createClient({ name, url, headers }: Target): Client {
  const pool = new Pool(url)
  const send = (body: string) =>
    pool.request({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench', ...headers },
      body,
    })
  return {
    async time({ body }) {
      const start = performance.now()
      const answer = await send(body)
      await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER })
      const time = performance.now() - start
      if (answer.statusCode !== 200) throw new Error(`${name} answered ${answer.statusCode}`)
      return time
    },
    async read({ body }) {
      const answer = await send(body)
      const text = await answer.body.text()
      if (answer.statusCode !== 200) throw new Error(`${name} answered ${answer.statusCode}: ${text.slice(0, 200)}`)
      return text
    },
    close: () => pool.close(),
  }
}

/** Puts an answer together as an OpenAI client does. */
export function collectAnswer({ isStream }: BenchRequest, text: string): CollectedMessage {
  const message: CollectedMessage = { content: '', calls: [] }
  if (!isStream) {
    const delta = (JSON.parse(text) as { choices: { message: WireDelta }[] }).choices[0]?.message ?? {}
    const calls = (delta.tool_calls ?? []).map((call, index) => ({ ...call, index }))
    addDelta(message, { ...delta, tool_calls: calls })
    return message
  }
  if (!text.includes('data: [DONE]')) throw new Error('the stream has no [DONE]')
  for (const line of text.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const { choices } = JSON.parse(line.slice('data: '.length)) as { choices?: { delta?: WireDelta }[] }
    for (const { delta } of choices ?? []) if (delta !== undefined) addDelta(message, delta)
  }
  return message
}
