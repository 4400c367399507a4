import { foldEvents, type ChatCompletionDelta, type ParserEvent } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { createFolder, runCommand } from './helpers/command.ts'
import { qwenText, tools } from './helpers/texts.ts'

const folder = createFolder()
const textFile = folder.write('answer.txt', qwenText)
const toolsFile = folder.write('tools.json', JSON.stringify(tools))
const requestFile = folder.write('request.json', JSON.stringify({ model: 'm', messages: [], tools }))

const call = { name: 'get_weather', arguments: '{"city":"Tromsø 🌍","days":3}' }
const id = expect.stringMatching(/^call_[A-Za-z0-9]{24}$/)

describe('tooldelta parse', () => {
  it('prints the message as one JSON document', async () => {
    const { code, stdout, stderr } = await runCommand([
      'parse',
      textFile,
      '--format',
      'qwen3_coder',
      '--tools',
      toolsFile,
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      content: 'I look.',
      reasoning: null,
      tool_calls: [{ id, type: 'function', function: call, status: 'complete' }],
      diagnostics: [],
    })
  })

  it('reads standard input, without an argument and with -', async () => {
    for (const args of [['parse'], ['parse', '-']]) {
      const { code, stdout } = await runCommand([...args, '--format', 'qwen3_xml', '--tools', requestFile], {
        input: qwenText,
      })
      expect(code).toBe(0)
      expect(JSON.parse(stdout).tool_calls[0].function).toEqual(call)
    }
  })

  it('reads a response template from a file, bare or in a tokenizer configuration', async () => {
    const template = {
      start_anchor: '<bot>',
      fields: {
        tool_calls: {
          open_pattern: '<call (?P<name>\\w+)>',
          close: '</call>',
          content: 'json',
          transform: { function: { name: '{name}', arguments: '{content}' } },
        },
        content: {},
      },
    }
    const bare = folder.write('template.json', JSON.stringify(template))
    const config = folder.write(
      'tokenizer_config.json',
      JSON.stringify({ eos_token: '</s>', response_template: template }),
    )
    for (const file of [bare, config]) {
      const { code, stdout } = await runCommand(['parse', '--format', file, '--chunk-size', '1'], {
        input: 'Hi <call f>{"a": 1}</call>',
      })
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        content: 'Hi',
        tool_calls: [{ function: { name: 'f', arguments: '{"a": 1}' }, status: 'complete' }],
      })
    }
  })

  it.each([
    ['{"fields": {"content": {"opne": "<"}}}', 'fields.content.opne is unknown. Did you mean open?'],
    ['{"response_template": {"version": 2, "fields": {}}}', 'response_template.version must be 1'],
    ['{"eos_token": "</s>"}', 'holds no response template'],
    ['{"fields": ', 'is no JSON'],
  ])('refuses the template %s', async (text, message) => {
    const file = folder.write('wrong.json', text)
    const { code, stderr } = await runCommand(['parse', textFile, '--format', file])
    expect(code).toBe(2)
    expect(stderr).toContain(file)
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('says that a template file is not there', async () => {
    const { code, stderr } = await runCommand(['parse', textFile, '--format', 'nowhere.json'])
    expect({ code, stderr: stderr.includes('There is no file nowhere.json') }).toEqual({ code: 2, stderr: true })
  })

  it('feeds chunks of --chunk-size and prints events', async () => {
    const args = ['parse', textFile, '--format', 'qwen3_coder', '--output', 'events']
    const whole = JSON.parse((await runCommand(args)).stdout) as ParserEvent[]
    const cut = JSON.parse((await runCommand([...args, '--chunk-size', '1'])).stdout) as ParserEvent[]
    expect(cut.length).toBeGreaterThan(whole.length)
    expect(foldEvents(cut)).toEqual(foldEvents(whole))
  })

  it('prints deltas, the role first', async () => {
    const { stdout } = await runCommand([
      'parse',
      textFile,
      '--format',
      'qwen3_coder',
      '--output',
      'deltas',
      '--chunk-size',
      '3',
      '--tools',
      toolsFile,
    ])
    const deltas = JSON.parse(stdout) as ChatCompletionDelta[]
    expect(deltas[0]).toEqual({ role: 'assistant', content: '' })
    const entries = deltas.flatMap((delta) => delta.tool_calls ?? [])
    expect(entries[0]).toEqual({ index: 0, id, type: 'function', function: { name: 'get_weather', arguments: '' } })
    expect(entries.map((entry) => entry.function.arguments).join('')).toBe(call.arguments)
  })

  it('ends with 1 when a call was cut off', async () => {
    const cut = folder.write('cut.txt', qwenText.slice(0, qwenText.indexOf('msø')))
    const { code, stdout } = await runCommand(['parse', cut, '--format', 'qwen3_coder', '--finish', 'length'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).tool_calls).toMatchObject([
      { function: { arguments: '{"city":"Tro' }, status: 'truncated' },
    ])
  })

  it('passes the options of the parser on', async () => {
    const input = `<think>no</think>\n\`\`\`\n${qwenText}\n\`\`\``
    const base = ['parse', '--format', 'qwen3_coder']
    const plain = JSON.parse((await runCommand(base, { input })).stdout)
    expect(plain).toMatchObject({ reasoning: 'no', tool_calls: [] })
    const extracted = JSON.parse(
      (await runCommand([...base, '--fenced-calls', 'extract', '--reasoning', 'off'], { input })).stdout,
    )
    expect(extracted).toMatchObject({ reasoning: null, tool_calls: [{ function: { name: 'get_weather' } }] })
    const broken = '<tool_call>\n{"name": "f", "arguments": {"a": True}}\n</tool_call>'
    const hermes = ['parse', '--format', 'hermes']
    expect(JSON.parse((await runCommand(hermes, { input: broken })).stdout).tool_calls[0].status).toBe('repaired')
    const kept = JSON.parse((await runCommand([...hermes, '--no-repair'], { input: broken })).stdout)
    expect(kept.tool_calls.every((one: { status: string }) => one.status === 'truncated')).toBe(true)
    const unknown = JSON.parse(
      (await runCommand([...base, '--unknown-tools', 'content', '--tools', '-'], { input: '[]' })).stdout,
    )
    expect(unknown.tool_calls).toEqual([])
    const quoted = qwenText.replace('Tromsø', 'a</parameter>b')
    const first = JSON.parse((await runCommand([...base, '--closers', 'first'], { input: quoted })).stdout)
    const confirmed = JSON.parse((await runCommand(base, { input: quoted })).stdout)
    expect(JSON.parse(first.tool_calls[0].function.arguments).city).toBe('a')
    expect(JSON.parse(confirmed.tool_calls[0].function.arguments).city).toBe('a</parameter>b 🌍')
  })

  it('takes an empty text', async () => {
    const { code, stdout } = await runCommand(['parse', '--format', 'hermes'], { input: '' })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ content: null, reasoning: null, tool_calls: [], diagnostics: [] })
  })
})

