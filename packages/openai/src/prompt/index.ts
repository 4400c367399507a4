import { findFormat } from '@tooldelta/core'
import { hermes, qwen25 } from './hermes.ts'
import { qwen3Coder } from './qwen3-coder.ts'
import type { PromptRenderer } from './types.ts'

export type { CallStructure, PromptInput, PromptRenderer } from './types.ts'

const renderers: readonly PromptRenderer[] = [qwen3Coder, hermes, qwen25]

/** Ids of the formats whose tools, calls and results can be written as plain messages. */
export const promptFormats: readonly string[] = renderers.flatMap(({ formats }) => formats)

/**
 * The renderer of a format's tools, calls and results as plain messages, for servers whose chat template cannot write them.
 *
 * @param formatId - id or alias of a format, as for the parser
 * @returns `undefined` when the format has none ({@link promptFormats})
 * @throws TypeError when there is no such format
 * @example
 * ```ts
 * const renderer = findPromptRenderer('qwen3_coder')
 * const messages = renderer?.render({ messages: history, tools })
 * ```
 */
export function findPromptRenderer(formatId: string): PromptRenderer | undefined {
  const { id } = findFormat(formatId)
  return renderers.find(({ formats }) => formats.includes(id))
}
