import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { formats } from '@tooldelta/core'
import {
  createCompletion,
  createJsonAnswer,
  startScriptedUpstream,
  type ScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runScript, startScript } from '../../run-script.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!)
const answer =
  '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>'

let upstream: ScriptedUpstream
let work: string

beforeAll(async () => {
  upstream = await startScriptedUpstream(createJsonAnswer(createCompletion(answer)))
  mkdirSync(`${folder}/node_modules`, { recursive: true })
  // In this package, so that the block's imports are found.
  work = mkdtempSync(`${folder}/node_modules/blocks-`)
})

afterAll(async () => {
  await upstream.close()
  rmSync(work, { recursive: true, force: true })
})

/** Writes a block into a file, with the addresses of this test in place of the README's. */
function writeBlock(place: number, port = 4000): string {
  const code = blocks[place]!.replaceAll('http://127.0.0.1:8000', upstream.url).replaceAll('4000', String(port))
  const file = `${work}/block-${place}.mts`
  writeFileSync(file, code)
  return file
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Asks until the server is up. */
async function ask(url: string): Promise<Response> {
  const tools = [
    { type: 'function', function: { name: 'get_weather', parameters: { properties: { days: { type: 'integer' } } } } },
  ]
  const body = JSON.stringify({ model: 'qwen3-coder', messages: [{ role: 'user', content: 'Weather?' }], tools })
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    } catch (error) {
      if (attempt === 400) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

describe('README', () => {
  it('has a block for each way of use', () => {
    expect(blocks.map((block) => /from '(@tooldelta\/\w+)'/.exec(block)?.[1])).toEqual([
      '@tooldelta/fetch',
      '@tooldelta/express',
      '@tooldelta/fastify',
      '@tooldelta/core',
    ])
  })

  it.each([0, 3])('block %i prints what it says', async (place) => {
    const said = blocks[place]!.split('// Output:\n')[1]!.replaceAll(/^\/\/ /gm, '')
    const { code, output, errors } = await runScript(folder, [writeBlock(place)])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toBe(said)
  })

  it.each([1, 2])('block %i serves tool calls', async (place) => {
    const port = await findFreePort()
    const server = startScript(folder, [writeBlock(place, port)])
    try {
      const stopped = server.result.then(({ errors }) => Promise.reject(new Error(errors)))
      stopped.catch(() => {})
      const response = await Promise.race([ask(`http://127.0.0.1:${port}/v1/chat/completions`), stopped])
      const { choices } = (await response.json()) as { choices: unknown[] }
      expect(choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: { tool_calls: [{ function: { name: 'get_weather', arguments: '{"city":"Oslo","days":3}' } }] },
      })
    } finally {
      await server.stop()
    }
  })

  it('names every family, and how many formats there are', () => {
    const rows = [...readme.matchAll(/^\| ([\w ]+?) +\| .* \| .* \|$/gm)].map(([, family]) => family!.toLowerCase())
    const families = new Set(
      formats.map(({ family }) => family.replaceAll('-', ' ').replace('header json', 'header and json')),
    )
    families.delete('detected')
    expect(rows).toEqual(expect.arrayContaining([...families, 'response template']))
    const words: Record<string, number> = { 'Sixty-four': 64, nine: 9 }
    const [, count, machines] = /^([\w-]+) formats on (\w+) machines/m.exec(readme)!
    expect([words[count!], words[machines!]]).toEqual([formats.length - 1, families.size + 1])
  })
})
