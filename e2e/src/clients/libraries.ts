import { folderOf } from '../installs.ts'
import type { MiddlewareChoice } from '../agents/ai-sdk.ts'
import { runAgent, type AgentChoice } from '../agents/run.ts'
import { textReader } from '../requests.ts'
import { runProcess } from '../run-process.ts'
import { findNode22 } from '../node-22.ts'
import type { Client, ClientTools, Outcome, Task } from '../types.ts'
import { fileURLToPath } from 'node:url'
import { text } from '../values.ts'

const tools: ClientTools = {
  read: (path) => ({ name: 'read_file', arguments: [['path', text(path)]] }),
  write: (path, content) => ({
    name: 'write_file',
    arguments: [
      ['path', text(path)],
      ['content', text(content)],
    ],
  }),
  plain: { name: 'list_files', arguments: [] },
}

const middlewareFolder = fileURLToPath(new URL('../../../packages/ai-sdk/', import.meta.url))

interface Library {
  id: string
  title: string
  install: string
  agent: AgentChoice['agent']
  main: string
  provider?: string
  node?: 22
  /** Our middleware is in it, in this mode. Always on Node 22: that process knows no sources, so what runs is the build. */
  middleware?: MiddlewareChoice['mode']
}

const ran: Record<AgentChoice['agent'], string> = {
  openai: '`chat.completions.runTools`',
  'ai-sdk': '`streamText` and `generateText`, with `@ai-sdk/openai-compatible`',
  langchain: '`ChatOpenAI.bindTools`, `stream` and `invoke`, in a loop over `tool_calls`',
}

const libraries: readonly Library[] = [
  { id: 'openai4', title: 'openai 4', install: 'libraries', agent: 'openai', main: 'openai-4' },
  { id: 'openai5', title: 'openai 5', install: 'libraries', agent: 'openai', main: 'openai-5' },
  { id: 'openai6', title: 'openai 6', install: 'libraries', agent: 'openai', main: 'openai-6' },
  { id: 'openai7', title: 'openai 7', install: 'node-22', agent: 'openai', main: 'openai', node: 22 },
  {
    id: 'ai5',
    title: 'AI SDK 5',
    install: 'libraries',
    agent: 'ai-sdk',
    main: 'ai-5',
    provider: '@ai-sdk/openai-compatible-1',
  },
  {
    id: 'ai6',
    title: 'AI SDK 6',
    install: 'libraries',
    agent: 'ai-sdk',
    main: 'ai-6',
    provider: '@ai-sdk/openai-compatible-2',
  },
  {
    id: 'ai7',
    title: 'AI SDK 7',
    install: 'node-22',
    agent: 'ai-sdk',
    main: 'ai',
    provider: '@ai-sdk/openai-compatible',
    node: 22,
  },
  {
    id: 'middleware5',
    title: 'AI SDK 5, middleware',
    install: 'libraries',
    agent: 'ai-sdk',
    main: 'ai-5',
    provider: '@ai-sdk/openai-compatible-1',
    node: 22,
    middleware: 'prompt',
  },
  {
    id: 'middleware6',
    title: 'AI SDK 6, middleware',
    install: 'libraries',
    agent: 'ai-sdk',
    main: 'ai-6',
    provider: '@ai-sdk/openai-compatible-2',
    node: 22,
    middleware: 'prompt',
  },
  {
    id: 'middleware7',
    title: 'AI SDK 7, middleware',
    install: 'node-22',
    agent: 'ai-sdk',
    main: 'ai',
    provider: '@ai-sdk/openai-compatible',
    node: 22,
    middleware: 'prompt',
  },
  {
    id: 'middleware7-template',
    title: 'AI SDK 7, middleware, `template`',
    install: 'node-22',
    agent: 'ai-sdk',
    main: 'ai',
    provider: '@ai-sdk/openai-compatible',
    node: 22,
    middleware: 'template',
  },
  {
    id: 'langchain0',
    title: 'LangChain.js 0.3',
    install: 'langchain-0',
    agent: 'langchain',
    main: '@langchain/openai',
  },
  { id: 'langchain1', title: 'LangChain.js 1', install: 'langchain-1', agent: 'langchain', main: '@langchain/openai' },
]

export const libraryClients: readonly Client[] = libraries.map((library) => {
  const { id, title, install, agent, main, provider, node = 20, middleware } = library
  const choice: AgentChoice = {
    agent,
    folder: folderOf(install),
    names: { main, ...(provider !== undefined && { provider }) },
    ...(middleware !== undefined && { middleware: { folder: middlewareFolder, mode: middleware } }),
  }
  return {
    id,
    title,
    installs: node === 22 && install !== 'node-22' ? [install, 'node-22'] : [install],
    package: main,
    kind: 'library',
    node,
    isQuick: node === 20 && id !== 'langchain1',
    ran: ran[agent],
    tools,
    ...(agent === 'langchain' && {
      large: {
        model: 'whole',
        cause:
          'Needs `deliver: when-complete`: with every delta LangChain reads all arguments so far anew (`AIMessageChunk.concat`, `parsePartialJson`), so that 256 KB in small deltas take it minutes.',
      },
    }),
    ...(middleware !== undefined && embedMiddleware(middleware)),
    run: (task) => (node === 20 ? runAgent(choice, task) : runElsewhere(choice, task)),
  }
})

/** Nothing stands between such a client and the model server. */
function embedMiddleware(mode: MiddlewareChoice['mode']): Pick<Client, 'embeds' | 'ran' | 'reader' | 'lacks'> {
  return {
    embeds: '@tooldelta/ai-sdk',
    ran: `${ran['ai-sdk']} and \`@tooldelta/ai-sdk\` around its model, \`mode: ${mode}\``,
    ...(mode === 'prompt' && { reader: textReader }),
    lacks: { careful: 'no such option: a call that is cut off never becomes one' },
  }
}

/** A library that this Node cannot run, or that is not to see the sources, is run by another one. */
async function runElsewhere(choice: AgentChoice, task: Task): Promise<Outcome> {
  const file = fileURLToPath(new URL('../agents/process.ts', import.meta.url))
  const { code, output, errors } = await runProcess(await findNode22(), [file, JSON.stringify({ choice, task })], {})
  const line = output.trim().split('\n').at(-1) ?? ''
  if (code !== 0) return { text: '', error: errors }
  return JSON.parse(line) as Outcome
}
