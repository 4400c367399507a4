import {
  checkArguments,
  checkLedger,
  checkOrder,
  cuts,
  cutsOf,
  expectSame,
  foldSeparately,
  hardPiece,
  mergeEvents,
  propertySettings,
  runParser,
  splitAt,
  splitEvery,
} from '@tooldelta/testbed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type FinishReason,
  type ParserEvent,
  type ParserOptions,
  createToolCallParser,
  restoreToolCallParser,
} from '../../src/index.ts'
import { type TemplateMessage, type TemplatePrinter, printers, templateMessage } from './documents.ts'
import { templates } from './templates.ts'
import { weatherTool, writeTool } from './tools.ts'

/** What the parser is expected to make of a message. */
function expected(printer: TemplatePrinter, { thinking, content, calls }: TemplateMessage): unknown {
  const isCode = printer.template === 'codeBlock'
  return {
    content,
    reasoning: printer.template === 'lines' ? null : thinking,
    calls: calls.map((call) => ({
      name: isCode ? 'python' : call.name,
      arguments: isCode
        ? { code: JSON.stringify(call).replaceAll('<', '('), language: 'python' }
        : JSON.parse(JSON.stringify(call.arguments)),
      status: 'complete',
    })),
  }
}

function soup({ markers }: TemplatePrinter): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...markers) },
    { weight: 2, arbitrary: fc.constantFrom('a', ' ', '\n', '"', '{', '}', '<', '</', ': ', ',', '```\n', '</s>') },
    { weight: 1, arbitrary: hardPiece },
  )
  return fc.array(piece, { maxLength: 20, size: 'max' }).map((pieces) => pieces.join(''))
}

/** Valid messages, pieces of them, and soup, with all kinds of options and limits. */
function anyInput(
  printer: TemplatePrinter,
): fc.Arbitrary<{ text: string; options: ParserOptions; reason: FinishReason }> {
  const valid = templateMessage(printer).map((message) => printer.print(message))
  const piece = fc
    .tuple(valid, fc.nat(200), fc.nat(200))
    .map(([text, from, length]) => text.slice(from % (text.length + 1)).slice(0, length))
  const options = fc.record(
    {
      reasoning: fc.constantFrom('off', 'tags', 'open', 'auto'),
      fencedCalls: fc.constantFrom('content', 'extract'),
      closers: fc.constantFrom('confirmed', 'first'),
      repair: fc.boolean(),
      unknownTools: fc.constantFrom('forward', 'content'),
      tools: fc.constantFrom([], [weatherTool], [weatherTool, writeTool]),
      limits: fc.record(
        {
          argumentChars: fc.integer({ min: 1, max: 60 }),
          heldChars: fc.integer({ min: 1, max: 100 }),
          calls: fc.integer({ min: 1, max: 2 }),
          nameChars: fc.integer({ min: 1, max: 12 }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  return fc.record({
    text: fc.oneof(
      valid,
      piece,
      soup(printer),
      fc.tuple(piece, soup(printer)).map((texts) => texts.join('')),
    ),
    options: fc
      .oneof(fc.constant({}), options)
      .map((own) => ({ ...own, format: templates[printer.template]! }) as ParserOptions),
    reason: fc.constantFrom('stop', 'stop', 'length', 'abort'),
  })
}

describe.each(printers)('messages of $template', (printer) => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(templateMessage(printer), (message) => {
        const text = printer.print(message)
        const parser = createToolCallParser({ format: templates[printer.template]!, audit: true })
        const events = [...parser.feed(text), ...parser.end()]
        const { content, reasoning, toolCalls } = foldSeparately(events)
        const calls = toolCalls.map(({ function: call, status }) => ({
          name: call.name,
          arguments: JSON.parse(call.arguments) as unknown,
          status,
        }))
        expect({ content, reasoning, calls }, text).toEqual(expected(printer, message))
        checkLedger(text, events, parser.ledger())
      }),
      propertySettings(),
    )
  })

  it('hold every guarantee, whatever the text, the options and the cut', () => {
    fc.assert(
      fc.property(anyInput(printer), cuts, ({ text, options, reason }, fractions) => {
        const parser = createToolCallParser({ ...options, audit: true })
        const events = [...parser.feed(text), ...parser.end(reason)]
        checkOrder(events)
        checkArguments(events)
        checkLedger(text, events, parser.ledger())
        const whole = mergeEvents(events)
        expectSame(mergeEvents(runParser(options, splitEvery(text, 1), reason)), whole, 'single characters')
        expectSame(
          mergeEvents(runWithSnapshots(options, splitAt(text, cutsOf(text, fractions)), reason)),
          whole,
          'cuts',
        )
      }),
      propertySettings(),
    )
  })

  it('leave nothing behind that is decided', () => {
    const message = fc.sample(templateMessage(printer), { numRuns: 1, seed: 7 })[0]!
    const text = printer.print(message)
    const options = { format: templates[printer.template]! }
    const parser = createToolCallParser(options)
    for (let copies = 0; copies < 200; copies += 1) parser.feed(text)
    parser.end()
    expect(JSON.stringify(parser.snapshot()).length).toBeLessThan(20_000)
  })
})

function runWithSnapshots(options: ParserOptions, chunks: readonly string[], reason: FinishReason): ParserEvent[] {
  let parser = createToolCallParser(options)
  const events: ParserEvent[] = []
  for (const chunk of chunks) {
    events.push(...parser.feed(chunk))
    parser = restoreToolCallParser(options, JSON.parse(JSON.stringify(parser.snapshot())) as never)
  }
  return [...events, ...parser.end(reason)]
}
