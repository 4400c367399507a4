import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readErrorCode, readErrorMessage } from '../errors.ts'
import { type Environment, readVariable, splitList } from './environment.ts'
import { ConfigError, type ConfigProblem } from './problem.ts'
import type { Config, KeyConfig } from './schema.ts'
import type { SettingPath } from './settings.ts'

/** A client's key. The key itself is not kept. */
export interface ClientKey {
  name: string
  /** SHA-256 of the key, 32 bytes: equal lengths, so that all can be compared in constant time. */
  digest: Buffer
  /** The key's settings. */
  config: KeyConfig
}

/** What the settings only point to. */
export interface Secrets {
  /** One entry for each key; a setting with several keys gives several of one name. */
  clientKeys: readonly ClientKey[]
  /** Keys of upstreams by their names; an upstream without a key has none. */
  upstreamKeys: ReadonlyMap<string, string>
}

/**
 * Reads the keys that the settings point to, each file once.
 *
 * @param config - checked settings
 * @param env - where variables are looked up
 * @throws ConfigError with every key that is missing or empty, or that two names share
 *
 * @example
 * ```ts
 * const { clientKeys, upstreamKeys } = resolveSecrets(config, process.env)
 * const isKnown = clientKeys.some(({ digest }) => timingSafeEqual(digest, digestOf(key)))
 * ```
 */
export function resolveSecrets(config: Config, env: Environment): Secrets {
  const { secrets, problems } = readSecrets(config, env)
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => ({ source: 'settings', ...problem })))
  return secrets
}

/** A problem whose place in the sources is not known here. */
export type LocalProblem = Pick<ConfigProblem, 'path' | 'message' | 'mend'>

/** As {@link resolveSecrets}, with problems as a list. */
export function readSecrets(config: Config, env: Environment): { secrets: Secrets; problems: LocalProblem[] } {
  const reader = new SecretReader(env)
  const clientKeys = config.keys.flatMap((key, index) =>
    reader
      .read(key.env, key.file, ['keys', index], ['env', 'file'])
      .map((secret) => ({ name: key.name, digest: digestOf(secret), config: key })),
  )
  const upstreamKeys = new Map<string, string>()
  for (const [index, { name, keyEnv, keyFile }] of config.upstreams.entries()) {
    const path = ['upstreams', index]
    const secrets = reader.read(keyEnv, keyFile, path, ['keyEnv', 'keyFile'])
    if (secrets.length > 1) {
      reader.report([...path, keyFile === undefined ? 'keyEnv' : 'keyFile'], 'It holds several keys.', 'Leave one.')
    }
    if (secrets[0] !== undefined) upstreamKeys.set(name, secrets[0])
  }
  reader.problems.push(...findShared(clientKeys, config))
  return { secrets: { clientKeys, upstreamKeys }, problems: reader.problems }
}

/** SHA-256 of a key. */
export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

class SecretReader {
  readonly problems: LocalProblem[] = []
  readonly #env: Environment
  readonly #files = new Map<string, string[]>()

  constructor(env: Environment) {
    this.#env = env
  }

  report(path: SettingPath, message: string, mend: string): void {
    this.problems.push({ path, message, mend })
  }

  read(variable: string | undefined, file: string | undefined, path: SettingPath, names: [string, string]): string[] {
    const [env, lines] = names
    if (variable !== undefined && file !== undefined) {
      this.report([...path, lines], `A key comes from ${env} or from ${lines}, not from both.`, 'Remove one of them.')
      return []
    }
    if (variable !== undefined) return this.#readVariable(variable, [...path, env])
    return file === undefined ? [] : this.#readFile(file, [...path, lines])
  }

  #readVariable(variable: string, path: SettingPath): string[] {
    const keys = splitList(readVariable(this.#env, variable) ?? '')
    if (keys.length === 0) {
      this.report(path, `The environment variable ${variable} is not set.`, `Set it to the key: export ${variable}=...`)
    }
    return keys
  }

  #readFile(file: string, path: SettingPath): string[] {
    const known = this.#files.get(file)
    if (known !== undefined) return known
    const keys = this.#readLines(file, path)
    this.#files.set(file, keys)
    return keys
  }

  #readLines(file: string, path: SettingPath): string[] {
    let text: string
    try {
      text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
    } catch (error) {
      const isMissing = readErrorCode(error) === 'ENOENT'
      const message = isMissing ? `There is no file ${file}.` : `${file} cannot be read: ${readErrorMessage(error)}.`
      this.report(path, message, isMissing ? 'Write the key into it, or check the path.' : 'Check its permissions.')
      return []
    }
    const keys = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    if (keys.length === 0) this.report(path, `${file} is empty.`, 'Write the key into it, one on a line.')
    const bad = keys.findIndex((key) => !/^[\x21-\x7e]+$/.test(key))
    if (bad !== -1) {
      this.report(path, `${file} holds a key with a character that no header can carry.`, `See its key ${bad + 1}.`)
    }
    return keys
  }
}

function findShared(keys: readonly ClientKey[], { keys: settings }: Config): LocalProblem[] {
  const owners = new Map<string, ClientKey>()
  return keys.flatMap((key) => {
    const id = key.digest.toString('hex')
    const owner = owners.get(id)
    owners.set(id, owner ?? key)
    if (owner === undefined || owner.config === key.config) return []
    const path = ['keys', settings.indexOf(key.config)]
    const message = `${JSON.stringify(key.name)} is the same key as ${JSON.stringify(owner.name)}.`
    return [{ path, message, mend: 'Give each name its own key, or remove one.' }]
  })
}
