import { makeCodeText } from '../code-text.ts'

/** One request of the benchmark and what its answer must be. */
export interface BenchRequest {
  name: string
  body: string
  isStream: boolean
}

/** The call that the model's text holds. */
export const smallCall = { name: 'get_weather', arguments: '{"city":"Tromsø"}' }
const smallText =
  'Let me look.\n\n<tool_call>\n<function=get_weather>\n<parameter=city>\nTromsø\n</parameter>\n</function>\n</tool_call>'

const streamChunks = 2000
const charsPerChunk = 4
const opening = '<tool_call>\n<function=write_file>\n<parameter=path>\nsrc/main.ts\n</parameter>\n<parameter=content>\n'
const closing = '\n</parameter>\n</function>\n</tool_call>'
const fileText = makeCodeText({ seed: 7, chars: streamChunks * charsPerChunk - opening.length - closing.length })

/** The call of the stream. */
export const streamCall = {
  name: 'write_file',
  arguments: JSON.stringify({ path: 'src/main.ts', content: fileText }),
}

const envelope = { id: 'chatcmpl-1', created: 1_760_000_000, model: 'coder' }
const usage = { prompt_tokens: 100, completion_tokens: streamChunks, total_tokens: streamChunks + 100 }

/** The completion that the fake upstream sends for a request that is no stream. */
export const completion = JSON.stringify({
  ...envelope,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: smallText }, finish_reason: 'stop' }],
  usage,
})

/** The events of the fake upstream's stream, each as it is written. */
export function makeStreamEvents(): string[] {
  const text = opening + fileText + closing
  const pieces: string[] = []
  for (let start = 0; start < text.length; start += charsPerChunk) pieces.push(text.slice(start, start + charsPerChunk))
  const events = pieces.map((content) => toChunk({ content }))
  const role = toChunk({ role: 'assistant', content: '' })
  const end = JSON.stringify({ ...envelope, object: 'chat.completion.chunk', choices: [], usage })
  return [role, ...events, toChunk({}, 'stop'), end, '[DONE]'].map((data) => `data: ${data}\n\n`)
}

/** How many events of the stream carry text. */
export const chunksOfStream = streamChunks

function toChunk(delta: object, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }]
  return JSON.stringify({ ...envelope, object: 'chat.completion.chunk', choices })
}

function toTool(name: string, parameters: readonly string[]): object {
  const properties = Object.fromEntries(parameters.map((parameter) => [parameter, { type: 'string' }]))
  return { type: 'function', function: { name, parameters: { type: 'object', properties } } }
}

/** 0.3 kB: one question, one tool. */
export function makeSmallRequest(): BenchRequest {
  const messages = [{ role: 'user', content: 'What is the weather in Tromsø today, and what should I wear outside?' }]
  const body = { model: 'coder', messages, tools: [toTool('get_weather', ['city'])] }
  return { name: 'small', body: JSON.stringify(body), isStream: false }
}

/** A conversation of an editor: code that was read and written in `turns` turns, until the body has `bytes`. */
export function makeLargeRequest(bytes: number): BenchRequest {
  const messages: object[] = [{ role: 'system', content: makeCodeText({ seed: 1, chars: 6000 }) }]
  const tools = [toTool('get_weather', ['city']), toTool('write_file', ['path', 'content'])]
  let size = 0
  for (let turn = 0; size < bytes; turn += 1) {
    const content = makeCodeText({ seed: turn + 2, chars: 3000 })
    const call = { name: 'write_file', arguments: JSON.stringify({ path: `src/${turn}.ts`, content }) }
    messages.push({ role: 'user', content: `Change file ${turn}.` })
    messages.push({
      role: 'assistant',
      content: 'I write it.',
      tool_calls: [{ id: `call_${turn}`, type: 'function', function: call }],
    })
    messages.push({
      role: 'tool',
      tool_call_id: `call_${turn}`,
      content: makeCodeText({ seed: -turn - 1, chars: 3000 }),
    })
    size = Buffer.byteLength(JSON.stringify({ model: 'coder', messages, tools }))
  }
  messages.push({ role: 'user', content: 'What is the weather in Tromsø?' })
  return { name: 'large', body: JSON.stringify({ model: 'coder', messages, tools }), isStream: false }
}

/** A question whose answer is a stream of 2,000 chunks with one long call. */
export function makeStreamRequest(): BenchRequest {
  const messages = [{ role: 'user', content: 'Write the file.' }]
  const tools = [toTool('write_file', ['path', 'content'])]
  const stream_options = { include_usage: true }
  const body = { model: 'coder', stream: true, stream_options, messages, tools }
  return { name: 'stream', body: JSON.stringify(body), isStream: true }
}
