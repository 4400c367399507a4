import type { UpstreamProfile } from './types.ts'

/** What is known about a kind of server. */
export interface Profile {
  /** The `tool_choice` with which the tools are in the prompt and the text comes back raw. `undefined`: the field must not be sent. */
  toolChoice: string | undefined
  /**
   * What a prefill continues. `message`: the template's own rendering of the last message. `turn`: the beginning of the model's turn, with
   * the opener of a thought where the template writes one. `undefined`: nobody knows.
   */
  prefill: 'message' | 'turn' | undefined
  /** Fields that make the server continue the last message, instead of answering it. */
  prefillFields: Readonly<Record<string, unknown>>
  /** The request field that holds a JSON Schema for the whole answer. */
  json: 'structured_outputs' | 'response_format'
  /** Whether `response_format` may be a structural tag. */
  hasStructuralTags: boolean
  /** Whether `bad_words` keeps the model from writing a text. */
  hasBadWords: boolean
}

/** Sources: vLLM's and SGLang's serving_chat.py, llama.cpp's server-common.cpp. */
export const profiles: Readonly<Record<UpstreamProfile, Profile>> = {
  vllm: {
    toolChoice: 'none',
    prefill: 'message',
    prefillFields: { continue_final_message: true, add_generation_prompt: false },
    json: 'structured_outputs',
    hasStructuralTags: true,
    hasBadWords: true,
  },
  sglang: {
    // With 'none' SGLang leaves the tools out of the prompt.
    toolChoice: 'auto',
    prefill: 'turn',
    // Its reasoning parser would take the continued text for a thought.
    prefillFields: { continue_final_message: true, separate_reasoning: false },
    json: 'response_format',
    hasStructuralTags: false,
    hasBadWords: false,
  },
  llamacpp: {
    toolChoice: 'none',
    prefill: 'turn',
    prefillFields: {},
    json: 'response_format',
    hasStructuralTags: false,
    hasBadWords: false,
  },
  generic: {
    toolChoice: undefined,
    prefill: undefined,
    prefillFields: {},
    json: 'response_format',
    hasStructuralTags: false,
    hasBadWords: false,
  },
}
