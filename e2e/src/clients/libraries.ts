import { folderOf } from '../installs.ts'
import { runAgent, type AgentChoice } from '../agents/run.ts'
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

interface Library {
  id: string
  title: string
  install: string
  agent: AgentChoice['agent']
  main: string
  provider?: string
  node?: 22
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
    id: 'langchain0',
    title: 'LangChain.js 0.3',
    install: 'langchain-0',
    agent: 'langchain',
    main: '@langchain/openai',
  },
  { id: 'langchain1', title: 'LangChain.js 1', install: 'langchain-1', agent: 'langchain', main: '@langchain/openai' },
]

export const libraryClients: readonly Client[] = libraries.map((library) => {
  const { id, title, install, agent, main, provider, node = 20 } = library
  const choice: AgentChoice = {
    agent,
    folder: folderOf(install),
    names: { main, ...(provider !== undefined && { provider }) },
  }
  return {
    id,
    title,
    installs: [install],
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
    run: (task) => (node === 20 ? runAgent(choice, task) : runElsewhere(choice, task)),
  }
})

/** A library that this Node cannot run is run by another one. */
async function runElsewhere(choice: AgentChoice, task: Task): Promise<Outcome> {
  const file = fileURLToPath(new URL('../agents/process.ts', import.meta.url))
  const { code, output, errors } = await runProcess(await findNode22(), [file, JSON.stringify({ choice, task })], {})
  const line = output.trim().split('\n').at(-1) ?? ''
  if (code !== 0) return { text: '', error: errors }
  return JSON.parse(line) as Outcome
}
