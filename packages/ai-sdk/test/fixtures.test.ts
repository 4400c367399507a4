import { isDeepStrictEqual } from 'node:util'
import { mergeEvents, readFormatFixtures, runParser, splitEvery, eachTwoWaySplit } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import type { StreamPart } from '../src/specification.ts'
import { checkParts, contentOf, generateRun, mergeParts, createCutReader, streamRun, type Run } from './helpers.ts'

const formats = ['qwen3_coder', 'hermes', 'glm45', 'kimi_k2', 'mistral', 'openai']

const aiWords: Record<string, string> = { tool_calls: 'tool-calls', content_filter: 'content-filter' }

describe.each(formats)('fixtures of %s', (format) => {
  // A tool whose name some formats cannot write is offered under another one: prepare-call.test.ts.
  const fixtures = readFormatFixtures(format).filter(
    ({ tools }) => tools?.every(({ function: { name } }) => /^[\w.-]+$/.test(name)) ?? true,
  )

  it('has fixtures', () => expect(fixtures.length).toBeGreaterThan(5))

  it.each(fixtures)('$kind: $title', async ({ kind, text, tools, options, finishReason = 'stop', expected }) => {
    const run: Omit<Run, 'chunks'> = {
      options: { format, ...options },
      // Without tools in the call nothing is parsed; a fixture without tools shows markers alone.
      tools: tools ?? toolsOf(expected.calls),
      finishReason: aiWords[finishReason] ?? finishReason,
    }
    const parts = await streamRun({ ...run, chunks: [text] })
    checkParts(parts)
    const read = createCutReader(run)
    checkParts(read(splitEvery(text, 1)))
    const whole = mergeParts(parts)
    if (tools !== undefined) expectFixture(whole, expected)
    const cuts = kind === 'other' ? [] : [...eachTwoWaySplit(text)]
    for (const chunks of [splitEvery(text, 1), splitEvery(text, 7), ...cuts]) {
      const cut = mergeParts(read(chunks))
      // toEqual takes its time, and there are tens of thousands of cuts.
      if (!isDeepStrictEqual(cut, whole)) expect(cut, JSON.stringify(chunks)).toEqual(whole)
    }
    const generated = await generateRun({ ...run, chunks: [text] })
    expect(generated.content).toEqual(contentOf(parts))
    expect(generated.finishReason).toEqual(parts.at(-1)!.finishReason)
  })
})

it('the fixtures are what the parser makes of them, so that the parts are compared with something', () => {
  const [fixture] = readFormatFixtures('qwen3_coder')
  const events = mergeEvents(runParser({ format: 'qwen3_coder', tools: fixture!.tools }, [fixture!.text]))
  expect(events.filter(({ type }) => type === 'tool-call-start')).toHaveLength(fixture!.expected.calls.length)
})

function toolsOf(calls: readonly { name: string }[]) {
  const names = [...new Set(calls.map(({ name }) => name)), 'another']
  return names.map((name) => ({ type: 'function', function: { name, parameters: { type: 'object' } } }))
}

function expectFixture(
  parts: readonly StreamPart[],
  expected: ReturnType<typeof readFormatFixtures>[number]['expected'],
): void {
  const join = (type: string) => parts.flatMap((part) => (part.type === type ? [part.delta!] : [])).join('') || null
  expect(join('text-delta')).toBe(expected.content)
  expect(join('reasoning-delta')).toBe(expected.reasoning)
  const calls = parts.filter(({ type }) => type === 'tool-call')
  const whole = expected.calls.filter(({ status }) => status !== 'truncated')
  expect(calls.map(({ toolName, input }) => ({ name: toolName, arguments: input }))).toEqual(
    whole.map(({ name, arguments: text }) => ({ name, arguments: text })),
  )
  expect(calls.map(({ providerMetadata }) => providerMetadata?.['tooldelta']?.['status'] ?? 'complete')).toEqual(
    whole.map(({ status }) => status),
  )
  const started = parts.filter(({ type }) => type === 'tool-input-start').map(({ toolName }) => toolName)
  expect(started).toEqual(expected.calls.map(({ name }) => name))
}
