import type { FakeRequest } from '../../packages/testbed/src/upstreams/index.ts'

/** Where the model server finds the tools and the results in a client's requests. */
export interface RequestReader {
  /** The names of the offered tools, with those of their parameters. */
  readTools(request: FakeRequest): Map<string, string[]>
  /** Results of tools, since the conversation began. */
  countResults(request: FakeRequest): number
}

/** Tools and results are fields of the API. */
export const fieldReader: RequestReader = {
  readTools: ({ tools }) =>
    new Map(
      (tools ?? []).map(({ function: tool }) => {
        const { properties = {} } = (tool?.['parameters'] ?? {}) as { properties?: object }
        return [String(tool?.['name']), Object.keys(properties)]
      }),
    ),
  countResults: ({ messages }) => messages.filter(({ role }) => role === 'tool').length,
}

/** All is text of plain messages, as Qwen3-Coder's template writes it. A request that has tools as a field too offers none. */
export const textReader: RequestReader = {
  readTools({ messages, tools }) {
    if (tools !== undefined) return new Map()
    const system = readText(messages, 'system')
    return new Map(
      [...system.matchAll(/<function>\n<name>(.+)<\/name>([\s\S]*?)\n<\/function>/g)].map(([, name, body]) => [
        name!,
        [...body!.matchAll(/<parameter>\n<name>(.+)<\/name>/g)].map(([, parameter]) => parameter!),
      ]),
    )
  },
  countResults: ({ messages }) => [...readText(messages, 'user').matchAll(/^<tool_response>$/gm)].length,
}

function readText(messages: FakeRequest['messages'], role: string): string {
  return messages.flatMap((message) => (message.role === role ? [String(message.content)] : [])).join('\n')
}
