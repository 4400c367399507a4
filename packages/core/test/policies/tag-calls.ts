import type { ChatTool } from '../../src/index.ts'
import { tool } from './check.ts'

/** The tools of most rows. */
export const tools: readonly ChatTool[] = [
  tool('write_file', { path: { type: 'string' }, content: { type: 'string' }, overwrite: { type: 'boolean' } }),
  tool('get_weather', { city: { type: 'string' }, days: { type: 'integer' } }),
  tool('list'),
]

/** A parameter as Qwen's template writes it. */
export function param(key: string, value: string): string {
  return `<parameter=${key}>\n${value}\n</parameter>\n`
}

/** A function as Qwen's template writes it, without its wrapper. */
export function bare(name: string, ...params: readonly string[]): string {
  return `<function=${name}>\n${params.join('')}</function>`
}

/** A function in its wrapper. */
export function wrapped(name: string, ...params: readonly string[]): string {
  return `<tool_call>\n${bare(name, ...params)}\n</tool_call>`
}

/** The shortest call. */
export const listCall: string = wrapped('list')
