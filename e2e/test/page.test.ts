import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { clients } from '../src/clients/index.ts'
import { renderPage } from '../src/page.ts'
import { textReader } from '../src/requests.ts'
import { readResults } from '../src/results.ts'
import { createScript, printCall } from '../src/script.ts'
import { text } from '../src/values.ts'

describe('docs/clients.md', () => {
  it('tells what e2e/results.json holds', async () => {
    const page = await readFile(new URL('../../docs/clients.md', import.meta.url), 'utf8')
    expect(page).toBe(renderPage(await readResults()))
  })

  it('has every client, and none that fails', async () => {
    const results = await readResults()
    expect(results.map(({ client }) => client)).toEqual(clients.map(({ id }) => id))
    expect(results.flatMap(({ rows }) => rows.filter(({ verdict }) => verdict === 'fails'))).toEqual([])
  })
})

describe('createScript', () => {
  const call = { name: 'write_file', arguments: [['path', text('a.txt')] as [string, ReturnType<typeof text>]] }
  const tools = [{ function: { name: 'write_file', parameters: { properties: { path: {} } } } }]
  const user = { role: 'user', content: 'Do it.' }
  const result = { role: 'tool', content: 'done' }

  it('goes on when the results of a turn have come back', () => {
    const script = createScript([{ parts: ['I write.', call, call] }, { parts: ['Done.'] }])
    const ask = (messages: (typeof user)[]): string => script.answer({ messages, tools }).text
    expect(ask([user])).toContain(printCall(call))
    expect(ask([user, result])).toContain(printCall(call))
    expect(ask([user, result, result])).toBe('Done.')
    expect(script.counts).toEqual([2, 1])
    expect(script.missing).toBeUndefined()
  })

  it('finds tools and results in the text where a client writes them there', () => {
    const script = createScript([{ parts: [call, call] }, { parts: ['Done.'] }], textReader)
    const system = {
      role: 'system',
      content:
        '<tools>\n<function>\n<name>write_file</name>\n<parameters>\n<type>object</type>\n<parameter>\n<name>path</name>\n</parameter>\n</parameters>\n</function>\n</tools>',
    }
    const block = '<tool_response>\ndone\n</tool_response>\n'
    const ask = (...contents: string[]): string =>
      script.answer({ messages: [system, ...contents.map((content) => ({ role: 'user', content }))] }).text
    expect(ask('Do it.')).toContain(printCall(call))
    expect(ask('Do it.', block)).toContain(printCall(call))
    expect(ask('Do it.', block + block)).toBe('Done.')
    expect(script.tools).toEqual({ write_file: ['path'] })
    expect(script.missing).toBeUndefined()
    expect(script.answer({ messages: [system, user], tools }).text).toBe('A title')
  })

  it('ends in the middle of a call', () => {
    const script = createScript([{ parts: [call], cutAfter: '<parameter=path>\na.' }])
    const { text: said, finishReason } = script.answer({ messages: [user], tools })
    expect(finishReason).toBe('length')
    expect(said.endsWith('<parameter=path>\na.')).toBe(true)
  })

  it('says which tool or parameter a client does not have', () => {
    const ask = (offered: typeof tools): string | undefined => {
      const script = createScript([{ parts: [call] }])
      script.answer({ messages: [user], tools: offered })
      return script.missing
    }
    expect(ask([{ function: { name: 'edit', parameters: { properties: { path: {} } } } }])).toBe(
      'The client has no tool write_file; it has edit.',
    )
    expect(ask([{ function: { name: 'write_file', parameters: { properties: {} as never } } }])).toContain(
      'no parameter path',
    )
  })
})
