import type { Outcome, Task } from '../types.ts'
import { runAiSdk, type MiddlewareChoice } from './ai-sdk.ts'
import { runLangChain } from './langchain.ts'
import { runOpenAi } from './openai.ts'

/** Which program is run, on which library. */
export interface AgentChoice {
  agent: 'openai' | 'ai-sdk' | 'langchain'
  /** Where the library is installed, with a slash at its end. */
  folder: string
  /** Under which names. */
  names: { main: string; provider?: string }
  /** The AI SDK's model has our middleware around it. */
  middleware?: MiddlewareChoice
}

export function runAgent({ agent, folder, names, middleware }: AgentChoice, task: Task): Promise<Outcome> {
  switch (agent) {
    case 'openai':
      return runOpenAi(task, folder, names.main)
    case 'ai-sdk':
      return runAiSdk(task, folder, { ai: names.main, provider: names.provider! }, middleware)
    case 'langchain':
      return runLangChain(task, folder)
  }
}
