const assert = require('node:assert/strict')
const { createServer } = require('node:http')
const expected = require('./cases.json')

const { text, tools } = expected
const options = { format: 'qwen3_coder', tools }
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 0,
  model: 'qwen3-coder',
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
}

/** Reads the same call through every package and over sockets where the package serves. */
exports.useAll = async function useAll({ core, openai, fetch, fetchNode, express, fastify, aiSdk }) {
  checkCall(core.parseToolCalls(text, options).toolCalls)
  checkCall(openai.transformCompletion(completion, options).choices[0].message.tool_calls)

  await useMiddleware(aiSdk)

  const response = await fetch.transformResponse(Response.json(completion), options)
  checkCall((await response.json()).choices[0].message.tool_calls)

  const upstream = await listen(
    createServer((request, answer) => {
      request.resume()
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify(completion))
    }),
  )

  const handler = fetch.createUpstreamHandler({ upstream: upstream.url, format: 'qwen3_coder' })
  await ask(await listen(createServer((request, answer) => void fetchNode.answerNodeRequest(handler, request, answer))))

  const app = require('express')()
  app.use(express.toolCallProxy({ upstream: upstream.url, format: 'qwen3_coder' }))
  await ask(await listen(createServer(app)))

  const server = require('fastify').fastify()
  await server.register(fastify.toolCallProxy, { upstream: upstream.url, format: 'qwen3_coder' })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  await ask({ url, close: () => server.close() })
  await upstream.close()
}

/** Through the AI SDK, which npm has installed as the peer of the package. */
async function useMiddleware({ toolCallMiddleware }) {
  const { wrapLanguageModel } = require('ai')
  const finishReason = { unified: 'stop', raw: 'stop' }
  const doGenerate = async () => ({ content: [{ type: 'text', text }], finishReason, usage: {}, warnings: [] })
  const model = wrapLanguageModel({
    model: { specificationVersion: 'v3', provider: 'text', modelId: 'text', supportedUrls: {}, doGenerate },
    middleware: toolCallMiddleware({ format: 'qwen3_coder' }),
  })
  const [{ function: definition }] = tools
  const { name, parameters: inputSchema } = definition
  const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Write.' }] }]
  const { content } = await model.doGenerate({ prompt, tools: [{ type: 'function', name, inputSchema }] })
  const calls = content.filter(({ type }) => type === 'tool-call')
  checkCall(calls.map(({ toolName, input }) => ({ function: { name: toolName, arguments: input } })))
}

async function ask({ url, close }) {
  const response = await globalThis.fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'qwen3-coder', messages: [{ role: 'user', content: 'Write.' }], tools }),
  })
  const body = await response.json()
  checkCall(body.choices?.[0].message.tool_calls ?? assert.fail(JSON.stringify(body)))
  await close()
}

function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        close() {
          server.closeAllConnections()
          return new Promise((done) => server.close(done))
        },
      })
    })
  })
}

function checkCall(calls) {
  assert.equal(calls.length, 1)
  assert.equal(calls[0].function.name, expected.name)
  assert.deepEqual(JSON.parse(calls[0].function.arguments), expected.arguments)
}
