import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createCompletion,
  createJsonAnswer,
  createStreamAnswer,
  createVllmEvents,
  cutText,
  startScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { expect, it } from 'vitest'
import { createApp } from '../app.ts'

const answer =
  'Reading.\n<tool_call>\n<function=read_file>\n<parameter=path>\nsrc/main.ts\n</parameter>\n</function>\n</tool_call>'
const tools = [
  {
    type: 'function',
    function: { name: 'read_file', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
  },
]

it('answers with tool calls beside its own routes', async () => {
  const upstream = await startScriptedUpstream(({ body }) =>
    JSON.parse(body).stream
      ? createStreamAnswer(createVllmEvents(cutText(answer)))
      : createJsonAnswer(createCompletion(answer)),
  )
  const server = createServer(createApp(upstream.url, 'qwen3_coder'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = (stream: boolean): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'qwen3-coder',
        messages: [{ role: 'user', content: 'Read main.ts' }],
        tools,
        stream,
      }),
    })
  try {
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
    const { choices } = (await (await ask(false)).json()) as { choices: { message: object; finish_reason: string }[] }
    expect(choices[0]).toMatchObject({
      message: {
        content: 'Reading.',
        tool_calls: [{ function: { name: 'read_file', arguments: '{"path":"src/main.ts"}' } }],
      },
      finish_reason: 'tool_calls',
    })
    const { choices: streamed } = foldStrictly(readEventData(await (await ask(true)).text()))
    expect(streamed[0]).toMatchObject({
      content: 'Reading.',
      calls: [{ name: 'read_file', arguments: '{"path":"src/main.ts"}' }],
      finishReason: 'tool_calls',
    })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await upstream.close()
  }
})
