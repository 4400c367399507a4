// A loop of tool calls with a vLLM server that has no tool parser and refuses requests with tools:
//   vllm serve Qwen/Qwen3-Coder-30B-A3B-Instruct
//   UPSTREAM=http://127.0.0.1:8000/v1 pnpm start "What is the weather in Oslo?"
// MODE=template leaves the tools to the chat template of the server.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { toolCallMiddleware } from '@tooldelta/ai-sdk'
import { stepCountIs, streamText, tool, wrapLanguageModel } from 'ai'
import { z } from 'zod'

const provider = createOpenAICompatible({
  name: 'vllm',
  baseURL: process.env['UPSTREAM'] ?? 'http://127.0.0.1:8000/v1',
})

const model = wrapLanguageModel({
  model: provider(process.env['MODEL'] ?? 'Qwen/Qwen3-Coder-30B-A3B-Instruct'),
  middleware: toolCallMiddleware({
    format: process.env['FORMAT'] ?? 'qwen3_coder',
    mode: process.env['MODE'] === 'template' ? 'template' : 'prompt',
    onDiagnostic: ({ code, message }) => console.log(`remark: ${code}: ${message}`),
  }),
})

const { fullStream } = streamText({
  model,
  prompt: process.argv[2] ?? 'What is the weather in Oslo?',
  stopWhen: stepCountIs(5),
  tools: {
    get_weather: tool({
      description: 'The weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => `${city}: 3 degrees, rain`,
    }),
  },
})

for await (const part of fullStream) {
  if (part.type === 'text-delta') process.stdout.write(part.text)
  // The input arrives while the model writes it.
  if (part.type === 'tool-input-start') console.log(`begins: ${part.toolName}`)
  if (part.type === 'tool-input-delta') console.log(`input += ${part.delta}`)
  if (part.type === 'tool-result') console.log(`result: ${JSON.stringify(part.input)} gave ${String(part.output)}`)
  if (part.type === 'finish-step') console.log(`\nstep: ${part.finishReason}`)
  if (part.type === 'error') throw part.error
}
