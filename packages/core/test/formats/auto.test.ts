import {
  cuts,
  cutsOf,
  expectSame,
  foldSeparately,
  hardDocument,
  mergeEvents,
  parserInput,
  printers,
  propertySettings,
  readSamples,
  runParser,
  splitAt,
  splitEvery,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ParserEvent,
  createToolCallParser,
  detectFormat,
  findFormat,
  formats,
  parseToolCalls,
  restoreToolCallParser,
} from '../../src/index.ts'

const known = new Set(formats.map(({ id }) => id))
/** Formats that no text can be told to be of, or whose calls look like those of another format: that one is found. */
const FOUND_AS: Readonly<Record<string, string | undefined>> = {
  mimo: 'qwen3_coder',
  step3p5: 'qwen3_coder',
  poolside_v1: 'glm45',
  ling3: 'glm45',
  spark25: 'glm45',
  nemotron_v3: 'qwen3_coder',
  qwen25: 'hermes',
  granite4: 'hermes',
  ernie45: 'hermes',
  minimax: 'jamba',
  hunyuan_a13b: 'jamba',
  firefunction: 'phi4_mini_json',
  cohere_command4: 'cohere_command3',
  pythonic: 'llama4_pythonic',
  granite_pythonic: undefined,
  llama4_json: 'llama3_json',
  required: 'xlam',
  generic: undefined,
  named: undefined,
}

/** The id that a text of a format is found as. */
function foundAs(format: string): string | undefined {
  return format in FOUND_AS ? FOUND_AS[format] : format
}

function withoutDetection(events: readonly ParserEvent[]): ParserEvent[] {
  return events.filter((event) => event.type !== 'diagnostic' || event.code !== 'format-detected')
}

describe('detectFormat', () => {
  const samples = readSamples().filter(({ format }) => known.has(format))

  it.each(samples)('$id', ({ id, text, format }) => {
    // Without its marker a Python list of calls is that of xLAM.
    expect(detectFormat(text)).toBe(id === 'sarashina-2' ? 'xlam' : foundAs(format))
  })

  it('says nothing about a text without a call', () => {
    for (const text of ['', 'Hi.', '<tool_call>', 'use <tool_call> and </tool_call>', '{"a": 1}', '[1, 2]', 'f(x)'])
      expect(detectFormat(text)).toBeUndefined()
  })

  it('takes no example for a call: in a fence, or in a thought that closes', () => {
    const call = '<tool_call>\n<function=ls>\n</function>\n</tool_call>'
    expect(detectFormat(`\`\`\`xml\n${call}\n\`\`\`\n`)).toBeUndefined()
  })
})

describe("format 'auto'", () => {
  it('sends text at once and names the format at its first call', () => {
    const parser = createToolCallParser({ format: 'auto' })
    // A first word could be a header of functionary.
    expect(parser.feed('Hello t')).toEqual([{ type: 'content', text: 'Hello t' }])
    expect(parser.feed('o you.\n<tool_call>\n<function=')).toEqual([{ type: 'content', text: 'o you.' }])
    const [found, start] = parser.feed('ls>')
    expect(found).toMatchObject({ type: 'diagnostic', code: 'format-detected', offset: 14 })
    expect(start).toMatchObject({ type: 'tool-call-start', name: 'ls' })
  })

  it('reads thoughts of every family before it knows the format', () => {
    for (const { id, family, reasoning } of formats) {
      if (reasoning === undefined) continue
      const message = parseToolCalls(`${reasoning.open}Plan.${reasoning.close}Hi.`, { format: 'auto' })
      const codes = message.diagnostics.map(({ code }) => code)
      // The header of a message tells the format.
      const diagnostics = family === 'channels' ? ['format-detected'] : []
      const read = { id, ...message, diagnostics: codes }
      expect(read).toEqual({ id, content: 'Hi.', reasoning: 'Plan.', toolCalls: [], diagnostics })
    }
  })

  it('keeps to the first format', () => {
    const json = '<tool_calls>[{"name": "f", "arguments": {}}]</tool_calls>'
    const message = parseToolCalls(`<tool_call>{"name": "f", "arguments": {}}</tool_call>${json}`, { format: 'auto' })
    expect(message.toolCalls).toHaveLength(1)
    expect(message.content).toBe(json)
  })

  it('resumes from a snapshot before and after it knows', () => {
    const text = 'Hi <tool_call>\n{"name": "f", "arguments": {"a": "x"}}\n</tool_call>'
    const whole = mergeEvents(runParser({ format: 'auto' }, [text]))
    for (let at = 0; at <= text.length; at += 1) {
      const first = createToolCallParser({ format: 'auto' })
      const events = first.feed(text.slice(0, at))
      const second = restoreToolCallParser({ format: 'auto' }, first.snapshot())
      events.push(...second.feed(text.slice(at)), ...second.end())
      expectSame(mergeEvents(events), whole)
    }
  })
})

const detected = printers.filter(({ format }) => foundAs(format) === format)

describe.each(detected)("format 'auto' on texts of $format", (printer) => {
  it('gives what the format itself gives', () => {
    fc.assert(
      fc.property(hardDocument(printer), ({ text, tools }) => {
        const reasoning = findFormat(printer.format).reasoning === undefined ? 'off' : 'tags'
        const auto = runParser({ format: 'auto', tools, reasoning }, [text])
        fc.pre(auto.some((event) => event.type === 'diagnostic' && event.code === 'format-detected'))
        const own = foldSeparately(runParser({ format: printer.format, tools, reasoning }, [text]))
        const { toolCalls } = foldSeparately(withoutDetection(auto))
        expect(toolCalls.map((call) => call.function)).toEqual(own.toolCalls.map((call) => call.function))
      }),
      propertySettings(0.1, printer),
    )
  })

  it('gives the same at every cut', () => {
    fc.assert(
      fc.property(parserInput(printer, { limits: true }), cuts, ({ text, options, finishReason }, fractions) => {
        const auto = { ...options, format: 'auto' }
        const whole = mergeEvents(runParser(auto, [text], finishReason))
        expectSame(mergeEvents(runParser(auto, splitEvery(text, 1), finishReason)), whole, 'single characters')
        expectSame(mergeEvents(runParser(auto, splitAt(text, cutsOf(text, fractions)), finishReason)), whole, 'cuts')
      }),
      propertySettings(0.1, printer),
    )
  })
})
