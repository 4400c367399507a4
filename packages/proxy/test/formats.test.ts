import { formats } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { runCommand } from './helpers/command.ts'

describe('tooldelta formats', () => {
  it('lists every format on a line of its own', async () => {
    const { code, stdout } = await runCommand(['formats'])
    expect(code).toBe(0)
    const [head, ...lines] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^FORMAT +FAMILY +REASONING +UPSTREAM +ALIASES AND MODELS$/)
    expect(lines.map((line) => line.split(' ')[0])).toEqual(formats.map(({ id }) => id))
  })

  it('prints the same as JSON', async () => {
    const { stdout } = await runCommand(['formats', '--json'])
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(formats)))
  })

  it('shows one format by its alias', async () => {
    const { stdout } = await runCommand(['formats', 'qwen3'])
    expect(stdout).toContain('format      hermes\n')
    expect(stdout).toContain('"skip_special_tokens":false')
    expect(JSON.parse((await runCommand(['formats', 'qwen3', '--json'])).stdout)).toMatchObject({ id: 'hermes' })
  })

  it('names the nearest format when there is none', async () => {
    const { code, stderr } = await runCommand(['formats', 'hermse'])
    expect(code).toBe(2)
    expect(stderr).toContain("Did you mean 'hermes'")
  })
})
