import type { Notes } from './notes.ts'
import type { LiteLlmConfig } from './read-litellm.ts'

const carried: Record<string, readonly string[]> = {
  general_settings: ['master_key'],
  litellm_settings: ['num_retries', 'request_timeout', 'allowed_fails', 'cooldown_time'],
  router_settings: ['num_retries', 'timeout', 'stream_timeout', 'allowed_fails', 'cooldown_time', 'model_group_alias'],
}

const noFallbacks = 'a model is never replaced by another one; replicas of one model stand in for each other'
const noCallbacks = 'metrics are at /metrics, traces go to tracing.endpoint, the log is JSON'
const noCache = 'answers are not cached'

const reasons: Record<string, string> = {
  database_url: 'keys are listed in keys; there are no virtual keys and no database',
  store_model_in_db: 'models are listed in models',
  drop_params: 'vLLM takes unknown fields; models[].dropParams removes the ones that are named',
  callbacks: noCallbacks,
  success_callback: noCallbacks,
  failure_callback: noCallbacks,
  json_logs: 'the log is always JSON',
  set_verbose: 'log.level: debug shows more',
  fallbacks: noFallbacks,
  default_fallbacks: noFallbacks,
  context_window_fallbacks: noFallbacks,
  content_policy_fallbacks: noFallbacks,
  cache: noCache,
  cache_params: noCache,
  routing_strategy: 'the replica with the fewest requests is asked',
  redis_host: 'there is no state to share',
  redis_port: 'there is no state to share',
  redis_password: 'there is no state to share',
  max_parallel_requests: 'limits.inFlight limits all requests at once',
  global_max_parallel_requests: 'limits.inFlight limits all requests at once',
  environment_variables: 'set variables where tooldelta is started',
  include: 'import each of these files',
}

/** Notes what the sections hold beside what was carried over. Names only: values may be secrets. */
export function noteSections({ general, settings, router, others }: LiteLlmConfig, notes: Notes): void {
  const sections = { general_settings: general, litellm_settings: settings, router_settings: router }
  for (const [section, values] of Object.entries(sections)) {
    for (const name of Object.keys(values).filter((one) => carried[section]?.includes(one) !== true)) {
      notes.leftOut(`${section}, ${name}`, reasons[name] ?? 'there is no such setting')
    }
  }
  for (const name of others) notes.leftOut(name, reasons[name] ?? 'there is no such setting')
}
