import { findFormatByName } from '../../gateway/format-by-name.ts'
import type { ConfigInput } from '../schema.ts'
import { toSnakeCase } from '../settings.ts'
import { type Deployment, readCount, readDeployment, readSeconds, readVariableName } from './deployment.ts'
import { noteSections } from './note-sections.ts'
import { type Note, Notes } from './notes.ts'
import { asRecord, type LiteLlmConfig } from './read-litellm.ts'

type UpstreamInput = ConfigInput['upstreams'][number]
type ModelInput = NonNullable<ConfigInput['models']>[number]

/** A LiteLLM configuration in our settings. */
export interface Translation {
  config: ConfigInput
  notes: readonly Note[]
}

/** Translates what both have, and notes the rest. No secret is carried over. */
export function translateLiteLlm(source: LiteLlmConfig): Translation {
  const notes = new Notes()
  const deployments = source.entries.flatMap((entry) => readDeployment(entry, notes) ?? [])
  const translator = new Translator(source, notes)
  for (const group of groupByName(deployments).values()) translator.addModel(group)
  translator.addAliases()
  const config = translator.finish(deployments)
  noteSections(source, notes)
  return { config, notes: notes.all }
}

function groupByName(deployments: readonly Deployment[]): Map<string, Deployment[]> {
  const groups = new Map<string, Deployment[]>()
  for (const one of deployments) groups.set(one.modelName, [...(groups.get(one.modelName) ?? []), one])
  return groups
}

function isReplica(one: Deployment, first: Deployment): boolean {
  const isSameKey = JSON.stringify(one.key) === JSON.stringify(first.key)
  return isSameKey && one.profile === first.profile && one.upstreamModel === first.upstreamModel
}

class Translator {
  readonly #source: LiteLlmConfig
  readonly #notes: Notes
  readonly #upstreams: UpstreamInput[] = []
  readonly #models: ModelInput[] = []

  constructor(source: LiteLlmConfig, notes: Notes) {
    this.#source = source
    this.#notes = notes
  }

