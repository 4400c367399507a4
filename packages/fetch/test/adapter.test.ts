import { describeAdapter } from '@tooldelta/testbed/adapter-suite'
import { createToolCallFetch } from '../src/index.ts'

describeAdapter(
  'fetch',
  async ({ upstream, format }) => {
    const toolCallFetch = createToolCallFetch({ format })
    return { request: (path, init) => toolCallFetch(upstream + path, init) }
  },
  { isServer: false },
)
