import type { Outcome, Task } from '../types.ts'
import { explain, load } from './load.ts'
import { createTools } from './tools.ts'

interface Message {
  content: unknown
  concat(other: Message): Message
  tool_calls?: { id?: string; name: string; args: Record<string, unknown> }[]
}

interface BoundModel {
  stream(messages: object[]): Promise<AsyncIterable<Message>>
  invoke(messages: object[]): Promise<Message>
}

interface ChatModels {
  ChatOpenAI: new (options: object) => { bindTools(tools: object[]): BoundModel }
}

interface Messages {
  HumanMessage: new (text: string) => object
  ToolMessage: new (fields: object) => object
}

/** A program on LangChain: the loop of its guide, which calls what stands in `tool_calls`. */
export async function runLangChain(task: Task, folder: string): Promise<Outcome> {
  const { ChatOpenAI } = load<ChatModels>(folder, '@langchain/openai')
  const { HumanMessage, ToolMessage } = load<Messages>(folder, '@langchain/core/messages')
  const tools = createTools(task.folder)
  const options = { model: task.model, apiKey: 'none', configuration: { baseURL: task.baseURL }, maxRetries: 0 }
  const model = new ChatOpenAI(options).bindTools(
    tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
  )
  const messages: object[] = [new HumanMessage(task.prompt)]
  let text = ''
  try {
    for (let turn = 0; turn < 12; turn += 1) {
      const answer = task.isStreamed ? await collect(await model.stream(messages)) : await model.invoke(messages)
      messages.push(answer)
      text += readText(answer.content)
      if ((answer.tool_calls ?? []).length === 0) return { text }
      for (const { id, name, args } of answer.tool_calls!) {
        const tool = tools.find((tool) => tool.name === name)
        const content = tool === undefined ? `There is no tool ${name}` : await tool.execute(args)
        messages.push(new ToolMessage({ content, tool_call_id: id }))
      }
    }
    return { text, error: 'The model did not come to an end.' }
  } catch (error) {
    return { text, error: explain(error) }
  }
}

async function collect(stream: AsyncIterable<Message>): Promise<Message> {
  let whole: Message | undefined
  for await (const piece of stream) whole = whole === undefined ? piece : whole.concat(piece)
  if (whole === undefined) throw new Error('The stream was empty.')
  return whole
}

function readText(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? '').join('') : ''
}
