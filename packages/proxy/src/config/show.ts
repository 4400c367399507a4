import { stringify } from 'yaml'
import type { Config } from './schema.ts'

/** Settings as they may be shown: values of headers may be secrets, keys are not part of settings. */
export function redactConfig(config: Config): Config {
  const upstreams = config.upstreams.map((upstream) => ({
    ...upstream,
    headers: Object.fromEntries(Object.keys(upstream.headers).map((name) => [name, '***'])),
  }))
  return { ...config, upstreams }
}

/** Settings with every default, as YAML that may be shown. */
export function showConfig(config: Config): string {
  return stringify(redactConfig(config), { lineWidth: 0 })
}
