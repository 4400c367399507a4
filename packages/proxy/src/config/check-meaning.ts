import { readFileSync } from 'node:fs'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { findFormat, formats } from '@tooldelta/core'
import { findPromptRenderer, promptFormats } from '@tooldelta/openai'
import { readErrorMessage } from '../errors.ts'
import { findTemplate } from '../input/read-format.ts'
import { readJson } from '../input/read-json.ts'
import { findFormatByName } from '../gateway/format-by-name.ts'
import { checkProfiles } from './check-profiles.ts'
import { isSecretName } from './mask.ts'
import { nearestName } from './nearest.ts'
import type { Config, ModelConfig } from './schema.ts'
import type { LocalProblem } from './secrets.ts'
import type { SettingPath } from './settings.ts'

/** What a schema cannot say: names that must exist or be unique, formats, addresses, and who may be served without a key. */
export function checkMeaning(config: Config): LocalProblem[] {
  return [
    ...checkKeys(config),
    ...checkInspector(config),
    ...config.upstreams.flatMap((upstream, index) => [
      ...upstream.urls.flatMap((url, place) => checkUrl(url, ['upstreams', index, 'urls', place])),
      ...checkDuplicates(upstream.urls.map((url, place) => [url, ['upstreams', index, 'urls', place]])),
      ...checkHeaders(upstream.headers, ['upstreams', index, 'headers']),
    ]),
    ...checkDuplicates(config.upstreams.map(({ name }, index) => [name, ['upstreams', index, 'name']])),
    ...checkModels(config),
    ...checkPassPaths(config),
    ...checkDuplicates(config.clientProfiles.map(({ name }, index) => [name, ['clientProfiles', index, 'name']])),
    ...checkProfiles(config),
    ...(config.tracing.endpoint === undefined ? [] : checkUrl(config.tracing.endpoint, ['tracing', 'endpoint'])),
  ]
}

function checkKeys({ keys, listen }: Config): LocalProblem[] {
  const problems = checkDuplicates(keys.map(({ name }, index) => [name, ['keys', index, 'name']]))
  for (const [index, { env, file }] of keys.entries()) {
    if (env !== undefined || file !== undefined) continue
    problems.push({
      path: ['keys', index],
      message: 'It is not said where the key is.',
      mend: 'Set env to the name of an environment variable, or file to a file with the key.',
    })
  }
  if (keys.length === 0 && !isLoopback(listen.host) && !listen.allowWithoutKey) {
    problems.push({
      path: ['listen', 'host'],
      message: `${listen.host} lets other machines in, and no key is asked of them.`,
      mend: 'Set TOOLDELTA_KEY or keys, listen on 127.0.0.1, or set listen.allowWithoutKey: true.',
    })
  }
  return problems
}

/** Whoever may look sees what everybody asks. */
function checkInspector({ keys, listen, inspect }: Config): LocalProblem[] {
  if (!inspect.enabled || keys.length > 0 || isLoopback(listen.host)) return []
  const message = `${listen.host} lets other machines in, and without a key each of them could read every exchange.`
  return [
    { path: ['inspect', 'enabled'], message, mend: 'Set TOOLDELTA_KEY or keys, listen on 127.0.0.1, or leave it off.' },
  ]
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

function checkUrl(url: string, path: SettingPath): LocalProblem[] {
  const { protocol, username, password, search, hash } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    return [
      { path, message: `It begins with ${protocol}.`, mend: 'It must be an address such as http://127.0.0.1:8000.' },
    ]
  }
  if (username !== '' || password !== '') {
    return [
      { path, message: 'It holds a user name or password.', mend: 'Remove it; set keyEnv to a variable with the key.' },
    ]
  }
  if (search !== '' || hash !== '') return [{ path, message: 'It holds a query or fragment.', mend: 'Remove it.' }]
  return []
}

function checkHeaders(headers: Record<string, string>, path: SettingPath): LocalProblem[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
      return []
    } catch {
      const what = isSecretName(name) ? 'is no header' : `with ${JSON.stringify(value)} is no header`
      return [
        { path: [...path, name], message: `${name} ${what}.`, mend: 'Use letters, digits and dashes in its name.' },
      ]
    }
  })
}

