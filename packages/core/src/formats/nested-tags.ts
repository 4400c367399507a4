import type { Format } from './format.ts'

/**
 * MiniMax M3: parameters are tags that nest, each behind a mark of its own. Syntax: the chat template of MiniMaxAI/MiniMax-M3.
 *
 * ```
 * ]<]minimax[>[<tool_call>
 * ]<]minimax[>[<invoke name="get_weather">]<]minimax[>[<city>Oslo]<]minimax[>[</city>]<]minimax[>[<days>3]<]minimax[>[</days>]<]minimax[>[</invoke>
 * ]<]minimax[>[</tool_call>
 * ```
 *
 * Objects are elements with elements in them, the items of an array are `<item>`; text is raw.
 *
 * Seen in the wild: no mark before the closers of parameters or before `<tool_call>`, a repeated tag in place of `<item>`.
 */
export const minimaxM3: Format = {
  id: 'minimax_m3',
  aliases: ['minimax-m3'],
  models: ['MiniMax-M3'],
  syntax: {
    family: 'nested-tags',
    row: {
      mark: ']<]minimax[>[',
      open: '<tool_call>',
      close: '</tool_call>',
      callOpen: '<invoke name=',
      callClose: '</invoke>',
      item: 'item',
    },
  },
  reasoning: { open: '<mm:think>', close: '</mm:think>', start: 'tags' },
  endTokens: ['[e~[', ']~b]ai', ']~b]', ']~!b['],
  upstream: { skip_special_tokens: false, spaces_between_special_tokens: false },
}
