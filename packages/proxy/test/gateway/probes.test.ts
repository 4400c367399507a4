import { createCompletion, createJsonAnswer } from '@tooldelta/testbed/scripted-upstream'
import { describe, expect, it } from 'vitest'
import type { Probe } from '../../src/gateway/index.ts'
import { chat, createStarter } from './start-gateway.ts'

const start = createStarter()
const probe = { enabled: true }

describe('the probe at start', () => {
  it('decides the mode of a model, and says so once in the log', async () => {
    const upstream = await start.upstream(createJsonAnswer(createCompletion('Hi')))
    const asked: string[] = []
    const finish: (() => void)[] = []
    const ask: Probe = async (_upstream, model) => {
      asked.push(model.name)
      await new Promise<void>((resolve) => finish.push(resolve))
      return { mode: 'passthrough', sentences: ['Its own parser is right.', 'Requests are passed on.'] }
    }
    const { url, gateway, log } = await start.gateway(upstream, { probe }, { probe: ask })
    gateway.startProbes()
    await chat(url, { stream: false })
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toHaveProperty('tool_choice', 'none')
    finish[0]?.()
    await expect.poll(() => log.filter(({ mode }) => mode === 'passthrough')).toHaveLength(1)
    expect(log.find(({ mode }) => mode === 'passthrough')?.['msg']).toBe(
      'coder: Its own parser is right. Requests are passed on.',
    )
    await chat(url, { stream: false })
    expect(JSON.parse(upstream.requests[1]?.body ?? '')).not.toHaveProperty('tool_choice')
    expect(asked).toEqual(['coder'])
  })

  it('leaves models alone whose mode is set', async () => {
    const upstream = await start.upstream()
    const ask: Probe = async () => expect.fail('asked')
    const models = [{ name: 'coder', format: 'qwen3_coder', mode: 'template' as const }]
    const { gateway, log } = await start.gateway(upstream, { probe, models }, { probe: ask })
    gateway.startProbes()
    await fetch(`${upstream.url}/settle`)
    expect(log.filter(({ level }) => Number(level) >= 40)).toEqual([])
  })

  it('asks again when the server gave no answer, and says so once', async () => {
    const upstream = await start.upstream()
    let count = 0
    const ask: Probe = async () => {
      count += 1
      if (count === 1) throw new Error('connect ECONNREFUSED')
      return { mode: 'template', sentences: ['Tools are rendered.'] }
    }
    const { gateway, log } = await start.gateway(upstream, { probe }, { probe: ask })
    gateway.startProbes()
    await expect.poll(() => log.filter(({ mode }) => mode === 'template'), { timeout: 5000 }).toHaveLength(1)
    expect(log.filter(({ reason }) => reason === 'connect ECONNREFUSED')).toHaveLength(1)
  })

  it('asks about the one model of a server where the settings name none, and about none of many', async () => {
    for (const ids of [['a/b'], ['a', 'b']]) {
      const upstream = await start.upstream(createJsonAnswer({ data: ids.map((id) => ({ id })) }))
      const asked: string[] = []
      const ask: Probe = async (_upstream, { name, format }) => {
        asked.push(`${name} ${format}`)
        return { mode: 'template', sentences: [] }
      }
      const settings = { probe, models: [{ name: '*', format: 'hermes' }] }
      const { gateway, log } = await start.gateway(upstream, settings, { probe: ask })
      gateway.startProbes()
      await expect.poll(() => log.filter((line) => line['upstream'] === 'gpu')).toHaveLength(1)
      expect(asked).toEqual(ids.length === 1 ? ['a/b hermes'] : [])
    }
  })

  it('ends with the server', async () => {
    let fired = false
    const ask: Probe = (_upstream, _model, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          fired = true
          reject(new Error('aborted'))
        })
      })
    const { gateway } = await start.gateway(await start.upstream(), { probe }, { probe: ask })
    gateway.startProbes()
    await gateway.app.close()
    expect(fired).toBe(true)
  })
})
