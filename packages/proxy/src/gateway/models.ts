import type { UpstreamHandler } from '@tooldelta/fetch'
import { ToolDeltaError } from '@tooldelta/openai'
import type { ModelRoute, ModelRoutes } from './model-routes.ts'
import { everyModel } from './model-routes.ts'

/** One entry of `GET /v1/models`. */
export interface ModelEntry {
  id: string
  object: 'model'
  /** Seconds since 1970. */
  created: number
  owned_by: string
}

/** The listed models, aliases too. */
export function listModels({ names }: ModelRoutes, created: number): ModelEntry[] {
  return [...names].map(([id, { upstream }]) => ({ id, object: 'model', created, owned_by: upstream.name }))
}

/** Models of the upstream of `*`, beside those that are listed. */
export async function listUpstreamModels(
  fallback: ModelRoute,
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const handle: UpstreamHandler = fallback.handlerOf(everyModel)
  const response = await handle(new Request('http://upstream/v1/models', { signal }))
  const list = (await response.json().catch(() => undefined)) as { data?: unknown } | undefined
  if (!response.ok || !Array.isArray(list?.data)) {
    throw new ToolDeltaError(502, {
      message: `The upstream '${fallback.upstream.name}' does not list its models: it answered ${response.status}.`,
      type: 'upstream_error',
      code: 'upstream_models',
    })
  }
  return list.data as Record<string, unknown>[]
}
