import { existsSync } from 'node:fs'
import { type Environment, readVariable } from './environment.ts'

/** The file that is read when none is named. */
export const defaultFile = 'tooldelta.yaml'

/**
 * The file of the settings: the one that is named, that of `TOOLDELTA_CONFIG`, or `tooldelta.yaml` in the current folder.
 *
 * @returns undefined when nothing is named and there is none
 */
export function findConfigFile(named: string | undefined, env: Environment): string | undefined {
  return named ?? readVariable(env, 'TOOLDELTA_CONFIG') ?? (existsSync(defaultFile) ? defaultFile : undefined)
}
