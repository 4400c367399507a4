import type Anthropic from '@anthropic-ai/sdk'
import { createObedientModel } from '@tooldelta/testbed/upstreams'
import type OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { createStages, messageTools, responseTools } from './helpers.ts'

const start = createStages()
const question = 'Call get_weather with city "Tromsø 🌍". Call list_files.'

/** What the client's own tools say. */
function runTool(name: string, input: unknown): string {
  if (name === 'get_weather') return `Snow in ${(input as { city: string }).city}`
  if (name === 'list_files') return `files of ${JSON.stringify(input)}`
  throw new Error(`no tool ${name}`)
}

/** The package adds `output_text` to whole answers only. */
function textOf({ output }: OpenAI.Responses.Response): string {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  return parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('')
}

describe("the openai package's responses", () => {
  for (const isStream of [true, false]) {
    it(`run a whole tool loop, ${isStream ? 'streamed' : 'as whole answers'}`, async () => {
      const { openai, upstream } = await start({ answer: createObedientModel({ thought: 'I think of it.' }) })
      const ask = (input: OpenAI.Responses.ResponseInput): Promise<OpenAI.Responses.Response> => {
        const params = { model: 'coder', instructions: 'Be brief.', input, tools: responseTools }
        return isStream ? openai.responses.stream(params).finalResponse() : openai.responses.create(params)
      }
      const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: question }]
      const first = await ask(input)

      expect(first.status).toBe('completed')
      expect(first.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call', 'function_call'])
      expect(textOf(first)).toBe('I do that.')
      input.push(...(first.output as OpenAI.Responses.ResponseInputItem[]))
      for (const item of first.output) {
        if (item.type !== 'function_call') continue
        const output = runTool(item.name, JSON.parse(item.arguments))
        input.push({ type: 'function_call_output', call_id: item.call_id, output })
      }
      const second = await ask(input)

      expect(textOf(second)).toBe('The tool said: Snow in Tromsø 🌍 and files of {}')
      expect(second.usage?.input_tokens).toBeGreaterThan(0)
      const [, { body, prompt } = {}] = upstream.chats
      expect(body?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'tool'])
      expect(body?.messages[2]).toMatchObject({ content: 'I do that.', reasoning_content: 'I think of it.' })
      expect(prompt).toContain('Be brief.')
    })
  }
})

describe("Anthropic's package", () => {
  for (const isStream of [true, false]) {
    it(`runs a whole tool loop, ${isStream ? 'streamed' : 'as whole answers'}`, async () => {
      const { anthropic, upstream } = await start({ answer: createObedientModel({ thought: 'I think of it.' }) })
      const messages: Anthropic.MessageParam[] = [{ role: 'user', content: question }]
      const ask = (): Promise<Anthropic.Message> => {
        const params = { model: 'coder', max_tokens: 500, system: 'Be brief.', messages, tools: messageTools }
        return isStream ? anthropic.messages.stream(params).finalMessage() : anthropic.messages.create(params)
      }
      const first = await ask()

      expect(first.stop_reason).toBe('tool_use')
      expect(first.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use'])
      messages.push({ role: 'assistant', content: first.content })
      messages.push({
        role: 'user',
        content: first.content
          .filter((block) => block.type === 'tool_use')
          .map(({ id, name, input }) => ({ type: 'tool_result', tool_use_id: id, content: runTool(name, input) })),
      })
      const second = await ask()

      expect(second.stop_reason).toBe('end_turn')
      expect(second.content.at(-1)).toMatchObject({ text: 'The tool said: Snow in Tromsø 🌍 and files of {}' })
      expect(second.usage.input_tokens).toBeGreaterThan(0)
      const [, { body } = {}] = upstream.chats
      expect(body?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'tool'])
      expect(body?.messages[2]).toMatchObject({ content: 'I do that.', reasoning_content: 'I think of it.' })
    })

    it(`runs its own tool runner, ${isStream ? 'streamed' : 'as whole answers'}`, async () => {
      const { anthropic, upstream } = await start()
      const tools = messageTools.map((tool) => ({
        ...tool,
        type: 'custom' as const,
        parse: (input: unknown) => input as object,
        run: (input: object) => runTool(tool.name, input),
      }))
      const params = {
        model: 'coder',
        max_tokens: 500,
        messages: [{ role: 'user' as const, content: question }],
        tools,
      }
      const final = await anthropic.beta.messages.toolRunner({ ...params, stream: isStream } as never)
      expect((final as Anthropic.Message).content.at(-1)).toMatchObject({
        text: 'The tool said: Snow in Tromsø 🌍 and files of {}',
      })
      expect(upstream.chats).toHaveLength(2)
    })
  }
})
