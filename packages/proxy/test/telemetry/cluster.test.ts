import { expect, it } from 'vitest'
import { runScript } from './bundle.ts'

const script = `
  import cluster from 'node:cluster'
  import { answerMetricsOfWorkers, createTelemetry } from 'SRC/telemetry/index.ts'
  import { configSchema } from 'SRC/config/schema.ts'

  if (cluster.isPrimary) {
    const stop = answerMetricsOfWorkers()
    const workers = [cluster.fork(), cluster.fork()]
    let ready = 0
    cluster.on('message', (worker, message) => {
      if (message === 'ready' && (ready += 1) === 2) workers[0].send('ask')
      if (message.text === undefined) return
      console.log(message.text)
      stop()
      for (const one of workers) one.kill()
    })
  } else {
    const config = configSchema.parse({ upstreams: [{ name: 'gpu', urls: ['http://127.0.0.1:1'] }] })
    const telemetry = await createTelemetry(config, { info() {}, error() {}, warn() {} })
    telemetry.observe({ id: 'r1', method: 'POST', path: '/v1/chat/completions' }).end(200)
    const isHealthy = cluster.worker.id === 1
    telemetry.upstreamEvents.onReplicaState({ upstream: 'gpu', replica: 'http://127.0.0.1:1', isHealthy })
    process.on('message', async (message) => {
      if (message === 'ask') process.send({ text: (await telemetry.metrics()).text })
    })
    process.send('ready')
  }
`

it('a scrape of one worker gives the sum of all, and a replica is up when every worker says so', async () => {
  const lines = (await runScript(script)).split('\n')
  const find = (name: string): string | undefined => lines.find((line) => line.startsWith(name))
  expect(find('gen_ai_server_request_duration_seconds_count')).toMatch(/ 2$/)
  expect(find('tooldelta_upstream_healthy')).toMatch(/ 0$/)
  expect(find('tooldelta_inflight_requests')).toMatch(/ 0$/)
})
