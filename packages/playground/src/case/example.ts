import type { ChatTool } from '@tooldelta/core'

/** A recording, or a text written by hand, to look at. */
export interface Example {
  format: string
  title: string
  text: string
  /** As the model's server sent it; absent where only the text is known. */
  chunks?: string[]
  tools?: ChatTool[]
}
