import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from './load.ts'
import { startSoakUpstream } from './upstream.ts'
import { growthBound, readGrowth, type Sample } from './verdict.ts'

const help = `npm run soak -- [--minutes 10] [--clients 16]

Loads the gateway with streams, whole answers, clients that leave, streams that break off, refusals and malformed
requests, and prints its memory after a garbage collection. Exit code 1 when an answer is wrong or the heap grows by more
than ${growthBound / 2 ** 20} MiB after warming up.
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '16' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(help)
  process.exit()
}
const minutes = readNumber('minutes', values.minutes)
const clients = readNumber('clients', values.clients)
/** Looks at the memory in the whole run. */
const looks = 24

const upstream = await startSoakUpstream()
const settings = {
  upstreams: [{ name: 'soak', urls: [upstream.url] }],
  models: [{ name: 'qwen', upstream: 'soak', format: 'qwen3_coder', mode: 'template' }],
  // Streams break off all the time here.
  circuit: { failures: 1_000_000 },
  log: { level: 'silent' },
  probe: { enabled: false },
}
const gateway = fork(fileURLToPath(new URL('gateway-process.ts', import.meta.url)), [JSON.stringify(settings)])
const [{ url }] = (await once(gateway, 'message')) as [{ url: string }]
const load = startLoad(url, clients)
const start = performance.now()
const samples: Sample[] = []
print('time', 'answers', 'per s', 'rss MiB', 'heap MiB', 'external MiB')
for (let look = 1; look <= looks; look += 1) {
  await sleep(start + (minutes * 60_000 * look) / looks - performance.now())
  const sample = await measure(gateway)
  const before = samples.at(-1) ?? { seconds: 0, answers: 0 }
  samples.push(sample)
  const rate = (sample.answers - before.answers) / (sample.seconds - before.seconds)
  const { seconds, answers, rss, heapUsed, external } = sample
  print(`${seconds.toFixed(0)} s`, String(answers), rate.toFixed(0), toMib(rss), toMib(heapUsed), toMib(external))
}
await load.stop()
gateway.disconnect()
upstream.server.closeAllConnections()
upstream.server.close()

const growth = readGrowth(samples)
const isFlat = growth <= growthBound
for (const fault of load.wrong.slice(0, 5)) process.stdout.write(`wrong answer: ${fault}\n`)
process.stdout.write(
  `${load.answers} answers, ${load.wrong.length} wrong. The heap grew by ${toMib(growth)} MiB after warming up; ` +
    `the bound is ${toMib(growthBound)} MiB: ${isFlat ? 'flat' : 'it leaks'}.\n`,
)
process.exitCode = isFlat && load.wrong.length === 0 ? 0 : 1

async function measure(child: ChildProcess): Promise<Sample> {
  child.send('measure')
  const [memory] = (await once(child, 'message')) as [NodeJS.MemoryUsage]
  const { rss, heapUsed, external } = memory
  return { seconds: (performance.now() - start) / 1000, answers: load.answers, rss, heapUsed, external }
}

function readNumber(name: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  process.stderr.write(`--${name} must be a number above 0; got '${text}'.\n`)
  process.exit(2)
}

function toMib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}

function print(...cells: string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(12)).join('')}\n`)
}
