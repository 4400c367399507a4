import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { runCommand } from './helpers/command.ts'

const commands = [
  'serve',
  'start',
  'stop',
  'status',
  'logs',
  'config',
  'doctor',
  'parse',
  'trace',
  'record',
  'replay',
  'formats',
  'playground',
  'demo',
]

describe('tooldelta --help', () => {
  it('lists exactly the commands that exist', async () => {
    const { code, stdout } = await runCommand(['--help'])
    expect(code).toBe(0)
    const list = /\nCommands:\n([^]*?)\n\n/.exec(stdout)?.[1] ?? ''
    const listed = [...list.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1])
    expect(listed.toSorted()).toEqual(commands.toSorted())
    expect(stdout).toContain('Examples:')
  })

  it.each(commands)('explains %s with examples', async (command) => {
    const { code, stdout, stderr } = await runCommand([command, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: tooldelta ${command}`)
    expect(stdout).toContain('Examples:')
  })

  it('prints the version', async () => {
    expect((await runCommand(['--version'])).stdout).toBe(`${packageJson.version}\n`)
  })

  it('names the nearest command', async () => {
    const { code, stderr } = await runCommand(['prase'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tooldelta: .*prase.*parse.*\n$/)
  })

  it('without a command prints the help and ends with 2', async () => {
    const { code, stderr } = await runCommand([])
    expect(code).toBe(2)
    expect(stderr).toContain('Usage: tooldelta')
  })
})
