/** The thought of most models. */
export const THINK = { open: '<think>', close: '</think>' } as const

/** Tokens around a turn in ChatML. */
export const CHATML_END: readonly string[] = ['<|im_start|>', '<|im_end|>', '<|endoftext|>']

/** Without it the server deletes the markers, which are special tokens in these models. */
export const KEEP_SPECIAL_TOKENS = { skip_special_tokens: false, spaces_between_special_tokens: false } as const
