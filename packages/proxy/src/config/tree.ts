import type { SettingPath } from './settings.ts'

/** Settings before they are checked. */
export type Tree = Record<string, unknown>

/** The value at a place, or undefined. */
export function getAt(tree: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>((node, step) => {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return undefined
    return (node as Record<string | number, unknown>)[step]
  }, tree)
}

/** Puts a value at a place; what is missing on the way is made. */
export function setAt(tree: Tree, path: SettingPath, value: unknown): void {
  let node: Record<string | number, unknown> = tree
  for (const [place, step] of path.slice(0, -1).entries()) {
    const child = Object.hasOwn(node, step) ? node[step] : undefined
    const next = typeof child === 'object' && child !== null ? child : typeof path[place + 1] === 'number' ? [] : {}
    assign(node, step, next)
    node = next as Record<string | number, unknown>
  }
  assign(node, path.at(-1) as string | number, value)
}

/** Also `__proto__` becomes a plain entry. */
function assign(node: object, step: string | number, value: unknown): void {
  Object.defineProperty(node, step, { value, enumerable: true, configurable: true, writable: true })
}
