const tools = [
  {
    type: 'function',
    function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
]
const callArguments = JSON.stringify('{"city":"Tromsø 🌍"}').slice(2, -2)

/** What a client does, in this order again and again. Most read a stream, some meet or make trouble. */
const kinds = ['stream', 'stream', 'whole', 'stream', 'leave', 'stream', 'break', 'stream', 'busy', 'wrong'] as const
type Kind = (typeof kinds)[number]

/** Counts of a load under way. */
export interface Load {
  answers: number
  /** What came was not what had to come. */
  wrong: string[]
  /** Fulfilled when every client has stopped. */
  stop(): Promise<void>
}

/** Starts clients that ask again as soon as they have their answer. */
export function startLoad(url: string, clients: number): Load {
  const stopping = new AbortController()
  let turn = 0
  const load: Load = {
    answers: 0,
    wrong: [],
    async stop() {
      stopping.abort()
      await all
    },
  }
  const all = Promise.all(Array.from({ length: clients }, () => run()))

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      turn += 1
      const kind = kinds[turn % kinds.length]!
      const fault = await ask(url, kind, `soak-${turn}`).catch((error: unknown) => String(error))
      load.answers += 1
      if (fault !== undefined) load.wrong.push(`${kind}: ${fault.slice(0, 300)}`)
    }
  }

  return load
}

/** @returns what is wrong with the answer */
async function ask(url: string, kind: Kind, id: string): Promise<string | undefined> {
  const leaving = new AbortController()
  const messages = [{ role: 'user', content: kind }]
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    body: kind === 'wrong' ? '{"model":' : JSON.stringify({ model: 'qwen', messages, tools, stream: kind !== 'whole' }),
    signal: leaving.signal,
  })
  if (kind === 'leave') {
    await response.body!.getReader().read()
    leaving.abort()
    return undefined
  }
  return check(kind, response.status, await response.text())
}

function check(kind: Kind, status: number, text: string): string | undefined {
  const expected = kind === 'wrong' ? 400 : 200
  if (status !== expected) return `status ${status}: ${text}`
  if (kind === 'wrong') return text.includes('invalid_json') ? undefined : text
  if (kind === 'break') return text.includes('upstream_disconnected') && text.endsWith('[DONE]\n\n') ? undefined : text
  if (kind === 'whole') return text.includes(callArguments) ? undefined : text
  return text.endsWith('data: [DONE]\n\n') && text.includes('"finish_reason":"tool_calls"') ? undefined : text
}
