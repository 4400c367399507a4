import { createObedientModel, type FakeUpstream, startFakeUpstream } from '@tooldelta/testbed/upstreams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../helpers/command.ts'

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startFakeUpstream({ kind: 'vllm-new', key: 'secret', answer: createObedientModel() })
})
afterAll(() => upstream.close())

describe('tooldelta doctor', () => {
  it('prints a table with ticks and what to start, and ends with 0', async () => {
    const env = { TOOLDELTA_KEY: 'secret' }
    const { code, stdout, stderr } = await runCommand(['doctor', '--url', upstream.url], { env })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^✓ +Health +This is vLLM 0\.28\.0, with no tooldelta in front\./m)
    expect(stdout).toMatch(/^– +Server's own parser +None/m)
    expect(stdout).toMatch(/^✓ +Streamed tool call +report_word \{"word":"amber-7431"\}, in \d+ pieces/m)
    expect(stdout).toContain('Tool calls work here behind tooldelta serve --format qwen3_coder, mode template.')
    expect(stdout).not.toMatch(/[✗\u001B]/)
  })

  it('prints each mend, and ends with 1, when a check fails', async () => {
    const { code, stdout } = await runCommand(['doctor', '--url', upstream.url, '--key', 'wrong'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^✗ +Models +401: Unauthorized/m)
    expect(stdout).toContain('What to do:\n  Models: Give the key with --key, or in the variable TOOLDELTA_KEY.')
    expect(stdout).toContain('One check failed.')
    expect(stdout).not.toContain('wrong')
  })

  it('prints JSON', async () => {
    const { code, stdout } = await runCommand(['doctor', '-u', `${upstream.url}/v1`, '-k', 'secret', '--json'])
    const report = JSON.parse(stdout) as { rows: { id: string; status: string; ms: number }[] }
    expect([code, report]).toMatchObject([
      0,
      { ok: true, role: 'model server', mode: 'template', format: 'qwen3_coder' },
    ])
    expect(report.rows.map(({ id }) => id)).toEqual([
      'health',
      'models',
      'completion',
      'probe',
      'own-parser',
      'tools-in-prompt',
      'raw-call',
      'tool-call',
      'forced-call',
      'second-turn',
      'broken-history',
      'late-system',
    ])
  })

  it.each([
    [['--url', 'localhost:4000'], "--url must be an address such as http://127.0.0.1:4000; got 'localhost:4000'."],
    [['--format', 'qwen3-koder'], "Unknown format 'qwen3-koder'"],
  ])('refuses %j', async (flags, message) => {
    const { code, stderr } = await runCommand(['doctor', ...flags])
    expect(code).toBe(2)
    expect(stderr).toContain(`tooldelta: ${message}`)
  })
})
