import { availableParallelism, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Target } from './client.ts'
import { measureLatency, measureThroughput, type Plan, type Samples } from './measure.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { makeLargeRequest, makeSmallRequest, makeStreamRequest } from './requests.ts'
import { judge, printResults, type ProxyResults, summarize } from './summary.ts'

const usage = `npm run bench:proxy -- [--quick] [--only small|large|stream|throughput] [--json] [--check] [--without-peer]

  --quick         a tenth of the requests
  --only NAME     one part
  --json          the results as JSON on standard output, in place of the table
  --check         exit with 1 when a target is missed
  --without-peer  leave @portkey-ai/gateway out`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    'without-peer': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const plan: Plan = options.quick
  ? { rounds: 4, perRound: { small: 75, large: 8, stream: 2 }, warmUp: { small: 300, large: 30, stream: 4 } }
  : { rounds: 12, perRound: { small: 250, large: 25, stream: 4 }, warmUp: { small: 1500, large: 100, stream: 15 } }
const flow = options.quick ? { streams: 8, rounds: 3 } : { streams: 16, rounds: 6 }

const folder = resolve('bench/dist/proxy')
const loopback = /http:\/\/127\.0\.0\.1:\d+/

if (options.help) process.stdout.write(`${usage}\n`)
else process.exitCode = await run()

async function run(): Promise<number> {
  const servers: ServerProcess[] = []
  try {
    const targets = await startTargets(servers)
    const results = await measureAll(targets)
    process.stdout.write(options.json ? `${JSON.stringify(results, undefined, 2)}\n` : `\n${printResults(results)}\n`)
    return options.check && results.targets.some(({ isMet }) => !isMet) ? 1 : 0
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** The fake upstream, and what is measured in front of it: each a process of its own. */
async function startTargets(servers: ServerProcess[]): Promise<Target[]> {
  const start = async (args: readonly string[], address = loopback): Promise<ServerProcess> => {
    const server = await startServer(args, address)
    servers.push(server)
    return server
  }
  const upstream = await start([join(folder, 'upstream.mjs')])
  const forwarder = await start([join(folder, 'forwarder.mjs'), upstream.url])
  const serve = ['serve', '--upstream', upstream.url, '--format', 'qwen3_coder', '--port', '0', '--no-probe']
  const tooldelta = await start([process.env['BENCH_COMMAND'] as string, ...serve])
  const targets: Target[] = [
    { name: 'direct', url: upstream.url, pid: upstream.pid },
    { name: 'forwarder', url: forwarder.url, pid: forwarder.pid },
    { name: 'tooldelta', url: tooldelta.url, pid: tooldelta.pid },
  ]
  if (!options['without-peer']) targets.push(await startPeer(start, upstream.url))
  return targets
}

async function startPeer(
  start: (args: readonly string[], address: RegExp) => Promise<ServerProcess>,
  upstream: string,
): Promise<Target> {
  const port = 20_000 + (process.pid % 20_000)
  const command = resolve('bench/node_modules/@portkey-ai/gateway/build/start-server.js')
  const { pid } = await start([command, '--headless', `--port=${port}`], /Ready for connections/)
  return {
    name: 'portkey',
    url: `http://127.0.0.1:${port}`,
    pid,
    headers: { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstream}/v1` },
  }
}

async function measureAll(targets: readonly Target[]): Promise<ProxyResults> {
  const load = loadavg()[0] as number
  if (load > 1)
    process.stderr.write(`bench: the machine is busy (load ${load.toFixed(1)}): compare columns, not numbers\n`)
  const stream = makeStreamRequest()
  const requests = [makeSmallRequest(), makeLargeRequest(400_000), stream]
  const samples: Samples[] = []
  for (const request of requests) {
    if (options.only !== undefined && options.only !== request.name) continue
    process.stderr.write(`${request.name} (${request.body.length} characters)\n`)
    samples.push(...(await measureLatency(targets, request, plan)))
  }
  const isFlow = options.only === undefined || options.only === 'throughput'
  if (isFlow) process.stderr.write(`throughput (${flow.streams} streams at once)\n`)
  const throughput = isFlow ? await measureThroughput(targets.slice(1), stream, flow) : []
  const rows = summarize(samples)
  return {
    date: new Date().toISOString(),
    machine: `${availableParallelism()} cores, ${process.arch}, ${process.platform}, Node ${process.versions.node}`,
    load,
    rows,
    throughput,
    targets: judge(rows),
  }
}
