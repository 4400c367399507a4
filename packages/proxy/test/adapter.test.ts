import { describeAdapter } from '@tooldelta/testbed/adapter-suite'
import { createProxyApp } from '../src/index.ts'
import { listen } from '../src/serve/listen.ts'

describeAdapter(
  'proxy',
  async (options) => {
    const app = await createProxyApp({ ...options, logLevel: 'silent' })
    const url = await listen(app, { host: '127.0.0.1', port: 0 })
    return {
      request: (path, init) => fetch(url + path, init),
      close: async () => {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
  { isServer: true },
)
