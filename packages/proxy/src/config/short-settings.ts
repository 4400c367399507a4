import { type Environment, readVariable, splitList } from './environment.ts'
import type { ConfigInput } from './schema.ts'

/** Settings that go before the environment and the file: those of flags. Absent and undefined ones change nothing. */
export type ConfigOverrides = {
  [name in keyof ConfigInput]?: ConfigInput[name] | undefined
} & ShortSettings

/** Settings of the one upstream and of the one model, for people who need no file. */
export interface ShortSettings {
  /** The one upstream. Where there are several, nobody knows which one is meant: that is a problem. */
  upstream?: Loose<ConfigInput['upstreams'][number]>
  /** The one model, or every model (`*`) where none is listed. */
  model?: Loose<NonNullable<ConfigInput['models']>[number]>
}

type Loose<T> = { [name in keyof T]?: T[name] | undefined }

/** The short variables of the one upstream and the one model, with the variable that each came from. */
export function readShortVariables(env: Environment): { variable: string; settings: ShortSettings }[] {
  const urls = readVariable(env, 'TOOLDELTA_UPSTREAM')
  const format = readVariable(env, 'TOOLDELTA_FORMAT')
  return [
    ...(urls === undefined
      ? []
      : [{ variable: 'TOOLDELTA_UPSTREAM', settings: { upstream: { urls: splitList(urls) } } }]),
    ...(format === undefined ? [] : [{ variable: 'TOOLDELTA_FORMAT', settings: { model: { format } } }]),
  ]
}
