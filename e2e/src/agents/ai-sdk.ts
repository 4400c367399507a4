import type { ModelName, Outcome, Task } from '../types.ts'
import { explain, load } from './load.ts'
import { createTools } from './tools.ts'

/** What the model server calls its model. */
const upstreamModel = 'qwen3-coder'

interface StreamPart {
  type: string
  text?: string
  error?: unknown
}

interface Ai {
  streamText(options: object): { fullStream: AsyncIterable<StreamPart> }
  generateText(options: object): Promise<{ text: string }>
  wrapLanguageModel(options: { model: object; middleware: object }): object
  jsonSchema(schema: object): object
  stepCountIs?(count: number): object
  isStepCount?(count: number): object
}

interface Provider {
  createOpenAICompatible(options: object): (model: string) => object
}

interface AiSdkPackage {
  toolCallMiddleware(options: object): object
}

/** Our middleware, and how it gives the tools to the model. */
export interface MiddlewareChoice {
  /** The package's folder, with a slash at its end. */
  folder: string
  mode: 'prompt' | 'template'
}

/** What the proxy has in its settings for these models, as options of the middleware. */
const middlewareOptions: Partial<Record<ModelName, object>> = {
  whole: { deliver: 'when-complete' },
  thinking: { reasoning: 'tags' },
}

/** A program on the AI SDK with its provider for OpenAI-compatible servers. */
export async function runAiSdk(
  task: Task,
  folder: string,
  names: { ai: string; provider: string },
  middleware: MiddlewareChoice | undefined,
): Promise<Outcome> {
  const ai = load<Ai>(folder, names.ai)
  const { createOpenAICompatible } = load<Provider>(folder, names.provider)
  const provider = createOpenAICompatible({ name: 'tooldelta', baseURL: task.baseURL, apiKey: 'none' })
  const tools = createTools(task.folder).map(({ name, description, parameters, execute }) => [
    name,
    { description, inputSchema: ai.jsonSchema(parameters), execute },
  ])
  const errors: string[] = []
  const options = {
    model: middleware === undefined ? provider(task.model) : wrap(ai, provider(upstreamModel), middleware, task.model),
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

function wrap(ai: Ai, model: object, { folder, mode }: MiddlewareChoice, settings: ModelName): object {
  const { toolCallMiddleware } = load<AiSdkPackage>(folder, '@tooldelta/ai-sdk')
  const options = { format: 'qwen3_coder', mode, ...middlewareOptions[settings] }
  return ai.wrapLanguageModel({ model, middleware: toolCallMiddleware(options) })
}
