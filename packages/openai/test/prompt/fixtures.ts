import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ChatTool } from '@tooldelta/core'
import { parse } from 'lossless-json'
import type { HistoryMessage } from '../../src/index.ts'

const testbed = fileURLToPath(new URL('../../../testbed/', import.meta.url))
const cases = `${testbed}fixtures/prompts/cases.json`
const goldens = `${testbed}fixtures/prompts/goldens.json`

/** Renders the templates with Jinja2 and compares. */
export const goldenScript: string = `${testbed}scripts/chat-goldens.py`

/** A history with tools, to be rendered by templates and by our renderers. Numbers in schemas are lossless-json's. */
export interface PromptCase {
  id: string
  about: string
  tools: ChatTool[]
  messages: HistoryMessage[]
}

/** By template, what the renderer of a format made of each case, and the prompt that it must give. */
export type PromptGoldens = Record<
  string,
  { format: string; cases: Record<string, { prompt: string; plain: HistoryMessage[] }> }
>

/** A chat template, the name of its renderer, and the cases that it cannot do: its own limit, or ours. */
export interface PromptTemplate {
  id: string
  format: string
  excludes?: readonly string[]
}

/** Qwen3.5 and later allow a system message in the first place alone. */
const systemFirst = ['later-system']

/** Kimi K2's own system message has a line break behind its end, which no message can have. */
const withSystem = ['tools-alone', 'one-call', 'thoughts', 'thoughts-in-content', 'later-system']

/** The templates that goldens are made with. */
export const promptTemplates: readonly PromptTemplate[] = [
  { id: 'qwen3-coder', format: 'qwen3_coder' },
  { id: 'qwen3.5', format: 'qwen3_5', excludes: systemFirst },
  { id: 'qwen3.6', format: 'qwen3_6', excludes: systemFirst },
  { id: 'qwen3.8', format: 'qwen3_8', excludes: systemFirst },
  { id: 'qwen3', format: 'hermes' },
  { id: 'qwen3-2507', format: 'hermes' },
  { id: 'qwen2.5', format: 'qwen25' },
  { id: 'granite-4.0', format: 'granite4' },
  { id: 'glm-4.5', format: 'glm45' },
  { id: 'glm-4.7', format: 'glm47' },
  { id: 'minimax-m2', format: 'minimax_m2' },
  { id: 'seed-oss', format: 'seed_oss' },
  { id: 'step-3.5', format: 'step3p5' },
  { id: 'kimi-k2', format: 'kimi_k2', excludes: withSystem },
]

/** The cases, with numbers whose text is kept. */
export function readPromptCases(): PromptCase[] {
  return parse(readFileSync(cases, 'utf8')) as PromptCase[]
}

/** The cases of one template. */
export function casesOf({ excludes = [] }: PromptTemplate): PromptCase[] {
  return readPromptCases().filter(({ id }) => !excludes.includes(id))
}

/** The stored goldens. */
export function readPromptGoldens(): PromptGoldens {
  return JSON.parse(readFileSync(goldens, 'utf8')) as PromptGoldens
}

export function writePromptGoldens(value: PromptGoldens): void {
  writeFileSync(goldens, `${JSON.stringify(value, undefined, 2)}\n`)
}

/** The text of a template; `undefined` when it is not kept here (fixtures/chat-templates/README.md). */
export function readTemplate(id: string): string | undefined {
  const path = `${testbed}fixtures/chat-templates/${id}.jinja`
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** A Python that has Jinja2: the one on the path, or Debian's. */
export const python: string | undefined = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import jinja2']).status === 0,
)
