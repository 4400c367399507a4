import { describe, expect, it } from 'vitest'
import { type Case, emptyCase } from '../src/case/case.ts'
import { toFixture } from '../src/case/fixture.ts'
import { decodeCase, encodeCase } from '../src/case/link.ts'
import { readFile, toMarks } from '../src/case/read-file.ts'
import { readTools } from '../src/case/tools-json.ts'
import { cutText } from '../src/trace/cuts.ts'

const full: Case = {
  text: 'Gr\u00fc\u00dfe \u{1F600}\n<tool_call>\0',
  format: 'qwen3_coder',
  compare: 'hermes',
  tools: '[{"name":"a"}]',
  cuts: { kind: 'marks', at: [3, 9] },
  finish: 'length',
  options: { repair: false, reasoning: 'open' },
}

/** A link that holds anything, as a stranger may write it. */
const encode = (value: unknown): Promise<string> => encodeCase(value as Case)

describe('a link', () => {
  it.each<[string, Partial<Case>]>([
    ['everything', {}],
    ['other cuts', { cuts: { kind: 'random', seed: 7 } }],
    ['no options', { options: {}, compare: undefined, tools: '' }],
    ['a long text', { text: 'let x = 1\n'.repeat(20_000) }],
  ])('carries %s there and back, in letters that links may hold', async (_what, change) => {
    const shown = { ...full, ...change }
    const fragment = await encodeCase(shown)
    expect(fragment).toMatch(/^1\.[\w-]+$/)
    expect(await decodeCase(`#${fragment}`)).toEqual(shown)
  })

  it('is short where the text repeats itself', async () => {
    expect((await encodeCase({ ...full, text: 'let x = 1\n'.repeat(20_000) })).length).toBeLessThan(2000)
  })

  it.each([
    ['1.AAAA', /damaged/],
    ['1.', /damaged/],
    ['2.AAAA', /another version/],
    ['', /another version/],
  ])('%s is refused in words', async (fragment, words) => {
    await expect(decodeCase(fragment)).rejects.toThrow(words)
  })

  it('lets nothing in but known fields of the right type', async () => {
    const strange = {
      text: 5,
      format: ['x'],
      tools: null,
      compare: {},
      cuts: { kind: 'marks', at: [1, -2, 'x', 2 ** 60, 2.5] },
      finish: 'never',
      options: { repair: 'yes', reasoning: 'open', createCallId: 'x', __proto__: { closers: 'first' } },
      more: 1,
    }
    expect(await decodeCase(await encode(strange))).toEqual({
      ...emptyCase,
      compare: undefined,
      cuts: { kind: 'marks', at: [1] },
      options: { reasoning: 'open' },
    })
    for (const value of [{ cuts: { kind: 'characters', size: -1 } }, { cuts: 'x', options: 3 }, {}]) {
      expect(await decodeCase(await encode(value))).toEqual({ ...emptyCase, compare: undefined })
    }
    await expect(decodeCase(await encode(null))).rejects.toThrow(/damaged/)
  })
})

describe('tools', () => {
  const tool = { type: 'function', function: { name: 'a', parameters: { type: 'object' } } }

  it.each<[string, string]>([
    ['a list', JSON.stringify([tool])],
    ['bare functions', JSON.stringify([tool.function])],
    ['a whole request', JSON.stringify({ model: 'm', tools: [tool] })],
  ])('are read from %s', (_what, text) => {
    expect(readTools(text)).toEqual({ tools: [tool] })
  })

  it('may be left out', () => {
    expect(readTools(' \n')).toEqual({ tools: undefined })
    expect(readTools('[]')).toEqual({ tools: [] })
  })

  it.each([
    ['[{"type": "function",\n "function": {"name": }}]', 'Line 2, column 23 is no JSON: value expected.'],
    ['{"a": 1}', /^The tools must be a list/],
    ['[1]', 'tools[0] must be an object with a "function".'],
    ['[{"function": []}]', /^tools\[0\]\.function must be an object/],
    ['[{"function": {"name": ""}}]', 'tools[0].function.name must be a text that is not empty.'],
    ['[{"name": "a", "parameters": []}]', 'tools[0].parameters must be a JSON Schema object.'],
    ['[{"name": "a"}, {"name": "a"}]', 'tools[1]: the name "a" is taken already.'],
    ['[1, 2', /^Line 1, column 6 is no JSON/],
    ['// no\n[]', /no JSON/],
  ])('%s are explained', (text, problem) => {
    const result = readTools(text)
    if (typeof problem === 'string') expect(result).toEqual({ problem })
    else expect('problem' in result && result.problem).toMatch(problem)
  })
})

