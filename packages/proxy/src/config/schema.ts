import { z } from 'zod'

const name = z.string().min(1).max(128)
/** Milliseconds. A timer of Node holds no more than 2^31 - 1. */
const milliseconds = z.number().int().min(1).max(2_147_483_647)
const count = z.number().int().min(1)
/** A secret itself in its place is refused: names of variables hold no `-`. */
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)

const listen = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  port: z.number().int().min(0).max(65_535).default(4000).describe('Port to listen on; 0 for any free one.'),
  /** For people who need a key although only this machine can reach the proxy, or none although others can. */
  allowWithoutKey: z.boolean().default(false).describe('Serve other machines without asking for a key.'),
})

const key = z.strictObject({
  name: name.describe('Names the key in logs and metrics.'),
  env: variable.optional().describe('Environment variable that holds the key, or several with commas between.'),
  file: z.string().min(1).optional().describe('File that holds the key; several lines are several keys.'),
  requestsPerMinute: count.optional().describe('Most requests of this key in a minute.'),
  profile: name.optional().describe('The client profile of its requests, whatever their User-Agent.'),
})

const upstream = z.strictObject({
  name: name.default('default').describe('Names the server in models, logs and metrics.'),
  urls: z.array(z.url()).min(1).describe('Addresses of replicas of one server, with or without /v1.'),
  profile: z.enum(['vllm', 'sglang', 'llamacpp', 'generic']).default('vllm').describe('The kind of server.'),
  keyEnv: variable.optional().describe('Environment variable that holds the key of the upstream.'),
  keyFile: z.string().min(1).optional().describe('File that holds the key of the upstream, one line.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers on every request to it.'),
  connections: count.default(256).describe('Most connections to one replica.'),
  retries: z.number().int().min(0).max(10).default(2).describe('Repeats before the first byte of an answer.'),
  passPaths: z
    .array(z.string().startsWith('/v1/'))
    .default([])
    .describe('Other paths that are passed on, such as /v1/embeddings.'),
})

const parser = {
  reasoning: z
    .enum(['off', 'tags', 'open', 'auto'])
    .optional()
    .describe('Where a thought begins; by default from the format.'),
  callsInReasoning: z
    .enum(['if-last', 'extract', 'ignore'])
    .optional()
    .describe('What a call inside a thought is; by default if-last.'),
  fencedCalls: z
    .enum(['content', 'extract'])
    .optional()
    .describe('What a call inside a Markdown fence is; by default content.'),
  closers: z.enum(['confirmed', 'first']).optional().describe('Which closing tag ends a value; by default confirmed.'),
  repair: z.boolean().optional().describe('Mend broken JSON and markup; by default yes.'),
  unknownTools: z
    .enum(['forward', 'content'])
    .optional()
    .describe('What calls of undeclared tools become; by default forward.'),
}

const model = z.strictObject({
  name: name.default('*').describe('What clients call the model; * stands for every name that is not listed.'),
  aliases: z.array(name).default([]).describe('Other names for it.'),
  upstream: name.default('default').describe('The upstream that serves it; need not be said when there is one.'),
  upstreamModel: name.optional().describe('What the upstream calls it; by default as clients do.'),
  format: z
    .string()
    .min(1)
    .default('auto')
    .describe(
      "The model's tool-call format, as tooldelta formats lists them, or a file *.json with its response_template.",
    ),
  /** `auto`: the probe at start decides. */
  mode: z.enum(['auto', 'template', 'prompt', 'passthrough']).default('auto').describe('How tools reach the model.'),
  toolChoice: z
    .enum(['prefill', 'structural_tag', 'json', 'instruction'])
    .default('prefill')
    .describe('How a required or named tool is enforced.'),
  toolsWhenNone: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe("Whether tools stay in the prompt with tool_choice 'none', for the server's prefix cache."),
  requiredRetries: z.number().int().min(0).max(1).default(0).describe('Repeats when a required call does not come.'),
  validateArguments: z.boolean().default(false).describe('Ask once more when arguments break their schema.'),
  mergeSystemMessages: z.boolean().default(false).describe('Join all system messages at the front.'),
  neutralizeToolResults: z.boolean().default(false).describe('Break up control tokens in tool results.'),
  keepReasoning: z.boolean().default(false).describe('Put the thought of an own call back into the history.'),
  replayCalls: z
    .boolean()
    .default(false)
    .describe('Write own calls back into the history exactly as the model wrote them.'),
  dropParams: z.array(z.string()).default([]).describe('Request fields that are removed.'),
  truncatedCalls: z.enum(['length', 'error']).default('length').describe('How a stream ends whose call was cut off.'),
  deliver: z.enum(['stream', 'when-complete']).default('stream').describe('When a call is sent.'),
  parser: z.strictObject(parser).default({}).describe("How the model's text is read."),
})

