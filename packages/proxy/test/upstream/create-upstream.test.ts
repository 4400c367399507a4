import { createJsonAnswer, startScriptedUpstream } from '@tooldelta/testbed/scripted-upstream'
import { expect, it } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { createUpstream } from '../../src/upstream/index.ts'

it('answers', async () => {
  const server = await startScriptedUpstream(createJsonAnswer({ ok: true }))
  const config = configSchema.parse({ upstreams: [{ name: 'gpu', urls: [server.url] }] })
  const upstream = createUpstream(config.upstreams[0]!, config)
  const response = await upstream.fetch('http://x/v1/models', { headers: { authorization: 'Bearer a' } })
  expect(await response.json()).toEqual({ ok: true })
  expect(server.requests[0]?.headers).not.toHaveProperty('authorization')
  await upstream.close()
  await server.close()
})
