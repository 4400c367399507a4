/**
 * Where traces go: the setting, else the variables of OpenTelemetry. Nothing, when neither is set or `OTEL_SDK_DISABLED` is.
 *
 * @returns the address of the signal: an endpoint gets `/v1/traces`
 */
export function readTracesUrl(endpoint: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined
  // As the specification has it, the variable of one signal is taken as it is.
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
  if (endpoint === undefined && own !== undefined && own !== '') return own
  const base = endpoint ?? env['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (base === undefined || base === '') return undefined
  return /\/v1\/traces\/?$/.test(base) ? base : `${base.replace(/\/+$/, '')}/v1/traces`
}
