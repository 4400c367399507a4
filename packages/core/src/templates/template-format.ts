import type { Format } from '../formats/format.ts'
import type { Pattern } from '../scan/pattern.ts'
import { type LoadedTemplate, loadTemplate } from './load-template.ts'
import type { ResponseTemplate } from './response-template.ts'

/** A format that a template describes. */
export interface TemplateFormat extends Omit<Format, 'syntax' | 'alternatives' | 'dialect' | 'candidates'> {
  template: LoadedTemplate
}

/** Tokens that end a turn, of all models whose template may not name them. */
const END_TOKENS: readonly string[] = [
  ...[
    '<|im_end|>',
    '<|endoftext|>',
    '<|end_of_text|>',
    '<|eot_id|>',
    '<|eom_id|>',
    '<|end|>',
    '<|return|>',
    '<|call|>',
  ],
  ...['<|END_OF_TURN_TOKEN|>', '<｜end▁of▁sentence｜>', '</s>', '<eos>'],
]

/** @throws TypeError for a template that cannot be read */
export function createTemplateFormat(template: ResponseTemplate): TemplateFormat {
  const loaded = loadTemplate(template)
  const { implicit, fields } = loaded
  const thinking = fields.find(({ role }) => role === 'thinking')
  const own = (implicit?.close?.literals ?? []).filter((literal) => !END_TOKENS.includes(literal))
  return {
    id: 'response_template',
    aliases: [],
    models: [],
    template: loaded,
    endTokens: [...END_TOKENS, ...own],
    upstream: { skip_special_tokens: false, spaces_between_special_tokens: false },
    ...(thinking === undefined
      ? {}
      : { reasoning: { open: spelling(thinking.open), close: spelling(thinking.close), start: 'tags' as const } }),
  }
}

function spelling(pattern: Pattern | undefined): string {
  return pattern?.literals?.[0] ?? pattern?.source ?? ''
}
