/** A call's entry in a streamed delta. `id`, `type` and `name` come in the first entry of a call, then only arguments. */
export interface ToolCallDelta {
  index: number
  id?: string
  type?: 'function'
  function: { name?: string; arguments?: string }
}

/** One `choices[].delta` object. Only one of its members is present. */
export interface ChatCompletionDelta {
  role?: 'assistant'
  content?: string
  reasoning_content?: string
  tool_calls?: ToolCallDelta[]
}