describe('a file', () => {
  it('of any other kind is raw text', () => {
    expect(readFile('a.txt', '{"text": "x"}')).toEqual({ text: '{"text": "x"}' })
    expect(readFile('a.json', 'no JSON')).toEqual({ text: 'no JSON' })
    expect(readFile('a.json', '[]')).toEqual({ text: '[]' })
  })

  it('with a fixture gives back the case that it was copied from', () => {
    const { compare: _compare, tools: _tools, ...rest } = full
    const shown: Case = { ...rest, tools: '' }
    const read = { ...emptyCase, ...readFile('f.json', toFixture(shown, undefined)) }
    expect(read).toEqual(shown)
    expect(cutText(read.text, read.cuts)).toEqual(cutText(shown.text, shown.cuts))
  })

  it.each([
    ['texts', ['ab', 'c']],
    ['chunk objects', ['ab', '', 'c'].map((content) => ({ choices: [{ index: 0, delta: { content } }] }))],
  ])('with a list of %s keeps their cuts', (_what, chunks) => {
    const line = JSON.stringify({ id: 'a', chunks })
    expect(readFile('a.jsonl', `${line}\n${line}`)).toEqual({ text: 'abc', cuts: { kind: 'marks', at: [2] } })
  })

  describe('of tooldelta record', () => {
    const event = (content: string, more: object = {}): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null, ...more }] })}\n\n`
    const tools = [{ type: 'function', function: { name: 'a' } }]
    const exchange = (chunks: unknown[], change: object = {}): string =>
      `${JSON.stringify({
        id: 'x-1',
        model: 'm',
        at: '2026-01-01T00:00:00.000Z',
        parser: { format: 'hermes', repair: false },
        redacted: [],
        request: {
          method: 'POST',
          path: '/v1/chat/completions',
          headers: {},
          body: JSON.stringify({ model: 'm', tools }),
        },
        response: { status: 200, ms: 5, headers: { 'content-type': 'text/event-stream; charset=utf-8' } },
        chunks,
        end: 'done',
        ...change,
      })}\n`

    it("gives the model's text with its cuts, the tools, the format and the options", () => {
      const body =
        event('') + event('a') + event('b\u{1F600}') + event('c', { finish_reason: 'length' }) + 'data: [DONE]\n\n'
      expect(readFile('r.jsonl', exchange([{ ms: 6, text: body }]))).toEqual({
        text: 'ab\u{1F600}c',
        format: 'hermes',
        tools: JSON.stringify(tools, null, 2),
        cuts: { kind: 'marks', at: [1, 4] },
        finish: 'length',
        options: { repair: false },
      })
    })

    it('is read however the socket has cut it, also through characters', () => {
      const bytes = Buffer.from(event('a\u{1F600}') + event('b'))
      const chunks = Array.from({ length: bytes.length }, (_, at) => ({
        ms: at,
        base64: bytes.subarray(at, at + 1).toString('base64'),
      }))
      expect(readFile('r.jsonl', exchange(chunks))).toMatchObject({ text: 'a\u{1F600}b', cuts: { at: [3] } })
    })

    it('is read where the answer is whole, or broke off', () => {
      const whole = { choices: [{ index: 0, message: { content: 'text' }, finish_reason: 'stop' }] }
      const json = { response: { status: 200, ms: 5, headers: { 'content-type': 'application/json' } } }
      expect(readFile('r.jsonl', exchange([{ ms: 1, text: JSON.stringify(whole) }], json))).toMatchObject({
        text: 'text',
        finish: 'stop',
      })
      const cut = readFile(
        'r.jsonl',
        exchange([{ ms: 1, text: event('te') + 'data: {"cho' }], { end: 'cut', parser: undefined }),
      )
      expect(cut).toMatchObject({ text: 'te', finish: 'length', format: 'auto', options: {} })
    })
  })

  it('gives marks that cut a text as it was cut', () => {
    const chunks = ['a', 'bc', 'def']
    expect(cutText('abcdef', toMarks(chunks))).toEqual(chunks)
    expect(toMarks([])).toEqual({ kind: 'marks', at: [] })
  })
})
