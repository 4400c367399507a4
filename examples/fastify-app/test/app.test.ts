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
  const app = await createApp(upstream.url, 'qwen3_coder')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
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
    await app.close()
    await upstream.close()
  }
})
