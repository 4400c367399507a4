// The renderers against the chat templates themselves: any history, both ways, one prompt.
import { spawnSync } from 'node:child_process'
import { Template } from '@huggingface/jinja'
import { propertySettings } from '@tooldelta/testbed'
import type { ChatTool } from '@tooldelta/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findPromptRenderer, normalizeHistory, type HistoryMessage } from '../../src/index.ts'
import { goldenScript, promptTemplates, python, readTemplate, type PromptTemplate } from './fixtures.ts'

const pieces = ['word', ' ', '\n', '日本', '😀', '"', "'", '\\', '&', '<', '{', '}']
const tags = ['</parameter>', '</tool_call>', '<tool_response>', '<think>']

/** Text with what templates and readers stumble over. */
function textOf(moreTags: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.constantFrom(...tags, ...moreTags) },
  )
  return fc.array(piece, { maxLength: 6 }).map((list) => list.join(''))
}

const name = fc.constantFrom('ls', 'read_file', 'a.b-c')

interface Turn {
  role: string
  content: string
  thought?: string | undefined
  calls?: { name: string; arguments: Record<string, unknown> }[]
  results?: string[]
}

interface Conversation {
  system: string | undefined
  turns: Turn[]
  tools: ChatTool[]
}

function conversationWith(text: fc.Arbitrary<string>, more: readonly unknown[]): fc.Arbitrary<Conversation> {
  const scalar = fc.oneof(text, fc.integer(), fc.constantFrom(0.5, -2.25, 0.001, ...more))
  const container = fc.oneof(
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('k', 'über', 'x y'), scalar, { maxKeys: 3 }),
  )
  const value = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: container })
  const call = fc.record({
    name,
    arguments: fc.dictionary(fc.constantFrom('path', 'n', 'ü', 'x-y'), value, { maxKeys: 3 }),
  })
  const thought = fc.option(text, { nil: undefined })
  const turn = fc.oneof(
    fc.record({ role: fc.constant('user'), content: text.map((words) => `u ${words}`) }),
    fc.record({ role: fc.constant('assistant'), content: text, thought }),
    fc.record({
      role: fc.constant('assistant'),
      content: text,
      thought,
      calls: fc.array(call, { minLength: 1, maxLength: 3 }),
      results: fc.array(text, { minLength: 3, maxLength: 3 }),
    }),
  )
  const schema = fc.record(
    {
      type: fc.constantFrom('string', 'number', 'boolean', 'array', 'object'),
      description: text,
      enum: fc.array(text, { minLength: 1, maxLength: 2 }),
      default: scalar,
      items: fc.record({ type: fc.constant('string') }),
    },
    { requiredKeys: ['type'] },
  )
  const tool = fc
    .record({ name, description: text, properties: fc.dictionary(fc.constantFrom('path', 'n', 'ü'), schema) })
    .map(({ name: toolName, description, properties }): ChatTool => {
      const parameters = { type: 'object', properties, required: Object.keys(properties).slice(1) }
      return { type: 'function', function: { name: toolName, description, parameters } }
    })
  return fc.record({
    system: fc.option(
      text.map((words) => `s ${words}`),
      { nil: undefined },
    ),
    turns: fc.array(turn, { maxLength: 6 }),
    tools: fc.array(tool, { maxLength: 3 }),
  })
}

