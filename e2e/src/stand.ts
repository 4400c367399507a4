import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startFakeUpstream, type FakeUpstream, type SeenRequest } from '../../packages/testbed/src/upstreams/index.ts'
import type { Script } from './script.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The names by which clients choose how the proxy treats calls. */
export const models = {
  default: {},
  /** A call that was cut off ends the stream with an error. */
  careful: { truncatedCalls: 'error' },
  /** A call is sent once it is whole. */
  whole: { deliver: 'when-complete' },
  thinking: { parser: { reasoning: 'tags' } },
} as const

/** A model server without a tool parser, and `tooldelta serve` as a process in front of it. */
export interface Stand {
  /** What clients are given as their base URL. */
  baseURL: string
  /** The model server without the proxy. */
  upstreamURL: string
  /** Lets the model follow a script from here on, and forgets the requests before. */
  follow(script: Script): void
  /** The chat completions of the present script, as the server saw them. */
  readonly chats: readonly SeenRequest[]
  close(): Promise<void>
}

/** @param isFromSources - runs the proxy from its sources, not from its build */
export async function startStand(isFromSources: boolean): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'tooldelta-e2e-proxy-'))
  let script: Script | undefined
  let seenBefore = 0
  const upstream = await startFakeUpstream({
    kind: 'vllm-new',
    // Clients send long system prompts, and a file of 256 KB is a long prompt too.
    maxModelLength: 10_000_000,
    answer: (_prompt, request) => script?.answer(request) ?? 'Nothing to do.',
  })
  const proxy = await startProxy(upstream, folder, isFromSources)
  return {
    baseURL: `${proxy.url}/v1`,
    upstreamURL: `${upstream.url}/v1`,
    follow(next) {
      script = next
      seenBefore = upstream.chats.length
    },
    get chats() {
      return upstream.chats.slice(seenBefore)
    },
    async close() {
      proxy.child.kill('SIGKILL')
      await upstream.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function startProxy(
  upstream: FakeUpstream,
  folder: string,
  isFromSources: boolean,
): Promise<{ child: ChildProcess; url: string }> {
  const file = join(folder, 'tooldelta.yaml')
  const settings = {
    listen: { port: 0 },
    upstreams: [{ name: 'vllm', urls: [upstream.url] }],
    models: Object.entries(models).map(([name, model]) => ({
      name,
      upstreamModel: 'qwen3-coder',
      format: 'qwen3_coder',
      ...model,
    })),
    // A scripted error in every stream is no reason to take the server out.
    circuit: { failures: 1_000_000 },
    log: { level: 'silent' },
  }
  // JSON is YAML.
  await writeFile(file, JSON.stringify(settings))
  const child = spawn(process.execPath, [...readCommand(isFromSources), 'serve', '--config', file, '--no-probe'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
      const [, address] = /^Serving (\S+)\/v1 /m.exec(errors) ?? []
      if (address !== undefined) resolve(address)
    })
    child.on('error', reject)
    child.on('close', (code) => reject(new Error(`tooldelta serve ended with ${code}: ${errors}`)))
  })
  return { child, url }
}

function readCommand(isFromSources: boolean): string[] {
  if (!isFromSources) return [join(root, 'packages/proxy/dist/cli.js')]
  const tsx = createRequire(join(root, 'packages/testbed/package.json')).resolve('tsx')
  return [
    '--import',
    pathToFileURL(tsx).href,
    '--conditions=@tooldelta/source',
    join(root, 'packages/proxy/src/cli.ts'),
  ]
}
