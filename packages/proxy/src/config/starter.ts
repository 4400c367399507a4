/** What the starter file is made for. */
export interface StarterChoices {
  upstream: string
  format: string
}

/** A commented file of settings to begin with. Every line of it that is commented out is a setting that works. */
export function renderStarter({ upstream, format }: StarterChoices): string {
  return `# Settings of tooldelta serve. All of them, with defaults: tooldelta config schema, docs/configuration.md.
# Each can also be set by an environment variable, which wins: TOOLDELTA_LISTEN__PORT=4000.
# Check this file with: tooldelta config check

listen:
  host: 127.0.0.1 # 0.0.0.0 lets other machines in; that needs a key
  port: 4000

# Keys that clients must send. The keys themselves are in environment variables or files, never here.
#keys:
#  - name: editors # the name in logs and metrics
#    env: TOOLDELTA_KEY # several keys: commas between
#  - name: agents
#    file: ./agents.keys # one key a line
#    requestsPerMinute: 600

upstreams:
  - name: gpu
    urls: # several are replicas of one server: the one with the fewest requests is asked
      - ${toScalar(upstream)}
    profile: vllm # vllm, sglang, llamacpp or generic
#    keyEnv: TOOLDELTA_UPSTREAM_KEY # where the server's own key is
#    retries: 2 # repeats before the first byte of an answer
#    passPaths: [/v1/embeddings] # other paths that are passed on

models:
  - name: '*' # every name; or what clients call one model
    upstream: gpu
    format: ${toScalar(format)} # tooldelta formats lists them; auto finds out by itself
    mode: auto # auto asks the server at start whether its template renders tools
#  - name: coder
#    aliases: [gpt-4o, qwen3-coder]
#    upstream: gpu
#    upstreamModel: Qwen/Qwen3-Coder-30B-A3B-Instruct # as vLLM's /v1/models says
#    format: qwen3_coder

#timeouts: # milliseconds
#  idle: 300000 # silence of the upstream
#  total: 600000 # a whole answer that is not streamed
#  drain: 30000 # for answers under way at a stop

#limits:
#  inFlight: 1024 # requests at once
#  requestsPerMinute: 6000 # of one key or address

#log:
#  level: info
`
}

/** Quoted where YAML would read something else. */
function toScalar(text: string): string {
  return /^[A-Za-z][\w./:-]*$/.test(text) && !/: |:$/.test(text) ? text : JSON.stringify(text)
}
