import { createRequire } from 'node:module'

/**
 * A library out of a folder of `installs/`.
 *
 * @param folder - with a slash at its end
 */
export function load<T>(folder: string, name: string): T {
  return createRequire(folder)(name) as T
}

export function explain(error: unknown): string {
  return error instanceof Error ? error.message : typeof error === 'string' ? error : JSON.stringify(error)
}
