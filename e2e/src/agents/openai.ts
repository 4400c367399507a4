import type { Outcome, Task } from '../types.ts'
import { explain, load } from './load.ts'
import { createTools } from './tools.ts'

interface Runner {
  finalContent(): Promise<string | null>
}

interface Completions {
  runTools(body: object): Runner
}

interface OpenAiClient {
  chat: { completions: Completions }
  beta?: { chat?: { completions: Completions } }
}

type OpenAi = new (options: { baseURL: string; apiKey: string }) => OpenAiClient

/** A program on the official SDK: `runTools`, which calls the functions and asks on until the model has no more calls. */
export async function runOpenAi(task: Task, folder: string, name: string): Promise<Outcome> {
  const { default: OpenAI } = load<{ default: OpenAi }>(folder, name)
  const client = new OpenAI({ baseURL: task.baseURL, apiKey: 'none' })
  // It left the beta with version 5.
  const completions = 'runTools' in client.chat.completions ? client.chat.completions : client.beta!.chat!.completions
  try {
    const runner = completions.runTools({
      model: task.model,
      messages: [{ role: 'user', content: task.prompt }],
      stream: task.isStreamed,
      tools: createTools(task.folder).map(({ execute, ...tool }) => ({
        type: 'function',
        function: { ...tool, function: execute, parse: JSON.parse },
      })),
    })
    return { text: (await runner.finalContent()) ?? '' }
  } catch (error) {
    return { text: '', error: explain(error) }
  }
}
