import { describe, expect, it } from 'vitest'
import { describeDifference } from '../src/trace/describe-difference.ts'
import { createFolder, runCommand } from './helpers/command.ts'
import { qwenText } from './helpers/texts.ts'

const folder = createFolder()
const file = folder.write('answer.txt', qwenText)

describe('tooldelta trace', () => {
  it('shows offset, state, held text and events of each chunk, without colour codes in a pipe', async () => {
    const { code, stdout, stderr } = await runCommand(['trace', file, '--format', 'qwen3_coder', '--chunk-size', '12'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('\u001B[')
    expect(stdout).toMatch(/^0 "I look\.\\n\\n<to"/)
    expect(stdout).toContain('held')
    expect(stdout).toContain('"\\n\\n<to"')
    expect(stdout).toMatch(/tool-call-start #0 get_weather/)
    expect(stdout).toMatch(/tool-call-end #0 complete/)
    expect(stdout).toMatch(new RegExp(`^${qwenText.length} end \\(stop\\)`, 'm'))
  })

  it('finds every split equal', async () => {
    const { code, stdout } = await runCommand(['trace', file, '--format', 'qwen3_coder', '--all-splits'])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`All ${qwenText.length - 1} splits are equal`))
  })

  it('refuses what parse refuses', async () => {
    const { code, stderr } = await runCommand(['trace', 'nothing-here.txt', '--format', 'qwen3_coder'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: .*nothing-here\.txt.*\n$/)
    expect((await runCommand(['trace'])).code).toBe(2)
  })
})

describe('the comparison of splits', () => {
  it('shows a difference with the text around the cut', () => {
    const text = describeDifference('hello world', {
      at: 5,
      place: 0,
      whole: { type: 'content', text: 'hello world' },
      split: undefined,
    })
    expect(text).toContain('The split at 5 differs: "hello" | " world"')
    expect(text).toContain('content "hello world"')
    expect(text).toContain('none')
  })
})
