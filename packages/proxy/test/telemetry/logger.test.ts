import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { createLoggerOptions, createTerminalStream } from '../../src/telemetry/logger.ts'

const { log } = configSchema.parse({ upstreams: [{ name: 'gpu', urls: ['http://127.0.0.1:1'] }] })

async function write(...values: [object, string]): Promise<string> {
  let text = ''
  const stream = { write: (line: string) => void (text += line) }
  const app = fastify({ logger: await createLoggerOptions(log, stream) })
  app.log.info(...values)
  return text
}

describe('keys never reach the log', () => {
  const secrets = { authorization: 'Bearer sk-secret', 'x-api-key': 'sk-secret', cookie: 'sk-secret' }

  it.each([
    ['at the top', secrets],
    ['in headers', { headers: secrets }],
    ['in the headers of a request', { request: { headers: secrets } }],
    ['in the headers of an answer', { response: { headers: { 'set-cookie': 'sk-secret' } } }],
    ['in an error', { error: secrets }],
    ['in settings', { upstream: { key: 'sk-secret', apiKey: 'sk-secret', upstreamKey: 'sk-secret' } }],
  ])('%s', async (_place, value) => {
    const text = await write({ ...value, kept: 'yes' }, 'hello')
    expect(text).not.toContain('sk-secret')
    expect(JSON.parse(text)).toMatchObject({ kept: 'yes', msg: 'hello' })
    expect(text).toContain('[redacted]')
  })
})

it('lines are JSON objects, one each', async () => {
  const text = await write({ a: 'x\ny' }, 'hello')
  expect(text.endsWith('}\n')).toBe(true)
  expect(text.trimEnd()).not.toContain('\n')
})

it('on a terminal a line is for people', async () => {
  let text = ''
  const stream = await createTerminalStream({ write: (line) => void (text += line) })
  const app = fastify({ logger: await createLoggerOptions(log, stream) })
  app.log.info({ status: 200, total_ms: 12 }, 'request')
  expect(text.replaceAll(/\u001B\[\d+m/g, '')).toMatch(
    /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: request \{"status":200,"total_ms":12\}\n$/,
  )
})