const faults: [what: string, args: string[], message: RegExp][] = [
  ['a missing file', ['parse', 'nothing-here.txt', '--format', 'hermes'], /nothing-here\.txt.*Check the path/],
  ['a directory', ['parse', folder.path, '--format', 'hermes'], /is a directory.*Name/],
  ['an unknown format', ['parse', textFile, '--format', 'qwen3_codr'], /'qwen3_codr'.*'qwen3_coder'/],
  ['a missing format', ['parse', textFile], /--format/],
  ['binary input', ['parse', folder.write('a.bin', new Uint8Array([65, 0, 66])), '--format', 'hermes'], /binary/],
  [
    'bytes that are no UTF-8',
    ['parse', folder.write('b.bin', new Uint8Array([65, 0xff])), '--format', 'hermes'],
    /UTF-8.*1/,
  ],
  [
    'tools that are no JSON',
    ['parse', textFile, '--format', 'hermes', '--tools', folder.write('x.json', '[\n  {"type": }\n]')],
    /x\.json.*JSON.*line 2, column 12/,
  ],
  [
    'tools that are no list',
    ['parse', textFile, '--format', 'hermes', '--tools', folder.write('y.json', '{"a": 1}')],
    /y\.json.*list.*function/,
  ],
  [
    'a tool without a name',
    [
      'parse',
      textFile,
      '--format',
      'hermes',
      '--tools',
      folder.write('z.json', '[{"type": "function", "function": {}}]'),
    ],
    /z\.json.*tools\.0\.function\.name.*name/,
  ],
  ['tools that are not there', ['parse', textFile, '--format', 'hermes', '--tools', 'no.json'], /no\.json/],
  ['a chunk size of 0', ['parse', textFile, '--format', 'hermes', '--chunk-size', '0'], /chunk-size.*whole number/],
  [
    'a chunk size that is no number',
    ['parse', textFile, '--format', 'hermes', '--chunk-size', '4k'],
    /chunk-size.*whole number/,
  ],
  ['an unknown finish', ['parse', textFile, '--format', 'hermes', '--finish', 'end'], /finish.*stop, length/],
  [
    'an unknown output',
    ['parse', textFile, '--format', 'hermes', '--output', 'xml'],
    /output.*message, events, deltas/,
  ],
  ['an unknown option', ['parse', textFile, '--format', 'hermes', '--chunksize', '4'], /--chunk-size/],
  ['two files', ['parse', textFile, textFile, '--format', 'hermes'], /too many arguments/],
]

describe('wrong usage of parse', () => {
  it.each(faults)('%s: one line on stderr with the mend, exit code 2', async (_what, args, message) => {
    const { code, stdout, stderr } = await runCommand(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^tooldelta: [^\n]+\n$/)
    expect(stderr).toMatch(message)
  })
})
