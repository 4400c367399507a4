import type { ChatTool, ParserOptions } from '../../src/index.ts'

function tool(name: string, properties: Record<string, unknown>, rest: Record<string, unknown> = {}): ChatTool {
  return { type: 'function', function: { name, parameters: { type: 'object', properties, ...rest } } }
}

export const tools: readonly ChatTool[] = [
  tool('write_file', { path: { type: 'string' }, content: { type: 'string' }, overwrite: { type: 'boolean' } }),
  tool('get_weather', { city: { type: 'string' }, days: { type: 'integer' } }),
  tool('list_files', {}),
]

/** Options most tables start from. */
export const qwen: ParserOptions = { format: 'qwen3_coder', tools }
export const hermes: ParserOptions = { format: 'hermes', tools }

export const text = (value: unknown): string => JSON.stringify(value)

export type Pair = readonly [key: string, value: string]

export const parameter = (key: string, value: string): string => `<parameter=${key}>\n${value}\n</parameter>\n`

/** `<function=...>` to `</function>`, as Qwen's template writes it. */
export const functionBlock = (name: string, ...pairs: readonly Pair[]): string =>
  `<function=${name}>\n${pairs.map(([key, value]) => parameter(key, value)).join('')}</function>`

/** A whole call as Qwen3-Coder's template writes it. */
export const xmlCall = (name: string, ...pairs: readonly Pair[]): string =>
  `<tool_call>\n${functionBlock(name, ...pairs)}\n</tool_call>`

/** A whole call as the hermes template writes it; `argumentText` is put in as it is. */
export const jsonCall = (name: string, argumentText: string): string =>
  `<tool_call>\n{"name": "${name}", "arguments": ${argumentText}}\n</tool_call>`

/** A hermes body with another text between the tags. */
export const wrapped = (body: string): string => `<tool_call>\n${body}\n</tool_call>`

/** A write_file call whose content is put in between the tags as it is, layout newlines included. */
export const write = (inner: string): string =>
  `<tool_call>\n<function=write_file>\n<parameter=content>${inner}</parameter>\n</function>\n</tool_call>`

export const oslo = xmlCall('get_weather', ['city', 'Oslo'])
export const osloArguments = '{"city":"Oslo"}'

export { tool }
