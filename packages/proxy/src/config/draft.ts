import { type Environment, parseText, readEnvironment, readPortVariable, readVariable } from './environment.ts'
import { isSecretName } from './mask.ts'
import type { ConfigProblem, SettingOrigin } from './problem.ts'
import { findSetting, type SettingPath, variableName } from './settings.ts'
import { type ConfigOverrides, readShortVariables, type ShortSettings } from './short-settings.ts'
import { getAt, setAt, type Tree } from './tree.ts'
import type { YamlSource } from './yaml-source.ts'

const commandLine = 'command line'

/** Settings from all sources, put together and not yet checked. */
export interface Draft {
  tree: Tree
  problems: ConfigProblem[]
  /** Where a setting was written, or the nearest one around it. */
  originOf(path: SettingPath, what?: 'key' | 'value'): SettingOrigin
  /** Whether the file says it, so that paths in it are relative to the file. */
  isFromFile(path: SettingPath): boolean
}

/** Puts file, environment and flags together; the later ones win. */
export function createDraft(yaml: YamlSource | undefined, env: Environment, overrides: ConfigOverrides): Draft {
  const builder = new DraftBuilder(yaml)
  builder.replaceReferences(env)
  builder.refuseWrittenSecrets()
  builder.addEnvironment(env)
  builder.addOverrides(overrides)
  builder.addKeys(env)
  builder.fillGaps()
  return builder
}

class DraftBuilder implements Draft {
  readonly tree: Tree
  readonly problems: ConfigProblem[]
  readonly #yaml: YamlSource | undefined
  readonly #sources = new Map<string, string>()

  constructor(yaml: YamlSource | undefined) {
    this.#yaml = yaml
    this.tree = yaml?.value ?? {}
    this.problems = [...(yaml?.problems ?? [])]
  }

  originOf(path: SettingPath, what?: 'key' | 'value'): SettingOrigin {
    const source = this.#sourceOf(path)
    if (source !== undefined) return { source }
    return this.#yaml?.locate(path, what) ?? { source: 'settings' }
  }

  isFromFile(path: SettingPath): boolean {
    return this.#yaml !== undefined && this.#sourceOf(path) === undefined
  }