  addModel(group: readonly Deployment[]): void {
    const first = group[0] as Deployment
    const replicas = group.filter((one) => isReplica(one, first))
    for (const other of group.filter((one) => !replicas.includes(one))) {
      this.#notes.leftOut(
        `${other.about} at ${other.url}`,
        'replicas of one model must have one name, key and kind of server',
      )
    }
    const upstream = this.#upstreamOf(replicas)
    const isEvery = first.upstreamModel === '*'
    if (!isEvery && first.modelName.includes('*')) {
      this.#notes.leftOut(first.about, 'only * alone stands for every name')
      return
    }
    const { passPath } = first
    if (passPath !== undefined) upstream.passPaths = [...new Set([...(upstream.passPaths ?? []), passPath])]
    const dropParams = [...new Set(replicas.flatMap((one) => one.dropParams))]
    this.#models.push({
      name: isEvery ? '*' : first.modelName,
      upstream: upstream.name as string,
      ...(!isEvery && first.upstreamModel !== first.modelName && { upstreamModel: first.upstreamModel }),
      ...(passPath === undefined ? { format: this.#guessFormat(first, isEvery) } : { mode: 'passthrough' as const }),
      ...(dropParams.length > 0 && { dropParams }),
    })
  }

  #guessFormat({ modelName, upstreamModel, about }: Deployment, isEvery: boolean): string {
    const found = isEvery ? undefined : (findFormatByName(upstreamModel) ?? findFormatByName(modelName))
    const text =
      found === undefined
        ? 'the name tells nothing, so auto finds out from what the model writes; tooldelta formats lists them'
        : `${found}, from the model's name`
    this.#notes.guessed(`${about}, format`, text)
    return found ?? 'auto'
  }

  #upstreamOf(replicas: readonly Deployment[]): UpstreamInput {
    const first = replicas[0] as Deployment
    const urls = [...new Set(replicas.map(({ url }) => url))]
    const wanted = JSON.stringify(urls.toSorted())
    const name = this.#nameOf(urls[0] as string)
    const keyEnv = this.#keyVariable(first, name)
    const known = this.#upstreams.find(
      (one) =>
        JSON.stringify(one.urls.toSorted()) === wanted &&
        one.profile === first.profile &&
        (one.keyEnv ?? '') === (keyEnv ?? ''),
    )
    if (known !== undefined) return known
    const retries =
      first.retries ?? readCount(this.#source.router['num_retries'] ?? this.#source.settings['num_retries'])
    const upstream: UpstreamInput = {
      name: this.#freeName(name),
      urls,
      profile: first.profile,
      ...(keyEnv !== undefined && { keyEnv }),
      ...(retries !== undefined && { retries }),
    }
    this.#upstreams.push(upstream)
    return upstream
  }

  #keyVariable({ key, about }: Deployment, name: string): string | undefined {
    if (key.kind === 'none') return undefined
    if (key.kind === 'variable') return key.name
    const variable = `${toSnakeCase(name).replaceAll(/\W/g, '_')}_KEY`.replace(/^(?=\d)/, 'UPSTREAM_')
    this.#notes.secret(`${about}, api_key`, `set the environment variable ${variable} to the key`)
    return variable
  }

  #nameOf(url: string): string {
    const variable = /^\$\{(\w+)\}$/.exec(url)?.[1]
    if (variable !== undefined) return variable.toLowerCase()
    const { hostname, port } = new URL(url)
    const host = hostname === 'localhost' || /^[\d.]+$|^\[/.test(hostname) ? `upstream-${port || '80'}` : hostname
    return host.split('.')[0] as string
  }

  #freeName(name: string): string {
    const taken = new Set(this.#upstreams.map((one) => one.name))
    if (!taken.has(name)) return name
    const free = Array.from(taken, (_, index) => `${name}-${index + 2}`).find((one) => !taken.has(one))
    return free as string
  }

  addAliases(): void {
    for (const [alias, target] of Object.entries(asRecord(this.#source.router['model_group_alias']))) {
      const name = typeof target === 'string' ? target : asRecord(target)['model']
      const model = this.#models.find((one) => one.name === name)
      const about = `router_settings, model_group_alias: ${alias}`
      if (model === undefined) this.#notes.leftOut(about, 'the model that it names was not carried over')
      else model.aliases = [...(model.aliases ?? []), alias]
    }
  }

  finish(deployments: readonly Deployment[]): ConfigInput {
    const keys = this.#keys()
    return {
      listen: this.#listen(keys.length > 0),
      ...(keys.length > 0 && { keys }),
      upstreams: this.#upstreams,
      models: this.#models,
      ...this.#timeouts(deployments),
      ...this.#circuit(),
    }
  }

  #keys(): NonNullable<ConfigInput['keys']> {
    const key = this.#source.general['master_key']
    const variable = readVariableName(key)
    if (variable !== undefined) return [{ name: 'master', env: variable }]
    if (typeof key !== 'string' || key === '') return []
    const own = 'TOOLDELTA_KEY'
    this.#notes.secret(
      'general_settings, master_key',
      `set the environment variable ${own} to the key that clients send`,
    )
    return [{ name: 'master', env: own }]
  }

  #listen(hasKey: boolean): NonNullable<ConfigInput['listen']> {
    if (hasKey) return { host: '0.0.0.0', port: 4000 }
    this.#notes.guessed(
      'listen',
      'there is no master_key, so only this machine is served; with keys: host may be 0.0.0.0',
    )
    return { host: '127.0.0.1', port: 4000 }
  }

  #timeouts(deployments: readonly Deployment[]): Pick<ConfigInput, 'timeouts'> {
    const { settings, router } = this.#source
    const own = deployments.flatMap(({ timeout }) => timeout ?? [])
    const common = readSeconds(settings['request_timeout'] ?? router['timeout'])
    const idle = readSeconds(router['stream_timeout'])
    const total = own.length > 0 ? Math.max(...own, common ?? 0) : common
    if (own.length > 0 && new Set([...own, ...(common === undefined ? [] : [common])]).size > 1) {
      this.#notes.guessed('timeout', 'there is one time-out for all models; the longest was taken')
    }
    if (total === undefined && idle === undefined) return {}
    return { timeouts: { ...(total !== undefined && { total }), ...(idle !== undefined && { idle }) } }
  }

  #circuit(): Pick<ConfigInput, 'circuit'> {
    const { settings, router } = this.#source
    const fails = readCount(router['allowed_fails'] ?? settings['allowed_fails'])
    const pause = readSeconds(router['cooldown_time'] ?? settings['cooldown_time'])
    if (fails === undefined && pause === undefined) return {}
    // LiteLLM counts what is allowed, we count what is not.
    return { circuit: { ...(fails !== undefined && { failures: fails + 1 }), ...(pause !== undefined && { pause }) } }
  }
}