const clientProfile = z.strictObject({
  name: name.describe('Names the profile in keys and logs; the name of a known client brings what that client needs.'),
  userAgent: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Text that the User-Agent header contains, in any case; an asterisk in it stands for any characters.'),
  deliver: z.enum(['stream', 'when-complete']).optional().describe('When a call is sent; by default as for the model.'),
  truncatedCalls: z
    .enum(['length', 'error'])
    .optional()
    .describe('How a stream ends whose call was cut off; by default as for the model.'),
  coalesce: z
    .strictObject({
      minChars: count.optional().describe('Characters of arguments that are collected before they are sent.'),
      maxDelayMs: milliseconds.optional().describe('Milliseconds that the first of them waits at most.'),
    })
    .optional(),
  reasoningNames: z
    .enum(['reasoning_content', 'reasoning', 'both'])
    .optional()
    .describe('The field of thoughts; by default reasoning_content.'),
})

/** The settings of `tooldelta serve`: the shape of `tooldelta.yaml`. */
export const configSchema = z.strictObject({
  listen: listen.prefault({}),
  keys: z.array(key).default([]).describe('Keys of clients. Without one only this machine can be served.'),
  upstreams: z.array(upstream).min(1).describe('Model servers.'),
  models: z
    .array(model)
    .default([])
    .describe('Without one every model of the first upstream is served, in the format auto.'),
  clientProfiles: z
    .array(clientProfile)
    .default([])
    .describe('Clients that need their answers in another way. Without one every client gets the same.'),
  timeouts: z
    .strictObject({
      connect: milliseconds.default(5000).describe('Milliseconds to connect to a replica.'),
      idle: milliseconds
        .default(300_000)
        .describe('Milliseconds of silence of the upstream, before and between pieces.'),
      total: milliseconds.default(600_000).describe('Milliseconds for a whole answer that is not streamed.'),
      keepAlive: milliseconds
        .default(15_000)
        .describe('Milliseconds of silence towards the client before a keep-alive comment.'),
      drain: milliseconds.default(30_000).describe('Milliseconds for answers under way after SIGTERM.'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytes: count.default(33_554_432).describe('Largest request body, in bytes.'),
      inFlight: count.default(1024).describe('Most requests at once; more get 429.'),
      requestsPerMinute: count.optional().describe('Most requests of one key or address in a minute.'),
    })
    .prefault({}),
  circuit: z
    .strictObject({
      failures: count.default(3).describe('Failures in a row that take a replica out.'),
      pause: milliseconds.default(10_000).describe('Milliseconds that it stays out.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
        .default('info')
        .describe('How much is logged.'),
      contents: z.boolean().default(false).describe('Write texts and arguments into the log. For debugging only.'),
    })
    .prefault({}),
  metrics: z
    .strictObject({ enabled: z.boolean().default(true).describe('Prometheus metrics at /metrics.') })
    .prefault({}),
  tracing: z
    .strictObject({ endpoint: z.url().optional().describe('OTLP/HTTP endpoint; none, no traces.') })
    .prefault({}),
  record: z
    .strictObject({
      file: z
        .string()
        .min(1)
        .optional()
        .describe('File that raw answers of upstreams are appended to; none, no recording.'),
      redact: z
        .array(z.enum(['keys', 'contents']))
        .default(['keys'])
        .describe('What is covered in recorded bodies, beside the keys of each request.'),
    })
    .prefault({})
    .describe('Recordings, as tooldelta record makes them.'),
  probe: z
    .strictObject({ enabled: z.boolean().default(true).describe('Ask each model at start what its server does.') })
    .prefault({}),
  docs: z
    .strictObject({ enabled: z.boolean().default(true).describe('The OpenAPI document and its page.') })
    .prefault({}),
  playground: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('The playground at /playground. It is a static page and needs no key.'),
    })
    .prefault({}),
  inspect: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('The live inspector at /inspect, with the playground. Every key sees every exchange.'),
      streams: count.max(10_000).default(50).describe('Most exchanges that the inspector keeps.'),
      bytes: z
        .number()
        .int()
        .min(65_536)
        .default(33_554_432)
        .describe('Most memory for them; one exchange may take half of it.'),
    })
    .prefault({})
    .describe('The last exchanges, in memory, to look at while they run.'),
})

/** Settings with every default filled in. */
export type Config = z.output<typeof configSchema>
/** Settings as people write them. */
export type ConfigInput = z.input<typeof configSchema>
export type UpstreamConfig = Config['upstreams'][number]
export type ModelConfig = Config['models'][number]
export type KeyConfig = Config['keys'][number]
export type ClientProfileInput = NonNullable<ConfigInput['clientProfiles']>[number]
