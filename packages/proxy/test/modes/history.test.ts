import { readHistoricArguments, readHistoricConversations } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { kinds, openProxy, toHistory, tools } from './open-proxy.ts'

const told = { content: 'The tool said: saved as v2', calls: [], finishReason: 'stop' }
const cases = readHistoricArguments()

describe.each(['template', 'prompt'] as const)('poisoned histories in mode %s', (mode) => {
  it.each(kinds)('%s: arguments of every kind give a good turn', async (kind) => {
    const proxy = await openProxy({ kind }, { mode })
    for (const { id, arguments: args } of cases) {
      const answer = await proxy.stream({ tools, messages: toHistory(args) })
      expect(answer, id).toMatchObject(told)
      expect(proxy.lastPrompt(), id).toContain('<function=write_file>')
    }
  })

  it.each(kinds)('%s: conversations of every kind are taken', async (kind) => {
    const proxy = await openProxy({ kind }, { mode })
    for (const { id, messages } of readHistoricConversations()) {
      const response = await proxy.request({ tools, messages: [...messages, { role: 'user', content: 'And now?' }] })
      expect(response.status, `${id}: ${await response.text()}`).toBe(200)
    }
  })

  it.each(kinds)('%s: a second system message is taken by a template that wants it first', async (kind) => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'system', content: 'Be friendly.' },
      { role: 'user', content: 'Call read_file with path "a"' },
    ]
    const strict = await openProxy({ kind, systemFirst: true }, { mode, mergeSystemMessages: true })
    expect((await strict.stream({ tools, messages })).calls).toHaveLength(1)
    expect(strict.lastPrompt()).toMatch(/Be brief\.\s+Be friendly\./)
  })
})

describe('what servers do with them otherwise', () => {
  it('is an error for most of them, on every kind', async () => {
    for (const kind of kinds) {
      const proxy = await openProxy({ kind, toolParser: true }, { mode: 'passthrough' })
      const statuses = new Map<string, number>()
      for (const { id, arguments: args } of cases) {
        const response = await proxy.request({ tools, messages: toHistory(args) })
        statuses.set(id, response.status)
        await response.text()
      }
      const refused = [...statuses].filter(([, status]) => status >= 400)
      expect(refused.length, kind).toBeGreaterThan(cases.length / 3)
    }
  })
})
