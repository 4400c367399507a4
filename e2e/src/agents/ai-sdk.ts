import type { Outcome, Task } from '../types.ts'
import { explain, load } from './load.ts'
import { createTools } from './tools.ts'

interface StreamPart {
  type: string
  text?: string
  error?: unknown
}

interface Ai {
  streamText(options: object): { fullStream: AsyncIterable<StreamPart> }
  generateText(options: object): Promise<{ text: string }>
  jsonSchema(schema: object): object
  stepCountIs?(count: number): object
  isStepCount?(count: number): object
}

interface Provider {
  createOpenAICompatible(options: object): (model: string) => object
}

/** A program on the AI SDK with its provider for OpenAI-compatible servers. */
export async function runAiSdk(task: Task, folder: string, names: { ai: string; provider: string }): Promise<Outcome> {
  const ai = load<Ai>(folder, names.ai)
  const { createOpenAICompatible } = load<Provider>(folder, names.provider)
  const provider = createOpenAICompatible({ name: 'tooldelta', baseURL: task.baseURL, apiKey: 'none' })
  const tools = createTools(task.folder).map(({ name, description, parameters, execute }) => [
    name,
    { description, inputSchema: ai.jsonSchema(parameters), execute },
  ])
  const errors: string[] = []
  const options = {
    model: provider(task.model),
    prompt: task.prompt,
    tools: Object.fromEntries(tools) as object,
    stopWhen: (ai.isStepCount ?? ai.stepCountIs)!(12),
    onError: () => {},
  }
  let text = ''
  try {
    if (!task.isStreamed) return { text: (await ai.generateText(options)).text }
    for await (const part of ai.streamText(options).fullStream) {
      if (part.type === 'text-delta') text += part.text ?? ''
      else if (part.type === 'error' || part.type === 'tool-error') errors.push(explain(part.error))
    }
  } catch (error) {
    errors.push(explain(error))
  }
  return { text, ...(errors.length > 0 && { error: errors.join('; ') }) }
}
