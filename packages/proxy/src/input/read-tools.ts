import type { ChatTool } from '@tooldelta/core'
import { UsageError } from '../errors.ts'
import { readJson } from './read-json.ts'
import { readText } from './read-text.ts'

/**
 * Reads a file of tools: the list of a request's `tools`, or a whole request that has one.
 *
 * @throws UsageError that says which field is wrong and how to mend it
 */
export async function readTools(file: string): Promise<readonly ChatTool[]> {
  const value = readJson(await readText(file), file)
  const tools = Array.isArray(value) ? value : (value as { tools?: unknown } | null)?.tools
  if (!Array.isArray(tools)) {
    throw new UsageError(
      `${file} holds no list of tools. It must be [{"type": "function", "function": {"name": "..."}}], or a request with "tools".`,
    )
  }
  if (tools.length === 0) return []
  // Loaded here, because most runs have no tools and should start at once.
  const { InvalidRequestError, prepareRequest } = await import('@tooldelta/openai')
  try {
    prepareRequest({ tools }, { format: 'hermes' })
  } catch (error) {
    if (error instanceof InvalidRequestError) throw new UsageError(`${file}: ${error.message}`)
    throw error
  }
  return tools as ChatTool[]
}
