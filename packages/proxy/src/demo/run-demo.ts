import type { FastifyInstance } from 'fastify'
import OpenAI from 'openai'
import type { ChatCompletion } from 'openai/resources/chat/completions'
import type { Colors } from '../output/colors.ts'
import { createReplayApp } from '../replay/replay-app.ts'
import { listen } from '../serve/listen.ts'
import { createProxyApp } from '../gateway/proxy-app.ts'
import { credits, demoMessage, demoRecordings, demoTools, expectedCall } from './demo-recording.ts'
import { createDemoScreen, type DemoScreen } from './demo-screen.ts'

/** Settings of the demo. */
export interface DemoOptions {
  format: string
  /** Milliseconds between two tokens of the replayed model. */
  delayMs: number
  write(text: string): void
  colors: Colors
}

const anyPort = { host: '127.0.0.1', port: 0 }

/**
 * Runs the demo: a replayed vLLM server, the proxy in front of it, and one streaming request of the `openai` package, all on the loopback
 * interface.
 *
 * @returns whether the client got the call that was recorded
 */
export async function runDemo({ format, delayMs, write, colors }: DemoOptions): Promise<boolean> {
  const screen = createDemoScreen(write, colors)
  const apps: FastifyInstance[] = []
  try {
    const model = createReplayApp({ recordings: demoRecordings, delayMs, onChunk: (chunk) => showChunk(chunk, screen) })
    apps.push(model)
    const upstream = await listen(model, anyPort)
    const proxy = await createProxyApp({ upstream, format, logLevel: 'silent' })
    apps.push(proxy)
    const baseURL = `${await listen(proxy, anyPort)}/v1`

    screen.showLine(colors.bold('tooldelta demo'))
    screen.showLine(
      `  model   ${upstream}/v1  plays ${credits.model}, recorded in ${credits.source} (${credits.licence})`,
    )
    screen.showLine(`  proxy   ${baseURL}  format ${format}`)
    screen.showLine(`  client  the openai package: "${demoMessage}" with the tool get_weather`)
    screen.showLine()
    screen.showLine(colors.bold('model text         delta that the client gets'))

    const completion = await request(baseURL, screen)
    return showResult(completion, screen, colors)
  } finally {
    for (const app of apps.toReversed()) {
      app.server.closeAllConnections()
      await app.close()
    }
  }
}

function showChunk(chunk: object, screen: DemoScreen): void {
  const content = (chunk as { choices?: { delta?: { content?: string | null } }[] }).choices?.[0]?.delta?.content
  if (content) screen.showRaw(content)
}

async function request(baseURL: string, screen: DemoScreen): Promise<ChatCompletion> {
  const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: demoMessage }]
  const stream = client.chat.completions.stream({ model: 'Qwen/Qwen3-0.6B', messages, tools: demoTools })
  for await (const chunk of stream) {
    const choice = chunk.choices[0]
    if (choice === undefined) continue
    const isEmpty = Object.keys(choice.delta).length === 0
    if (!isEmpty) screen.showDelta(choice.delta)
    if (choice.finish_reason !== null) screen.showDelta({ finish_reason: choice.finish_reason })
  }
  return stream.finalChatCompletion()
}

function showResult(completion: ChatCompletion, screen: DemoScreen, colors: Colors): boolean {
  const { message, finish_reason: finishReason } = completion.choices[0]!
  screen.showLine()
  const call = message.tool_calls?.[0]
  if (message.tool_calls?.length !== 1 || call?.type !== 'function') {
    screen.showLine(colors.red(`No single call came out. The message is ${JSON.stringify(message)}`))
    return false
  }
  const { name, arguments: text } = call.function
  screen.showLine(colors.bold('The call, as the client has it'))
  screen.showLine(`  ${colors.green(`${name}(${text})`)}`)
  screen.showLine(`  id ${call.id}, finish_reason ${finishReason}`)
  const isRight =
    name === expectedCall.name && isSameJson(text, expectedCall.arguments) && finishReason === 'tool_calls'
  if (!isRight) screen.showLine(colors.red(`Expected ${expectedCall.name}(${expectedCall.arguments}).`))
  return isRight
}

function isSameJson(a: string, b: string): boolean {
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b))
  } catch {
    return false
  }
}
