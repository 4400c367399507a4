import { startScriptedUpstream } from '@tooldelta/testbed/scripted-upstream'
import { afterEach, expect, it } from 'vitest'
import { callAnswer, chat } from '../gateway/start-gateway.ts'
import { createFolder, runCommand, startCommand } from '../helpers/command.ts'

const folder = createFolder()
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const flags = ['--format', 'qwen3_coder', '--port', '0', '--no-probe', '--log-level', 'silent', '--inspect']

async function listModels(url: string): Promise<string[]> {
  const answer = (await (await fetch(`${url}/inspect/api/streams`)).json()) as { streams: { model: string }[] }
  return answer.streams.map(({ model }) => model)
}

it('serve --inspect says where the inspector is, and shows what passes', async () => {
  const upstream = await startScriptedUpstream(callAnswer)
  closers.push(() => upstream.close())
  const command = startCommand(['serve', '--upstream', upstream.url, ...flags])
  closers.push(async () => {
    command.kill('SIGKILL')
    await command.ended
  })
  const [, url] = await command.waitFor(/The inspector is on (\S+)\/inspect/)
  await (await chat(url!)).text()
  expect(await listModels(url!)).toEqual(['coder'])
})

it('start passes --inspect on', async () => {
  const env = { TOOLDELTA_STATE_DIR: folder.path }
  closers.push(() => runCommand(['stop', '--force', '--wait', '1'], { env }))
  const { code, stdout } = await runCommand(['start', '--upstream', 'http://127.0.0.1:9', ...flags], { env })
  expect(code).toBe(0)
  const [, url] = /Serving (\S+)\/v1/.exec(stdout) ?? []
  expect(await listModels(url!)).toEqual([])
})

it('is refused with several workers, of which each would know a part', async () => {
  const args = ['serve', '--upstream', 'http://127.0.0.1:9', '--workers', '2', ...flags]
  const { code, stderr } = await runCommand(args)
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /^tooldelta: The inspector .* one of the 2 workers .* Leave out --workers, or the inspector\.\n$/,
  )
})
