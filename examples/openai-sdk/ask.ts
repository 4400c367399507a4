// Asks a vLLM server that has no tool parser, with the OpenAI SDK:
//   vllm serve Qwen/Qwen3-Coder-30B-A3B-Instruct
//   UPSTREAM=http://127.0.0.1:8000/v1 pnpm start
import { createToolCallFetch } from '@tooldelta/fetch'
import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: process.env['UPSTREAM'] ?? 'http://127.0.0.1:8000/v1',
  apiKey: process.env['UPSTREAM_KEY'] ?? 'none',
  fetch: createToolCallFetch({ format: process.env['FORMAT'] ?? 'qwen3_coder' }),
})

const stream = client.chat.completions.stream({
  model: process.env['MODEL'] ?? 'Qwen/Qwen3-Coder-30B-A3B-Instruct',
  messages: [{ role: 'user', content: 'What is the weather in Oslo?' }],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'The weather of a city',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' }, days: { type: 'integer' } },
          required: ['city'],
        },
      },
    },
  ],
})

// The arguments arrive while the model writes them.
stream.on('tool_calls.function.arguments.delta', ({ name, arguments_delta: piece }) =>
  console.log(`${name} += ${piece}`),
)

const { choices } = await stream.finalChatCompletion()
for (const { message, finish_reason: reason } of choices) {
  console.log(`finish_reason: ${reason}`)
  for (const call of message.tool_calls ?? []) console.log(`call: ${call.function.name}(${call.function.arguments})`)
}
