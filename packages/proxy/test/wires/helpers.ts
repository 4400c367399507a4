import Anthropic from '@anthropic-ai/sdk'
import {
  createObedientModel,
  startFakeUpstream,
  type FakeUpstream,
  type FakeUpstreamOptions,
} from '@tooldelta/testbed/upstreams'
import { createParser } from 'eventsource-parser'
import OpenAI from 'openai'
import { afterEach } from 'vitest'
import { createStarter, type GatewayStarter, type RunningGateway, type Settings } from '../gateway/start-gateway.ts'

/** A gateway before a server that runs a model. */
export interface Stage {
  upstream: FakeUpstream
  gateway: RunningGateway
  openai: OpenAI
  anthropic: Anthropic
  /** Posts a body and gives the events of the answer. */
  events(path: string, body: object): Promise<{ type: string }[]>
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>
}

/** @param env - where the gateway looks its keys up */
export type StartStage = (
  options?: Partial<FakeUpstreamOptions>,
  settings?: Settings,
  env?: NodeJS.ProcessEnv,
) => Promise<Stage>

/** Starts stages for the tests of a file, and ends them after each. */
export function createStages(): StartStage {
  const starter: GatewayStarter = createStarter()
  const upstreams: FakeUpstream[] = []
  afterEach(async () => {
    for (const upstream of upstreams.splice(0)) await upstream.close()
  })
  return async (options = {}, settings = {}, env = {}) => {
    const upstream = await startFakeUpstream({ kind: 'vllm-new', answer: createObedientModel(), ...options })
    upstreams.push(upstream)
    const models = [{ name: 'coder', upstreamModel: 'qwen3-coder', format: 'qwen3_coder' }]
    const gateway = await starter.gateway(upstream, { models, ...settings }, { env })
    const { url } = gateway
    const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model: 'coder', ...body }),
      })
    return {
      upstream,
      gateway,
      openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-any', maxRetries: 0 }),
      anthropic: new Anthropic({ baseURL: url, apiKey: 'sk-any', maxRetries: 0 }),
      post,
      events: async (path, body) => readEvents(await (await post(path, { stream: true, ...body })).text()),
    }
  }
}

/** The events of a stream; each must be named as its type. */
export function readEvents(text: string): { type: string }[] {
  const events: { type: string }[] = []
  const parser = createParser({
    onEvent({ event, data }) {
      const value = JSON.parse(data) as { type: string }
      if (value.type !== event) throw new Error(`an event ${event} of type ${value.type}`)
      events.push(value)
    },
  })
  parser.feed(text)
  return events
}

const weather = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] }
const nothing = { type: 'object' as const, properties: {} }

/** The same tools as each wire declares them. */
export const responseTools: OpenAI.Responses.FunctionTool[] = [
  { type: 'function', name: 'get_weather', description: 'Looks it up', parameters: weather, strict: false },
  { type: 'function', name: 'list_files', parameters: nothing, strict: false },
]
export const messageTools: Anthropic.Tool[] = [
  { name: 'get_weather', description: 'Looks it up', input_schema: weather },
  { name: 'list_files', input_schema: nothing },
]