function checkModels({ models, upstreams }: Config): LocalProblem[] {
  const known = upstreams.map(({ name }) => name)
  const names = models.flatMap(({ name, aliases }, index): [string, SettingPath][] => [
    [name, ['models', index, 'name']],
    ...aliases.map((alias, place): [string, SettingPath] => [alias, ['models', index, 'aliases', place]]),
  ])
  return [
    ...checkDuplicates(names),
    ...models.flatMap((model, index) => [
      ...checkMode(model, ['models', index, 'mode']),
      ...checkWildcard(model, ['models', index, 'aliases']),
    ]),
    ...models.flatMap(({ upstream, format }, index) => [
      ...(known.includes(upstream) ? [] : [unknownUpstream(upstream, known, ['models', index, 'upstream'])]),
      ...checkFormat(format, ['models', index, 'format']),
    ]),
  ]
}

/** A path goes to one upstream, and an upstream is reached by its models. */
function checkPassPaths({ upstreams, models }: Config): LocalProblem[] {
  const owners = new Map<string, string>()
  return upstreams.flatMap(({ name, passPaths }, index) => {
    const path = ['upstreams', index, 'passPaths']
    if (passPaths.length > 0 && !models.some((model) => model.upstream === name)) {
      const mend = 'Add a model for it, such as the one of the embeddings.'
      return [{ path, message: 'Paths are passed to an upstream that has no model.', mend }]
    }
    return passPaths.flatMap((passPath, place) => {
      const owner = owners.get(passPath)
      owners.set(passPath, owner ?? name)
      if (owner === undefined) return []
      const message = `The upstream ${JSON.stringify(owner)} has it already.`
      return [{ path: [...path, place], message, mend: 'Leave it with one of them.' }]
    })
  })
}

function unknownUpstream(name: string, known: readonly string[], path: SettingPath): LocalProblem {
  const near = nearestName(name, known)
  const mend = near === undefined ? `Upstreams: ${known.join(', ')}.` : `Did you mean ${near}?`
  return { path, message: `There is no upstream ${JSON.stringify(name)}.`, mend }
}

function checkFormat(format: string, path: SettingPath): LocalProblem[] {
  if (format.endsWith('.json')) return checkTemplate(format, path)
  try {
    findFormat(format)
    return []
  } catch {
    const near = nearestName(
      format,
      formats.flatMap(({ id, aliases }) => [id, ...aliases]),
    )
    const mend = `${near === undefined ? '' : `Did you mean ${near}? `}tooldelta formats lists them; auto finds out by itself.`
    return [{ path, message: `There is no format ${JSON.stringify(format)}.`, mend }]
  }
}

function checkTemplate(file: string, path: SettingPath): LocalProblem[] {
  try {
    findFormat(findTemplate(readJson(readFileSync(file, 'utf8'), file), file))
    return []
  } catch (error) {
    const message = readErrorMessage(error)
    return [{ path, message, mend: 'Name a file with a response_template, or a format.' }]
  }
}

function checkMode({ mode, format, name, upstreamModel }: ModelConfig, path: SettingPath): LocalProblem[] {
  if (mode !== 'prompt' || (name === '*' && format === 'auto')) return []
  const known = format === 'auto' ? findFormatByName(upstreamModel ?? name) : format
  if (known !== undefined && hasRenderer(known)) return []
  const what = known === undefined ? 'models whose format is not known' : `the format ${known}`
  return [
    {
      path,
      message: `The prompt of ${what} cannot be written here.`,
      mend: `Use mode template, or one of the formats ${promptFormats.join(', ')}.`,
    },
  ]
}

function hasRenderer(format: string): boolean {
  try {
    return findPromptRenderer(format) !== undefined
  } catch {
    // An unknown format, or a file: the format's own check reports the first.
    return !format.endsWith('.json')
  }
}

function checkWildcard({ name, aliases }: ModelConfig, path: SettingPath): LocalProblem[] {
  if (name !== '*' || aliases.length === 0) return []
  return [{ path, message: 'The model * has every name already.', mend: 'Give it a name, or remove the aliases.' }]
}

/** A name that stands twice; the second place is reported. */
function checkDuplicates(names: readonly (readonly [string, SettingPath])[]): LocalProblem[] {
  return names.flatMap(([name, path], index) =>
    names.findIndex(([other]) => other === name) === index
      ? []
      : [{ path, message: `${JSON.stringify(name)} is there twice.`, mend: 'Rename or remove one.' }],
  )
}
