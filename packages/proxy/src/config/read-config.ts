import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readErrorCode, readErrorMessage, UsageError } from '../errors.ts'
import { checkMeaning } from './check-meaning.ts'
import { createDraft, type Draft } from './draft.ts'
import type { Environment } from './environment.ts'
import { explainIssue } from './explain-issue.ts'
import { ConfigError, type ConfigProblem } from './problem.ts'
import { type Config, configSchema } from './schema.ts'
import { readSecrets } from './secrets.ts'
import type { SettingPath } from './settings.ts'
import type { ConfigOverrides } from './short-settings.ts'
import { getAt, setAt, type Tree } from './tree.ts'
import { readYaml } from './yaml-source.ts'

/** Where settings come from. */
export interface ConfigSources {
  /** A file `tooldelta.yaml`; relative paths in it are relative to its folder. With `text` only the name of it. */
  file?: string | undefined
  /** The text of the file, where it has been read already. */
  text?: string | undefined
  /** The environment, as `process.env`. Its variables win over the file. */
  env: Environment
  /** Settings of flags. They win over everything. */
  overrides?: ConfigOverrides | undefined
  /** Whether keys must be there; by default yes. A file can be checked on a machine that has none. */
  checkSecrets?: boolean | undefined
}

/**
 * Reads the settings of the proxy from a file, the environment and flags, and checks them.
 *
 * @returns settings with every default filled in. Paths in them are absolute, `models` has at least one entry (`*` stands for every name),
 * and each model's upstream exists.
 * @throws ConfigError with every mistake, its place and its mend
 * @throws UsageError when the file cannot be read
 *
 * @example
 * ```ts
 * const config = readConfig({ file: 'tooldelta.yaml', env: process.env, overrides: { listen: { port: 0 } } })
 * const { clientKeys, upstreamKeys } = resolveSecrets(config, process.env)
 * ```
 */
export function readConfig(sources: ConfigSources): Config {
  const { config, problems } = checkConfig(sources)
  if (config === undefined || problems.length > 0) throw new ConfigError(problems)
  return config
}

/** As {@link readConfig}, with the problems as a list. */
export function checkConfig(sources: ConfigSources): { config: Config | undefined; problems: ConfigProblem[] } {
  const { file, env, overrides = {}, checkSecrets = true } = sources
  const text = sources.text ?? (file === undefined ? undefined : readSettingsFile(file))
  const yaml = text === undefined ? undefined : readYaml(text, file ?? 'tooldelta.yaml')
  // A file that is no YAML says nothing about the settings in it.
  if (yaml !== undefined && yaml.problems.length > 0) return { config: undefined, problems: yaml.problems }
  const draft = createDraft(yaml, env, overrides)
  const { config, problems, leftOut } = parse(draft)
  if (config === undefined) return { config, problems }
  makePathsAbsolute(config, draft, file === undefined ? '.' : dirname(file))
  const meaning = [...checkMeaning(config), ...(checkSecrets ? readSecrets(config, env).problems : [])]
  const isNew = ({ path }: { path: SettingPath }): boolean =>
    !leftOut.some((known) => isAt(known, path) || isAt(path, known))
  problems.push(...meaning.filter(isNew).map((problem) => ({ ...draft.originOf(problem.path), ...problem })))
  return { config, problems: problems.toSorted(byPlace) }
}

interface Parsed {
  /** Undefined when too little is left. */
  config: Config | undefined
  problems: ConfigProblem[]
  /** Places whose values were left out. */
  leftOut: SettingPath[]
}

/** Values that do not fit are reported and left out, so that the rest can be checked in the same run. */
function parse(draft: Draft): Parsed {
  const problems = [...draft.problems]
  const reported = problems.map(({ path }) => path).filter((path) => path.length > 0)
  const leftOut = [...reported]
  const first = configSchema.safeParse(draft.tree)
  if (first.success) return { config: first.data, problems, leftOut }
  const rest = structuredClone(draft.tree)
  // From the end, so that numbers of entries stay right.
  for (const issue of first.error.issues.toReversed()) {
    for (const { part, ...problem } of explainIssue(issue, draft.tree)) {
      const isKnown = reported.some((known) => isAt(known, problem.path))
      if (!isKnown) problems.push({ ...draft.originOf(problem.path, part), ...problem })
      leftOut.push(leaveOut(rest, problem.path))
    }
  }
  return { config: configSchema.safeParse(rest).data, problems: problems.toSorted(byPlace), leftOut }
}

/** @returns the place that can no longer be judged: of a list, whose later entries have moved, the whole. */
function leaveOut(tree: Tree, path: SettingPath): SettingPath {
  const parent = getAt(tree, path.slice(0, -1))
  const last = path.at(-1)
  if (Array.isArray(parent)) {
    parent.splice(Number(last), 1)
    return path.slice(0, -1)
  }
  if (typeof parent === 'object' && parent !== null && last !== undefined) Reflect.deleteProperty(parent, last)
  return path
}

/** Whether a place is the other one or inside it. */
function isAt(outer: SettingPath, path: SettingPath): boolean {
  return outer.every((step, place) => path[place] === step)
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? Infinity) - (b.line ?? Infinity) || (a.column ?? 0) - (b.column ?? 0) || 0
}

function makePathsAbsolute(config: Config, draft: Draft, folder: string): void {
  const places: SettingPath[] = [
    ['record', 'file'],
    ...config.keys.map((_, index) => ['keys', index, 'file']),
    ...config.upstreams.map((_, index) => ['upstreams', index, 'keyFile']),
    ...config.models.map((_, index) => ['models', index, 'format']),
  ]
  for (const path of places) {
    const value = getAt(config, path)
    const isFile = typeof value === 'string' && (path.at(-1) !== 'format' || value.endsWith('.json'))
    if (isFile) setAt(config as Tree, path, resolve(draft.isFromFile(path) ? folder : '.', value))
  }
}

function readSettingsFile(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    const code = readErrorCode(error)
    if (code === 'ENOENT') throw new UsageError(`There is no file ${file}. Write one with: tooldelta config init`)
    if (code === 'EISDIR') throw new UsageError(`${file} is a directory. Name the file in it.`)
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new UsageError(`${file} is no UTF-8 text. Save it as UTF-8.`)
    throw new UsageError(`${file} cannot be read: ${readErrorMessage(error)}.`)
  }
}
