import { expect, it } from 'vitest'
import { runScript } from './bundle.ts'

const script = `
  import { createRequire } from 'node:module'
  import { createTelemetry } from 'SRC/telemetry/index.ts'
  import { configSchema } from 'SRC/config/schema.ts'

  const config = configSchema.parse({ upstreams: [{ name: 'gpu', urls: ['http://127.0.0.1:1'] }] })
  const log = { info() {}, error() {}, warn() {} }
  const telemetry = await createTelemetry(config, log)
  const exchange = telemetry.observe({ id: 'r1', method: 'POST', path: '/v1/chat/completions' })
  exchange.onFirstDelta()
  exchange.end(200)
  const files = Object.keys(createRequire(import.meta.url).cache)
  const packages = files.map((file) => /.*node_modules\\/(@[^/]+\\/[^/]+|[^/]+)\\//.exec(file)?.[1])
  console.log(JSON.stringify([...new Set(packages)].toSorted()))
  process.exit()
`

const isOfTraces = (name: string): boolean => name.startsWith('@opentelemetry/') && name !== '@opentelemetry/api'

it('without an endpoint no package of OpenTelemetry is loaded but the interface, which prom-client asks for', async () => {
  const packages = JSON.parse(await runScript(script)) as string[]
  expect(packages).toContain('prom-client')
  expect(packages.filter(isOfTraces)).toEqual([])
})

it('with one they are', async () => {
  const packages = JSON.parse(
    await runScript(script, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }),
  ) as string[]
  expect(packages.filter(isOfTraces)).toContain('@opentelemetry/sdk-trace')
})
