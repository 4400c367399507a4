import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describeAdapter, type AdapterOptions, type RunningAdapter } from '@tooldelta/testbed/adapter-suite'
import express from 'express'
import express4 from 'express4'
import { toolCallProxy } from '../src/index.ts'

for (const [name, createApp] of [
  ['express 5', express],
  ['express 4', express4 as unknown as typeof express],
] as const) {
  describeAdapter(name, (options) => start(createApp, options), { isServer: true })
}

async function start(createApp: typeof express, options: AdapterOptions): Promise<RunningAdapter> {
  const app = createApp()
  app.use(toolCallProxy(options))
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    request: (path, init) => fetch(url + path, init),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
