import { findFormat } from '@tooldelta/core'
import { glm45, glm47 } from './glm.ts'
import { granite4, hermes, qwen25 } from './hermes.ts'
import { kimiK2 } from './kimi.ts'
import { minimaxM2 } from './minimax.ts'
import { qwen35, qwen36, qwen38 } from './qwen3-5.ts'
import { qwen3Coder } from './qwen3-coder.ts'
import { seedOss } from './seed-oss.ts'
import { step3p5 } from './step3p5.ts'
import type { PromptRenderer } from './types.ts'

export { callPrefixOf } from './call-prefix.ts'
export type { CallStructure, PromptInput, PromptRenderer } from './types.ts'

const renderers: readonly PromptRenderer[] = [
  qwen3Coder,
  hermes,
  qwen25,
  granite4,
  glm45,
  minimaxM2,
  kimiK2,
  seedOss,
  step3p5,
]

/** Models of a format whose template differs from that of the format's other models. */
const variants: ReadonlyMap<string, PromptRenderer> = new Map([
  ['qwen3_5', qwen35],
  ['qwen3_6', qwen36],
  ['qwen3_8', qwen38],
  ['glm47', glm47],
])

/**
 * Names that {@link findPromptRenderer} knows: ids of formats, and of versions of models whose template differs from that of the format's
 * other models.
 */
export const promptFormats: readonly string[] = [...renderers.flatMap(({ formats }) => formats), ...variants.keys()]

/**
 * The renderer of a format's tools, calls and results as plain messages, for servers whose chat template cannot write them.
 *
 * @param formatId - id or alias of a format, as for the parser, or another of {@link promptFormats}
 * @returns `undefined` when the format has none ({@link promptFormats})
 * @throws TypeError when there is no such format
 * @example
 * ```ts
 * const renderer = findPromptRenderer('qwen3_coder')
 * const messages = renderer?.render({ messages: history, tools })
 * ```
 */
export function findPromptRenderer(formatId: string): PromptRenderer | undefined {
  const variant = variants.get(formatId)
  if (variant !== undefined) return variant
  const { id } = findFormat(formatId)
  return renderers.find(({ formats }) => formats.includes(id))
}
