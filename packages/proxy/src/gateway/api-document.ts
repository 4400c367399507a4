import packageJson from '../../package.json' with { type: 'json' }
import type { Config } from '../config/schema.ts'
import { everyModel } from './model-routes.ts'

type Schema = Record<string, unknown>

const json = (schema: Schema): Schema => ({ content: { 'application/json': { schema } } })
const error = (description: string): Schema => ({ description, ...json({ $ref: '#/components/schemas/Error' }) })
const object = (description: string): Schema => ({ description, ...json({ type: 'object' }) })
const text = (description: string): Schema => ({ type: 'string', description })

/** The OpenAPI document of a server with these settings. */
export function createApiDocument(config: Config): Record<string, unknown> {
  const models = config.models.map(({ name }) => name).filter((name) => name !== everyModel)
  const example = models[0] ?? 'model'
  const hasKeys = config.keys.length > 0
  return {
    openapi: '3.1.0',
    info: {
      title: 'tooldelta',
      version: packageJson.version,
      description:
        'OpenAI tool calls in front of model servers without a tool parser.' +
        (hasKeys ? ' Press Authorize and give a key to try requests.' : ''),
    },
    servers: [{ url: '/' }],
    ...(hasKeys && { security: [{ bearer: [] }, { apiKey: [] }] }),
    tags: [{ name: 'models' }, { name: 'operations' }],
    paths: { ...createModelPaths(config, example), ...createOperationPaths(config) },
    components: {
      ...(hasKeys && {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      }),
      schemas: createSchemas(models),
    },
  }
}

function createModelPaths(config: Config, model: string): Schema {
  const errors = {
    400: error('The request is wrong; the message says where.'),
    401: error('The key is missing or unknown.'),
    404: error('There is no such model.'),
    413: error('The body is too large.'),
    429: error('Too many requests; see Retry-After.'),
    502: error('The upstream cannot be reached or broke off.'),
    504: error('The upstream is silent.'),
  }
  const post = (summary: string, schema: Schema, answer: Schema): Schema => ({
    post: {
      tags: ['models'],
      summary,
      requestBody: { required: true, ...json(schema) },
      responses: { 200: answer, ...errors },
    },
  })
  const pass = config.upstreams.flatMap(({ passPaths }) => passPaths).filter((path) => !path.includes('*'))
  return {
    '/v1/chat/completions': post(
      'A chat completion; tools are answered with tool calls',
      { $ref: '#/components/schemas/ChatCompletionRequest', example: createExample(model) },
      {
        description: 'A completion, or with "stream": true its chunks as server-sent events.',
        content: {
          'application/json': { schema: { type: 'object' } },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
    ),
    ...createWirePaths(post, model),
    '/v1/completions': post(
      'A completion of a text; passed on as it is',
      { type: 'object', required: ['model', 'prompt'], additionalProperties: true, example: { model, prompt: 'Once' } },
      object('A completion.'),
    ),
    '/v1/models': { get: { tags: ['models'], summary: 'All models', responses: { 200: object('A list.') } } },
    '/v1/models/{id}': {
      get: {
        tags: ['models'],
        summary: 'One model',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: object('The model.'), 404: errors[404] },
      },
    },
    ...Object.fromEntries(
      pass.map((path) => [path, post('Passed on as it is', { type: 'object' }, object('An answer.'))]),
    ),
  }
}

/** Clients of other APIs; their errors and events are those of these APIs. */
function createWirePaths(post: (summary: string, schema: Schema, answer: Schema) => Schema, model: string): Schema {
  const body = (required: string[], example: Schema): Schema => ({
    type: 'object',
    required: ['model', ...required],
    additionalProperties: true,
    example: { model, ...example },
  })
  const answer = (what: string): Schema => ({
    description: `${what}, or with "stream": true its events as server-sent events.`,
    content: {
      'application/json': { schema: { type: 'object' } },
      'text/event-stream': { schema: { type: 'string' } },
    },
  })
  const messages = [{ role: 'user', content: 'What is the weather in Oslo?' }]
  return {
    '/v1/responses': post(
      'OpenAI Responses API, without a store: the whole conversation is sent as input',
      body(['input'], { input: 'What is the weather in Oslo?' }),
      answer('A response'),
    ),
    '/v1/messages': post(
      'Anthropic Messages API; errors have the shape of that API',
      body(['messages', 'max_tokens'], { max_tokens: 256, messages }),
      answer('A message'),
    ),
    '/v1/messages/count_tokens': post(
      'Counts the tokens of a prompt: the model reads it and writes one token',
      body(['messages'], { messages }),
      object('{"input_tokens": ...}'),
    ),
  }
}

function createOperationPaths(config: Config): Schema {
  const get = (summary: string, responses: Schema): Schema => ({
    get: { tags: ['operations'], summary, security: [], responses },
  })
  return {
    '/health/live': get('Whether the process runs', { 200: object('It does.') }),
    '/health/ready': get('Whether requests may be sent here', { 200: object('Yes.'), 503: object('No; it says why.') }),
    ...(config.metrics.enabled && {
      '/metrics': get('Metrics for Prometheus', { 200: { description: 'Text.', content: { 'text/plain': {} } } }),
    }),
  }
}

function createSchemas(models: readonly string[]): Schema {
  return {
    ChatCompletionRequest: {
      type: 'object',
      required: ['model', 'messages'],
      additionalProperties: true,
      properties: {
        model: { ...text('A name that GET /v1/models lists.'), ...(models.length > 0 && { examples: models }) },
        messages: { type: 'array', items: { type: 'object' }, description: 'The conversation.' },
        tools: { type: 'array', items: { type: 'object' }, description: 'Functions that the model may call.' },
        tool_choice: { description: 'auto, none, required, one function, or allowed_tools.' },
        parallel_tool_calls: { type: 'boolean', description: 'false: one call in an answer.' },
        stream: { type: 'boolean' },
        max_tokens: { type: 'integer' },
      },
    },
    Error: {
      type: 'object',
      properties: {
        error: {
          type: 'object',
          properties: { message: text('What is wrong, and what to do.'), type: text(''), code: {}, param: text('') },
        },
      },
    },
  }
}

function createExample(model: string): Schema {
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  return {
    model,
    messages: [{ role: 'user', content: 'What is the weather in Oslo?' }],
    tools: [{ type: 'function', function: { name: 'get_weather', description: 'Looks it up', parameters } }],
    max_tokens: 256,
    stream: false,
  }
}