describe('the prompt of the plain messages is that of the tools and calls', () => {
  describe('by the Jinja of Hugging Face in JavaScript, any history', () => {
    // It prints other booleans than Python does, takes more than line breaks off around `</think>`, and has no numbers as keys, which
    // Seed-OSS's template needs.
    const conversation = conversationWith(textOf([]), [])
    for (const entry of promptTemplates) {
      const { id } = entry
      const source = id === 'seed-oss' ? undefined : readTemplate(id)
      if (source === undefined) continue
      const template = new Template(source)
      it(id, () => {
        fc.assert(
          fc.property(conversation, (given) => {
            const { messages, tools, plain } = renderBoth(given, entry)
            expect(plain.every((message) => message.role !== 'tool' && message.tool_calls === undefined)).toBe(true)
            expect(render(template, plain)).toBe(render(template, messages, tools))
          }),
          propertySettings(0.25),
        )
      })
    }
  })

  it.skipIf(python === undefined)('by Jinja2, any history (skipped without python3-jinja2)', () => {
    const conversation = conversationWith(textOf(['</think>']), [true, false, null, 1e-7, 1e22])
    const lines = promptTemplates.flatMap((entry) => {
      if (readTemplate(entry.id) === undefined) return []
      const settings = propertySettings<Conversation>(0.25)
      return fc
        .sample(conversation, settings)
        .map((given) => JSON.stringify({ template: entry.id, ...renderBoth(given, entry) }))
    })
    const { stdout, stderr } = spawnSync(python ?? 'python3', [goldenScript, '--stdin'], {
      encoding: 'utf8',
      input: lines.join('\n'),
      env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    })
    expect(`${stdout.slice(0, 5000)}${stderr}`).toBe(`${lines.length} prompts are equal\n`)
  })
})

interface Rendered {
  messages: readonly HistoryMessage[]
  tools: readonly ChatTool[]
  plain: HistoryMessage[]
}

function renderBoth({ system, turns, tools }: Conversation, { id, format }: PromptTemplate): Rendered {
  const fitting = id === 'seed-oss' ? apart(turns) : id === 'qwen3-2507' ? withoutTags(turns) : turns
  const { messages } = normalizeHistory(toMessages(system, fitting))
  return { messages, tools, plain: findPromptRenderer(format)!.render({ messages, tools }) }
}

/** Seed-OSS trims messages of the assistant, and with them results behind two in a row. */
function apart(turns: readonly Turn[]): Turn[] {
  const between = { role: 'user', content: 'Go on.' }
  return turns.flatMap((turn) => (turn.calls === undefined && turn.role === 'assistant' ? [turn, between] : [turn]))
}

/** Qwen3-2507 leaves thoughts in the content, Qwen3 does not; the format is one. It matters where arguments hold the tag too. */
function withoutTags(turns: readonly Turn[]): Turn[] {
  return turns.map((turn) => ({ ...turn, content: turn.content.replaceAll('</think>', '') }))
}

function toMessages(system: string | undefined, turns: readonly Turn[]): HistoryMessage[] {
  const messages: HistoryMessage[] = system === undefined ? [] : [{ role: 'system', content: system }]
  messages.push({ role: 'user', content: 'Start.' })
  for (const [index, entry] of turns.entries()) {
    const { role, content } = entry
    const message: HistoryMessage = { role, content }
    if (entry.thought !== undefined) message['reasoning_content'] = entry.thought
    messages.push(message)
    if (entry.calls === undefined) continue
    const calls = entry.calls.map((made, place) => ({
      id: `c${index}_${place}`,
      type: 'function' as const,
      function: { name: made.name, arguments: JSON.stringify(made.arguments) },
    }))
    message.tool_calls = calls
    messages.push(
      ...calls.map(({ id }, place) => ({ role: 'tool', tool_call_id: id, content: entry.results![place]! })),
    )
  }
  return messages
}

function render(template: Template, messages: readonly HistoryMessage[], tools: readonly ChatTool[] = []): string {
  const read = messages.map((message) => {
    if (message.tool_calls === undefined) return message
    const calls = message.tool_calls.map((made) => ({
      ...made,
      function: { ...made.function, arguments: JSON.parse(made.function.arguments) as unknown },
    }))
    return { ...message, tool_calls: calls }
  })
  const given = tools.length === 0 ? {} : { tools }
  return template.render({ messages: read, add_generation_prompt: true, bos_token: '', ...given })
}
