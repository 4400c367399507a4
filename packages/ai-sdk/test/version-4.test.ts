import { describe, expect, it } from 'vitest'
import { prepareCall } from '../src/prepare-call.ts'
import type { ContentPart, PromptMessage, StreamPart } from '../src/specification.ts'
import { callOf, checkParts, createModel, readAll, reasonOf, textParts, toCallTools, usageOf, wrap } from './helpers.ts'

/** What version 4 (ai 7) has and version 3 has not. Whole loops on ai 7 itself, which needs Node 22, are in e2e. */

const options = { format: 'qwen3_coder', createCallId: (index: number) => `call-${index}` }
const call = '<tool_call>\n<function=ls>\n</function>\n</tool_call>'
const tools = toCallTools([{ function: { name: 'ls', parameters: { type: 'object', properties: {} } } }])!
const citations = [{ source: { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com' }, endIndex: 3 }]
const image = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AA==' } }

describe('specification version 4', () => {
  it('passes the parts of a stream that it added', async () => {
    const added: StreamPart[] = [
      { type: 'ping' },
      { type: 'custom', kind: 'p.compaction', providerMetadata: { p: { id: 'c' } } },
      { type: 'reasoning-file', mediaType: 'image/png', data: { type: 'data', data: 'AA==' } },
      image,
    ]
    const [start, ...rest] = textParts({ chunks: ['Hi.', `\n${call}`] })
    const model = wrap(createModel([[start!, ...added, ...rest]]), options)
    const parts = await readAll((await model.doStream(callOf({ tools }))).stream)
    checkParts(parts)
    expect(parts.slice(1, 1 + added.length)).toEqual(added)
    expect(parts.at(-2)).toMatchObject({ type: 'tool-call', toolName: 'ls', input: '{}' })
  })

  it('keeps the citations of a text, streamed or not', async () => {
    const text: ContentPart = { type: 'text', text: 'Hi.', citations }
    const finish = { finishReason: reasonOf('stop'), usage: usageOf('v3') }
    const scripted = createModel([
      [
        { type: 'text-start', id: 't' },
        { type: 'text-delta', id: 't', delta: 'Hi.' },
        { type: 'text-end', id: 't', citations },
        { type: 'finish', ...finish },
      ],
    ])
    const model = wrap(
      { ...scripted, doGenerate: () => Promise.resolve({ content: [text], warnings: [], ...finish }) },
      options,
    )
    const parts = await readAll((await model.doStream(callOf({ tools }))).stream)
    expect(parts.find(({ type }) => type === 'text-end')).toEqual({ type: 'text-end', id: 't', citations })
    expect((await model.doGenerate(callOf({ tools }))).content).toEqual([text])
  })

  it('writes results whose files have tagged data, and keeps parts that only the provider knows', () => {
    const custom = { type: 'custom', kind: 'p.compaction', providerOptions: { p: { id: 'c' } } }
    const prompt: PromptMessage[] = [
      { role: 'user', content: [{ type: 'text', text: 'Look.' }, image] },
      {
        role: 'assistant',
        content: [custom, { type: 'tool-call', toolCallId: 'a', toolName: 'ls', input: {} }],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-approval-response', approvalId: 'x', approved: true },
          {
            type: 'tool-result',
            toolCallId: 'a',
            toolName: 'ls',
            output: { type: 'content', value: [{ type: 'text', text: 'see' }, image] },
          },
        ],
      },
    ]
    const { params } = prepareCall({ prompt, tools, reasoning: 'high' }, options)
    expect(params['reasoning']).toBe('high')
    const [, user, assistant, results] = params.prompt
    expect(user).toBe(prompt[0])
    expect(assistant!.content).toContain(custom)
    expect(JSON.stringify(assistant!.content)).toContain(JSON.stringify(call).slice(1, -1))
    expect(results!.role).toBe('user')
    expect(results!.content).toContainEqual(image)
    expect(JSON.stringify(results!.content)).toContain('see')
  })
})
