import { formats } from '@tooldelta/core'

interface NamedFormat {
  name: string
  format: string
}

// Longest first: Qwen3-Coder is not Qwen3.
const names: readonly NamedFormat[] = formats
  .flatMap(({ id, models }) => models.map((model) => ({ name: toComparable(model), format: id })))
  .toSorted((a, b) => b.name.length - a.name.length)

/**
 * The tool-call format that a model's name tells: `Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8` gives `qwen3_coder`.
 *
 * @returns undefined where the name tells nothing, or where models of that name write several formats
 */
export function findFormatByName(model: string): string | undefined {
  const name = toComparable(model.slice(model.lastIndexOf('/') + 1))
  // A small model that learnt from a big one writes as it did before.
  if (name.includes('distill')) return undefined
  const longest = names.find((one) => begins(name, one.name))?.name
  const found = new Set(names.filter((one) => one.name === longest).map((one) => one.format))
  return found.size === 1 ? [...found][0] : undefined
}

/** Qwen3-8B is a Qwen3 and no Qwen3.8, Qwen3.9 is neither. */
function begins(name: string, start: string): boolean {
  return name.startsWith(start) && /^(?:$|[-:@])/.test(name.slice(start.length))
}

function toComparable(name: string): string {
  return name.toLowerCase().replaceAll(/[_ ]/g, '-')
}
