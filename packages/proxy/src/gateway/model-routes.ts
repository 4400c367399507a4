import { findFormat, type ParserOptions } from '@tooldelta/core'
import { createUpstreamHandler, type UpstreamHandler } from '@tooldelta/fetch'
import { ToolDeltaError } from '@tooldelta/openai'
import { closest } from 'fastest-levenshtein'
import type { Config, ModelConfig } from '../config/schema.ts'
import { UsageError } from '../errors.ts'
import { readFormat } from '../input/read-format.ts'
import type { Upstream } from '../upstream/index.ts'
import { findFormatByName } from './format-by-name.ts'
import type { Mode } from './types.ts'

/** The name in the settings that stands for every model that is not listed. */
export const everyModel = '*'

/** One entry of `models`: where its requests go and how its answers are read. */
export interface ModelRoute {
  readonly config: ModelConfig
  readonly upstream: Upstream
  /** What the upstream calls the model that a client asked for. */
  upstreamModel(asked: string): string
  /** The format's id, for logs and metrics. */
  formatOf(asked: string): string
  /** What the probe has found out; for one name where the entry stands for many. */
  setMode(mode: Mode, asked?: string): void
  modeOf(asked: string): Mode
  /** Answers requests for the model. */
  handlerOf(asked: string): UpstreamHandler
}

/** All models of the settings. */
export interface ModelRoutes {
  readonly all: readonly ModelRoute[]
  /** The entry that takes every model that is not listed. */
  readonly fallback: ModelRoute | undefined
  /** Names and aliases of the listed models. */
  readonly names: ReadonlyMap<string, ModelRoute>
  /**
   * The entry for a model's name or alias.
   *
   * @throws ToolDeltaError with status 404 and the nearest name
   */
  find(asked: string): ModelRoute
}

/**
 * Builds the routes of all models.
 *
 * @throws UsageError for a format that does not exist
 */
export async function createModelRoutes(
  config: Config,
  upstreams: ReadonlyMap<string, Upstream>,
): Promise<ModelRoutes> {
  const all: ModelRoute[] = []
  for (const model of config.models) all.push(await createRoute(model, config, upstreams))
  const names = new Map<string, ModelRoute>()
  for (const route of all) {
    if (route.config.name === everyModel) continue
    for (const name of [route.config.name, ...route.config.aliases]) names.set(name, route)
  }
  const fallback = all.find((route) => route.config.name === everyModel)
  return {
    all,
    names,
    fallback,
    find(asked) {
      const route = names.get(asked) ?? fallback
      if (route === undefined) throw createUnknownModelError(asked, [...names.keys()])
      return route
    },
  }
}

async function createRoute(
  model: ModelConfig,
  config: Config,
  upstreams: ReadonlyMap<string, Upstream>,
): Promise<ModelRoute> {
  const upstream = upstreams.get(model.upstream)
  const settings = config.upstreams.find(({ name }) => name === model.upstream)
  if (upstream === undefined || settings === undefined) {
    throw new UsageError(`The model '${model.name}' names the upstream '${model.upstream}', which is not listed.`)
  }
  const given = await readFormat(model.format)
  const handlers = new Map<string, UpstreamHandler>()
  const modes = new Map<string, Mode>()
  let mode: Mode = model.mode === 'auto' ? 'template' : model.mode

  function formatOf(asked: string): ParserOptions['format'] {
    return given === 'auto' ? (findFormatByName(route.upstreamModel(asked)) ?? given) : given
  }

  const route: ModelRoute = {
    config: model,
    upstream,
    upstreamModel: (asked) => model.upstreamModel ?? (model.name === everyModel ? asked : model.name),
    formatOf: (asked) => findFormat(formatOf(asked)).id,
    setMode(found, asked) {
      if (asked === undefined) mode = found
      else modes.set(asked, found)
    },
    modeOf: (asked) => modes.get(asked) ?? mode,
    handlerOf(asked) {
      const format = formatOf(asked)
      const current = route.modeOf(asked)
      const key = `${current} ${typeof format === 'string' ? format : ''}`
      let handler = handlers.get(key)
      if (handler === undefined) {
        handler = createHandler(model, { format, mode: current, profile: settings.profile, upstream, config })
        handlers.set(key, handler)
      }
      return handler
    },
  }
  // What is wrong with the settings shows before the first request.
  route.handlerOf(model.name)
  return route
}

interface HandlerSettings {
  format: ParserOptions['format']
  mode: Mode
  profile: Config['upstreams'][number]['profile']
  upstream: Upstream
  config: Config
}

function createHandler(model: ModelConfig, settings: HandlerSettings): UpstreamHandler {
  const { format, mode, profile, upstream, config } = settings
  return createUpstreamHandler({
    // The replica takes its place.
    upstream: 'http://upstream',
    fetch: upstream.ask,
    timeoutMs: config.timeouts.idle,
    totalTimeoutMs: config.timeouts.total,
    format,
    mode,
    profile,
    upstreamModel: model.upstreamModel ?? (model.name === everyModel ? undefined : model.name),
    toolChoice: model.toolChoice,
    toolsWhenNone: model.toolsWhenNone,
    requiredRetries: model.requiredRetries,
    validateArguments: model.validateArguments,
    mergeSystemMessages: model.mergeSystemMessages,
    neutralizeToolResults: model.neutralizeToolResults,
    keepReasoning: model.keepReasoning,
    replayCalls: model.replayCalls,
    dropParams: model.dropParams,
    truncatedCalls: model.truncatedCalls,
    deliver: model.deliver,
    ...model.parser,
  })
}

const shownNames = 20

function createUnknownModelError(asked: string, names: readonly string[]): ToolDeltaError {
  const shown = names.slice(0, shownNames).join(', ')
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : ''
  const nearest = names.length > 1 ? ` The nearest name is ${closest(asked, [...names])}.` : ''
  return new ToolDeltaError(404, {
    message: `The model '${asked.slice(0, 200)}' does not exist here. There is ${shown}${more}.${nearest}`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  })
}
