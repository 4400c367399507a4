import { readFileSync } from 'node:fs'
import { parseToolCalls, type ParserOptions } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'

const page = readFileSync(new URL('../../../docs/diagnostics.md', import.meta.url), 'utf8')
const source = readFileSync(new URL('../../../packages/core/src/diagnostics.ts', import.meta.url), 'utf8')
const examples = [
  ...page.matchAll(/^### `([\w-]+)`\n.*?^```text\n(.*?)\n```\n\n```json\n(.*?)\n```\n\n```json\n(.*?)\n```/gms),
].map(([, code, text, options, result]) => ({ code: code!, text: text!, options: options!, result: result! }))

describe('docs/diagnostics.md', () => {
  it('has an example of every code', () => {
    const codes = [...source.matchAll(/^ {2}\| '([\w-]+)'$/gm)].map(([, code]) => code)
    expect(codes.length).toBeGreaterThan(10)
    expect(examples.map(({ code }) => code)).toEqual(codes)
  })

  it.each(examples)('shows what $code looks like', ({ code, text, options, result }) => {
    const message = parseToolCalls(text, JSON.parse(options) as ParserOptions)
    const remarks = message.diagnostics.map((diagnostic) => diagnostic.code)
    const calls = message.toolCalls.map((call) => ({ ...call.function, status: call.status }))
    expect(remarks).toContain(code)
    expect({ content: message.content, calls, remarks }).toEqual(JSON.parse(result))
  })
})
