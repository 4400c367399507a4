import { toolCallProxy } from '@tooldelta/express'
import express, { type Express } from 'express'

/** An app with routes of its own and an OpenAI API under /v1 whose answers carry tool calls. */
export function createApp(upstream: string, format: string): Express {
  const app = express()
  // Before express.json(): the proxy reads the body itself and passes requests without tools byte for byte.
  app.use(toolCallProxy({ upstream, format }))
  app.use(express.json())
  app.get('/health', (_request, response) => {
    response.json({ status: 'ok' })
  })
  return app
}
