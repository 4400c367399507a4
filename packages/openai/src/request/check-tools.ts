import type { ChatTool } from '@tooldelta/core'
import { z } from 'zod'
import { InvalidRequestError } from '../errors.ts'

/** Loose objects: what is not named here is the upstream's business and passes. */
const toolsSchema = z.array(
  z.looseObject({
    type: z.literal('function').optional(),
    function: z.looseObject({
      name: z.string().min(1),
      description: z.string().nullish(),
      parameters: z.looseObject({}).nullish(),
    }),
  }),
)

/** How to mend a field, by its place inside a tool. */
const mends: Readonly<Record<string, string>> = {
  '': 'Each tool is an object {"type": "function", "function": {"name": "...", "parameters": {...}}}.',
  type: 'Only tools of type "function" can be called; leave others out of the request.',
  function: 'Put name, description and parameters of the tool into an object "function".',
  'function.name': 'Give the function a name: a string that is not empty.',
  'function.description': 'Make the description a string, or leave it out.',
  'function.parameters': 'Make it a JSON Schema object such as {"type": "object", "properties": {}}, or leave it out.',
}

/**
 * Checks the `tools` of a request.
 *
 * @throws InvalidRequestError with the path of the first wrong field and how to mend it
 */
export function checkTools(tools: unknown): readonly ChatTool[] {
  const result = toolsSchema.safeParse(tools)
  // The request's own objects, not zod's copies: nothing of them may change on the way.
  if (result.success) return tools as ChatTool[]
  const issue = result.error.issues[0]
  const path = issue?.path ?? []
  const param = ['tools', ...path].join('.')
  const mend = path.length === 0 ? 'Send tools as a list.' : (mends[path.slice(1).join('.')] ?? mends['']!)
  throw new InvalidRequestError(`${param}: ${issue?.message ?? 'Invalid input'}. ${mend}`, param, 'invalid_tools')
}
