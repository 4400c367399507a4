import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runParser } from '@tooldelta/testbed'
import { type FormatFixture, foldSeparately, splitAt } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { createFixtures } from '../../src/record/fixture.ts'
import { readRecordings } from '../../src/replay/recording.ts'
import { createFolder, runCommand } from '../helpers/command.ts'
import { qwenText, tools, twoCallsText } from '../helpers/texts.ts'

const folder = createFolder()
const cut = ['I look.', '\n\n<tool', qwenText.slice(14)]
const textLine = { id: 'text', text: qwenText, chunks: cut }
const toEvents = (pieces: string[], finish = 'stop'): string =>
  [
    ...pieces.map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: finish }] },
  ]
    .map((event) => `data: ${JSON.stringify(event)}\n\n`)
    .join('')
const exchange = (body: object, text: string, more: object = {}): object => ({
  id: 'exchange',
  at: '2026-11-25T00:00:00.000Z',
  redacted: [],
  request: { method: 'POST', path: '/v1/chat/completions', headers: {}, body: JSON.stringify(body) },
  response: { status: 200, ms: 1, headers: { 'content-type': 'text/event-stream' } },
  chunks: [{ ms: 2, text }],
  end: 'done',
  ...more,
})

function readOne(line: object): ReturnType<typeof createFixtures>[number] {
  const [recording] = readRecordings(JSON.stringify(line), 'it')
  return createFixtures(recording!, {})[0]!
}

describe('a fixture of a recording', () => {
  it('has the text, its cuts, the tools of the request and the result', () => {
    expect(readOne(exchange({ tools }, toEvents(cut)))).toEqual({
      format: 'qwen3_coder',
      fixture: {
        kind: 'other',
        title: 'exchange',
        text: qwenText,
        cuts: [7, 14],
        tools,
        expected: {
          content: 'I look.',
          reasoning: null,
          calls: [{ name: 'get_weather', arguments: '{"city":"Tromsø 🌍","days":3}', status: 'complete' }],
        },
      },
    })
  })

  it('keeps how the stream ended and how it was read', () => {
    const broken = qwenText.slice(0, -30)
    const { fixture } = readOne(
      exchange({ tools }, toEvents([broken], 'length'), { parser: { format: 'qwen3_coder', closers: 'first' } }),
    )
    expect(fixture).toMatchObject({
      finishReason: 'length',
      options: { closers: 'first' },
      expected: { calls: [{ status: 'truncated' }] },
    })
    const [event] = toEvents([broken]).split('data: {"choices":[{"index":0,"delta":{},')
    expect(readOne(exchange({ tools }, event!, { end: 'cut' })).fixture).toMatchObject({ finishReason: 'abort' })
  })

  it('begins with the start that the request gave the model', () => {
    const prefill = qwenText.slice(0, 40)
    const body = { tools, continue_final_message: true, messages: [{ role: 'assistant', content: prefill }] }
    expect(readOne(exchange(body, toEvents([qwenText.slice(40)]))).fixture).toMatchObject({
      text: qwenText,
      cuts: [40],
    })
  })

  it('is one for each choice', () => {
    const chunks = [0, 1].map((index) => ({
      choices: [{ index, delta: { content: qwenText }, finish_reason: 'stop' }],
    }))
    const [recording] = readRecordings(JSON.stringify({ id: 'n', chunks }), 'it')
    expect(createFixtures(recording!, {}).map(({ fixture }) => fixture.title)).toEqual(['n, choice 0', 'n, choice 1'])
  })

  it.each([
    ['no call of a known format', { id: 'plain', text: 'Hello.' }, /no call of a known format.*--format/],
    [
      'calls that the server parsed',
      { id: 'parsed', chunks: [{ choices: [{ delta: { tool_calls: [{ index: 0 }] } }] }] },
      /server had parsed/,
    ],
    ['no text', { id: 'empty', chunks: [{ choices: [] }] }, /no text/],
  ])('is not made of %s', (_what, line, message) => {
    expect(() => readOne(line)).toThrow(message)
  })
})

describe('tooldelta record --to-fixture', () => {
  it('adds to the fixture file of the format, as the tests read it, once', async () => {
    const out = join(folder.path, 'formats')
    mkdirSync(out)
    const present = [{ kind: 'cut', title: 'stays', text: 'x', expected: { content: 'x', reasoning: null, calls: [] } }]
    folder.write('formats/qwen3_coder.json', `${JSON.stringify(present, undefined, 2)}\n`)
    const file = folder.write(
      'recorded.jsonl',
      `${JSON.stringify(exchange({ tools }, toEvents(cut)))}\n${JSON.stringify({ id: 'two', text: twoCallsText })}\n`,
    )
    for (let turn = 0; turn < 2; turn += 1) {
      const { code, stderr } = await runCommand(['record', '--to-fixture', file, '--out', out])
      expect({ code, stderr }).toEqual({ code: 0, stderr: `${join(out, 'qwen3_coder.json')}\n` })
    }
    const text = readFileSync(join(out, 'qwen3_coder.json'), 'utf8')
    expect(text).toMatch(/^\[\n {2}\{\n {4}"kind": "cut"/)
    const fixtures = JSON.parse(text) as FormatFixture[]
    expect(fixtures.map(({ title }) => title)).toEqual(['stays', 'exchange', 'two'])
    // What the test of fixtures does with each.
    for (const { text: raw, cuts = [], tools: own, options, finishReason, expected } of fixtures.slice(1)) {
      const events = runParser(
        { ...options, format: 'qwen3_coder', ...(own && { tools: own }) },
        splitAt(raw, cuts),
        finishReason,
      )
      const message = foldSeparately(events)
      expect(message.toolCalls.map(({ function: called, status }) => ({ ...called, status }))).toEqual(expected.calls)
      expect(message.content).toBe(expected.content)
    }
  })

  it('prints without --out, and takes one by --index', async () => {
    const file = folder.write(
      'two.jsonl',
      `${JSON.stringify(textLine)}\n${JSON.stringify({ id: 'two', text: twoCallsText })}\n`,
    )
    const { code, stdout } = await runCommand([
      'record',
      '--to-fixture',
      file,
      '--index',
      '1',
      '--format',
      'qwen3_coder',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([
      { title: 'two', expected: { calls: [{ name: 'get_weather' }, { name: 'list_files' }] } },
    ])
    const past = await runCommand(['record', '--to-fixture', file, '--index', '2'])
    expect(past).toMatchObject({ code: 2, stderr: expect.stringMatching(/has 2 recordings/) })
  })
})
