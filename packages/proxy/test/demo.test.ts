import { describe, expect, it } from 'vitest'
import { runCommand } from './helpers/command.ts'

describe('tooldelta demo', () => {
  it('shows raw text, deltas and the finished call, and ends by itself', async () => {
    const { code, stdout } = await runCommand(['demo', '--delay', '0'])
    expect(code).toBe(0)
    expect(stdout).not.toContain('\u001B[')
    expect(stdout).toContain('"<think>"')
    expect(stdout).toContain('"<tool_call>"')
    expect(stdout).toContain('{"role":"assistant","content":""}')
    expect(stdout).toContain('reasoning_content')
    expect(stdout).toMatch(/"function":\{"name":"get_weather","arguments":""\}/)
    expect(stdout).toContain('get_weather({"location": "San Francisco, CA", "unit": "celsius"})')
    expect(stdout).toContain('finish_reason tool_calls')
    expect(stdout).toContain('Apache-2.0')
  })

  it('ends with 1 when another call comes out', async () => {
    // A format whose models write other markers finds no call in the recording.
    const { code } = await runCommand(['demo', '--delay', '0', '--format', 'longcat'])
    expect(code).toBe(1)
  })

  it('refuses an unknown format', async () => {
    const { code, stderr } = await runCommand(['demo', '--format', 'nope'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: Unknown format 'nope'.*\n$/)
  })
})
