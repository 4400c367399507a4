import { parseToolCalls } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { type Cuts, cutText } from '../src/trace/cuts.ts'
import { Trace } from '../src/trace/trace.ts'

const text =
  'Reading.\n<tool_call>\n<function=read_file>\n<parameter=path>\nC:\\new "x" \u{1F600}\n</parameter>\n</function>\n</tool_call>'
const options = { format: 'qwen3_coder' }
const allCuts: Cuts[] = [
  { kind: 'tokens' },
  { kind: 'characters', size: 1 },
  { kind: 'characters', size: 7 },
  { kind: 'random', seed: 3 },
  { kind: 'marks', at: [5, 40, 2, 40, 9999] },
  { kind: 'whole' },
]

function traceOf(cuts: Cuts): Trace {
  const trace = new Trace(options)
  for (const chunk of cutText(text, cuts)) trace.push(chunk)
  trace.end('stop')
  return trace
}

describe.each(allCuts)('cuts $kind', (cuts) => {
  it('join to the text', () => {
    expect(cutText(text, cuts).join('')).toBe(text)
    expect(cutText('', cuts)).toEqual([])
  })

  it('end in the message that the whole text gives', () => {
    const trace = traceOf(cuts)
    const { content, calls } = trace.message(trace.length - 1)
    const whole = parseToolCalls(text, options)
    expect(content).toBe(whole.content)
    expect(calls).toEqual(
      whole.toolCalls.map(({ id, function: { name, arguments: args }, status }) => ({
        id,
        name,
        arguments: args,
        status,
      })),
    )
  })

  it('give every character exactly one fate at every step', () => {
    const trace = traceOf(cuts)
    for (let step = 0; step < trace.length; step += 1) {
      const segments = trace.segments(step, 0, text.length)
      expect(segments[0]?.start).toBe(0)
      expect(segments.at(-1)?.end).toBe(text.length)
      for (const [index, segment] of segments.entries()) {
        if (index > 0) expect(segment.start).toBe(segments[index - 1]?.end)
        expect(segment.fate === 'future').toBe(segment.start >= trace.step(step).to)
      }
    }
  })

  it('give the same step for a place in the text as the chunk that covers it', () => {
    const trace = traceOf(cuts)
    for (let offset = 0; offset < text.length; offset += 1) {
      const { from, to } = trace.step(trace.stepAt(offset))
      expect(from <= offset && offset < to).toBe(true)
    }
  })
})

it('shows a message that only grows, and ends on the wire with finish_reason tool_calls', () => {
  const trace = traceOf({ kind: 'characters', size: 1 })
  let before = ''
  for (let step = 0; step < trace.length; step += 1) {
    const now = trace.message(step).calls[0]?.arguments ?? ''
    expect(now.startsWith(before)).toBe(true)
    before = now
  }
  const wire = Array.from({ length: trace.length }, (_, step) => trace.step(step).wire).flat()
  expect(wire.at(-1)?.choices?.[0]?.finish_reason).toBe('tool_calls')
  const sent = wire.map((chunk) => chunk.choices?.[0]?.delta.tool_calls?.[0]?.function?.arguments ?? '').join('')
  expect(sent).toBe(before)
})

it('takes more chunks after it was looked at', () => {
  const trace = new Trace(options)
  trace.push('Hello')
  expect(trace.segments(0, 0, 5)).toEqual([{ start: 0, end: 5, fate: 'content' }])
  trace.push(' <tool')
  expect(trace.step(1).held).toBe(' <tool')
  expect(trace.segments(1, 0, 11)).toEqual([
    { start: 0, end: 5, fate: 'content' },
    { start: 5, end: 11, fate: 'held' },
  ])
})

it('keeps a megabyte in tokens without a copy for each step, and shows any step of it at once', () => {
  const big = `<tool_call>\n<function=write>\n<parameter=text>\n${'const value = compute(index + 1)\n'.repeat(32_000)}</parameter>\n</function>\n</tool_call>`
  const trace = new Trace(options)
  const chunks = cutText(big, { kind: 'tokens' })
  for (const chunk of chunks) trace.push(chunk)
  trace.end('stop')
  expect(trace.length).toBe(chunks.length + 1)
  const start = performance.now()
  for (const step of [trace.length - 2, 1000, 200_000]) expect(trace.step(step).wire).toHaveLength(1)
  expect(trace.message(200_000).calls[0]?.arguments.length).toBeGreaterThan(400_000)
  // Far above what it takes, far below what a replay of every chunk would.
  expect(performance.now() - start).toBeLessThan(3000)
})
