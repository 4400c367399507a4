import type { Format, ReasoningMarkers } from './format.ts'

/**
 * The format that the text itself chooses, by the first call in it. Reasoning markers and end tokens of all candidates count until then.
 *
 * @param all - every format, in the order in which they are tried
 */
export function createAuto(all: readonly Format[]): Format {
  const candidates = all.filter(({ undetected }) => undetected !== true)
  const pairs = new Map<string, { open: string; close: string }>()
  for (const { reasoning, syntax } of candidates) {
    // Where messages have headers, these say what a thought is.
    if (reasoning === undefined || syntax.family === 'channels') continue
    for (const { open, close } of [reasoning, ...(reasoning.others ?? [])])
      pairs.set(`${open} ${close}`, { open, close })
  }
  const [first, ...others] = [...pairs.values()]
  const reasoning: ReasoningMarkers = { ...(first as { open: string; close: string }), others, start: 'tags' }
  const responses = candidates.flatMap(({ response }) => (response === undefined ? [] : [response]))
  return {
    id: 'auto',
    aliases: [],
    models: [],
    syntax: (candidates[0] as Format).syntax,
    candidates,
    reasoning,
    response: {
      open: distinct(responses.flatMap(({ open }) => open)),
      close: distinct(responses.flatMap(({ close }) => close)),
    },
    endTokens: distinct(candidates.flatMap(({ endTokens }) => endTokens)),
    upstream: { skip_special_tokens: false, spaces_between_special_tokens: false },
  }
}

function distinct(markers: readonly string[]): string[] {
  return [...new Set(markers)]
}
