import { findFormat, type ParserOptions } from '@tooldelta/core'
import { findPromptRenderer, promptFormats, type PromptRenderer } from '../prompt/index.ts'
import { profiles } from './profiles.ts'
import type { PrepareRequestOptions } from './types.ts'

const allowed = {
  mode: ['template', 'prompt', 'passthrough'],
  profile: Object.keys(profiles),
  toolChoice: ['prefill', 'structural_tag', 'json', 'instruction'],
  toolsWhenNone: ['drop', 'keep'],
  mergeSystemMessages: [true, false],
  neutralizeToolResults: [true, false],
} as const satisfies Partial<Record<keyof PrepareRequestOptions, readonly unknown[]>>

/**
 * Checks the options that do not depend on a request, so that a server can refuse wrong ones when it starts.
 *
 * @throws TypeError with what is allowed
 * @internal
 */
export function checkRequestOptions(options: PrepareRequestOptions): void {
  for (const [name, values] of Object.entries(allowed)) {
    const value = options[name as keyof typeof allowed]
    if (value === undefined || (values as readonly unknown[]).includes(value)) continue
    throw new TypeError(`Unknown ${name} '${String(value)}'. Use one of ${values.join(', ')}.`)
  }
  findFormat(options.format)
  if (options.mode === 'prompt' && rendererOf(options.format) === undefined) {
    throw new TypeError(
      `mode 'prompt' cannot write the prompt of ${nameOf(options.format)}. Formats that it can write: ${promptFormats.join(', ')}. ` +
        `Use 'template' with a chat template that supports tools.`,
    )
  }
  const { dropParams = [], upstreamModel } = options
  if (!Array.isArray(dropParams) || dropParams.some((path) => typeof path !== 'string')) {
    throw new TypeError("dropParams must be a list of request fields, such as ['logit_bias'].")
  }
  for (const path of ['messages', 'model']) {
    if (dropParams.includes(path)) throw new TypeError(`dropParams must not name '${path}': no server answers without.`)
  }
  if (upstreamModel !== undefined && (typeof upstreamModel !== 'string' || upstreamModel === '')) {
    throw new TypeError('upstreamModel must be the name of a model.')
  }
}

/** The renderer of a format. A response template or a row of one's own has none. */
export function rendererOf(format: ParserOptions['format']): PromptRenderer | undefined {
  return typeof format === 'string' ? findPromptRenderer(format) : undefined
}

/** A format as people call it. */
export function nameOf(format: ParserOptions['format']): string {
  return typeof format === 'string' ? `the format '${format}'` : 'a response template'
}
