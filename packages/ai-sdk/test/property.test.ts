import { findPrinter, hardDocument, propertySettings, splitAt } from '@tooldelta/testbed'
import { parseToolCalls } from '@tooldelta/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkParts, contentOf, createCutReader, generateRun, mergeParts, streamRun } from './helpers.ts'

/** Names that are offered as they are. */
const plainNames = /^[A-Za-z_][\w.-]*$/

describe.each(['qwen3_coder', 'hermes', 'glm45', 'kimi_k2', 'pythonic'])('random documents of %s', (format) => {
  const printer = findPrinter(format)
  const documents = hardDocument(printer).filter(({ tools }) =>
    tools.every(({ function: { name } }) => plainNames.test(name)),
  )
  const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 })

  it('give what the parser says, at every cut, streamed and whole', async () => {
    await fc.assert(
      fc.asyncProperty(documents, cuts, async ({ text, tools }, places) => {
        const run = { options: { format }, tools }
        const chunks = splitAt(text, places).filter((chunk) => chunk !== '')
        const parts = createCutReader(run)(chunks)
        checkParts(parts)
        expect(mergeParts(await streamRun({ ...run, chunks: [text] }))).toEqual(mergeParts(parts))
        expect((await generateRun({ ...run, chunks: [text] })).content).toEqual(contentOf(parts))

        const message = parseToolCalls(text, { format, tools })
        const join = (type: string) =>
          parts.flatMap((part) => (part.type === type ? [part.delta] : [])).join('') || null
        expect({ content: join('text-delta'), reasoning: join('reasoning-delta') }).toEqual({
          content: message.content,
          reasoning: message.reasoning,
        })
        const calls = parts.filter(({ type }) => type === 'tool-call')
        expect(calls.map(({ toolName, input }) => [toolName, input])).toEqual(
          message.toolCalls
            .filter(({ status }) => status !== 'truncated')
            .map(({ function: { name, arguments: input } }) => [name, input]),
        )
        for (const { input } of calls) expect(() => JSON.parse(input as string)).not.toThrow()
      }),
      propertySettings(0.4, printer),
    )
  })

  it('cut off anywhere, never make a tool-call part of a call that is not whole', async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.double({ min: 0, max: 1, noNaN: true }), async ({ text, tools }, share) => {
        const short = text.slice(0, Math.floor(text.length * share))
        const parts = createCutReader({ options: { format }, tools, finishReason: 'length' })([short])
        checkParts(parts)
        const message = parseToolCalls(short, { format, tools, finishReason: 'length' })
        const whole = message.toolCalls.filter(({ status }) => status !== 'truncated')
        expect(parts.filter(({ type }) => type === 'tool-call')).toHaveLength(whole.length)
        expect(parts.at(-1)!.finishReason).toMatchObject({ unified: 'length' })
      }),
      propertySettings(0.4, printer),
    )
  })
})