  #sourceOf(path: SettingPath): string | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const source = this.#sources.get(JSON.stringify(path.slice(0, length)))
      if (source !== undefined) return source
    }
    return undefined
  }

  #put(path: SettingPath, value: unknown, source: string): void {
    setAt(this.tree, path, value)
    this.#sources.set(JSON.stringify(path), source)
  }

  replaceReferences(env: Environment): void {
    for (const { path, text } of this.#yaml?.references ?? []) {
      const value = this.#replace(path, text, env)
      const node = findSetting(path)
      setAt(this.tree, path, node === undefined ? value : parseText(node, value))
    }
  }

  #replace(path: SettingPath, text: string, env: Environment): string {
    return text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (whole, name: string, fallback: string | undefined) => {
      const value = readVariable(env, name) ?? fallback
      if (value !== undefined) return value
      this.problems.push({
        ...this.originOf(path),
        path,
        message: `The environment variable ${name} is not set.`,
        mend: `Set it, or write a default: \${${name}:-VALUE}.`,
      })
      return whole
    })
  }

  /** A header that carries a secret must name a variable for it. */
  refuseWrittenSecrets(): void {
    const isReference = (path: SettingPath): boolean =>
      this.#yaml?.references.some((reference) => JSON.stringify(reference.path) === JSON.stringify(path)) === true
    for (const [index, upstream] of listOf(this.tree['upstreams']).entries()) {
      for (const name of Object.keys(getAt(upstream, ['headers']) ?? {})) {
        const path = ['upstreams', index, 'headers', name]
        if (!isSecretName(name) || isReference(path)) continue
        this.problems.push({
          ...this.originOf(path),
          path,
          message: 'A secret is not written into the settings.',
          mend: `Put it into an environment variable and write ${name}: \${VARIABLE}, or use keyEnv.`,
        })
      }
    }
  }

  addEnvironment(env: Environment): void {
    const { settings, problems } = readEnvironment(env)
    this.problems.push(...problems)
    // The short ones first: who writes the long name of the same setting means it.
    const port = readPortVariable(env)
    const host = readVariable(env, 'TOOLDELTA_HOST')
    if (port !== undefined)
      this.#put(['listen', 'port'], /^\d+$/.test(port) ? Number(port) : port, sourceOf('TOOLDELTA_PORT'))
    if (host !== undefined) this.#put(['listen', 'host'], host, sourceOf('TOOLDELTA_HOST'))
    for (const { variable, settings } of readShortVariables(env)) this.#addShort(settings, sourceOf(variable))
    for (const { variable, path, value } of settings) this.#put(path, value, sourceOf(variable))
  }

  addOverrides({ upstream, model, ...overrides }: ConfigOverrides): void {
    this.#putLeaves([], overrides, commandLine)
    this.#addShort({ ...(upstream && { upstream }), ...(model && { model }) }, commandLine)
  }

  #addShort({ upstream, model }: ShortSettings, source: string): void {
    if (upstream !== undefined) this.#putLeaves(this.#only('upstreams', upstream, source), upstream, source)
    if (model !== undefined) this.#putLeaves(this.#only('models', model, source), model, source)
  }

  /** The place of the one upstream or model. */
  #only(list: 'upstreams' | 'models', value: object, source: string): SettingPath {
    const entries = this.tree[list]
    const isSet = Object.values(value).some((child) => child !== undefined)
    if (Array.isArray(entries) && entries.length > 1 && isSet) {
      const setting =
        Object.keys(value).find((name) => (value as Record<string, unknown>)[name] !== undefined) ?? 'name'
      this.problems.push({
        source,
        path: [list],
        message: `There are ${entries.length} ${list}; it is not clear which one is meant.`,
        mend: `Set it for one by its number, as ${variableName([list, 0, setting])}, or in the file.`,
      })
    }
    return [list, 0]
  }

  #putLeaves(path: SettingPath, value: unknown, source: string): void {
    if (value === undefined) return
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#put(path, value, source)
    for (const [name, child] of Object.entries(value)) this.#putLeaves([...path, name], child, source)
  }

  /** `TOOLDELTA_KEY`, `TOOLDELTA_KEYS` and `TOOLDELTA_UPSTREAM_KEY` need not be named in the file. */
  addKeys(env: Environment): void {
    for (const variable of ['TOOLDELTA_KEY', 'TOOLDELTA_KEYS']) {
      if (readVariable(env, variable) === undefined || this.#names(['keys'], 'env', variable)) continue
      const keys = this.tree['keys']
      const count = Array.isArray(keys) ? keys.length : 0
      const name = variable === 'TOOLDELTA_KEY' ? 'default' : 'environment'
      this.#put(['keys', count], { name, env: variable }, sourceOf(variable))
    }
    this.#addUpstreamKey(env)
  }

  #addUpstreamKey(env: Environment): void {
    const variable = 'TOOLDELTA_UPSTREAM_KEY'
    if (readVariable(env, variable) === undefined || this.#names(['upstreams'], 'keyEnv', variable)) return
    const upstreams = this.tree['upstreams']
    if (!Array.isArray(upstreams) || upstreams.length !== 1) {
      this.problems.push({
        source: sourceOf(variable),
        path: ['upstreams'],
        message: Array.isArray(upstreams)
          ? `There are ${upstreams.length} upstreams; it is not clear which one gets this key.`
          : 'There is no upstream that gets this key.',
        mend: `Write keyEnv: ${variable} into one upstream.`,
      })
      return
    }
    if (getAt(upstreams[0], ['keyFile']) === undefined)
      this.#put(['upstreams', 0, 'keyEnv'], variable, sourceOf(variable))
  }

  #names(list: SettingPath, setting: string, variable: string): boolean {
    const entries = getAt(this.tree, list)
    return Array.isArray(entries) && entries.some((entry) => getAt(entry, [setting]) === variable)
  }

  /** Without models every name is served by the first upstream; with one upstream models need not name it. */
  fillGaps(): void {
    const upstreams = this.tree['upstreams']
    if (!Array.isArray(upstreams)) return
    const name = getAt(upstreams[0], ['name']) ?? 'default'
    const models = this.tree['models'] ?? []
    if (!Array.isArray(models)) return
    if (models.length === 0) setAt(this.tree, ['models'], [{ upstream: name }])
    if (upstreams.length !== 1) return
    for (const model of models) if (isTree(model) && model['upstream'] === undefined) model['upstream'] = name
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sourceOf(variable: string): string {
  return `environment variable ${variable}`
}
