import { readFileSync, readdirSync } from 'node:fs'
// By its place: Vite takes it into the configuration, where a package of the workspace would have to be built before.
import { formats } from '../../core/src/index.ts'
import type { Plugin } from 'vite'

const name = 'virtual:catalog'
const fixtures = new URL('../../testbed/fixtures/', import.meta.url)
const shownKinds = new Set(['escapes', 'reasoning', 'missing-closers'])
/** Whose fixtures the page offers: the formats people ask about, one at least of each family. */
const shownFormats = [
  'hermes',
  'glm45',
  'minimax_m2',
  'minimax_m3',
  'deepseek_v31',
  'deepseek_v32',
  'kimi_k2',
  'mistral',
  'llama3_json',
  'pythonic',
  'openai',
  'gemma4',
]
const shownRecordings = 4

interface Example {
  format: string
  title: string
  text: string
  chunks?: string[]
  tools?: unknown
}

/**
 * The formats, recordings and fixtures that the page offers, as a module: the page itself then needs no parser, only its worker does. The
 * recordings and fixtures are the files that the tests run on.
 */
export function catalogModule(): Plugin {
  return {
    name: 'tooldelta-catalog',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? printModule() : undefined),
  }
}

function printModule(): string {
  const ids = ['auto', ...formats.map((format) => format.id).filter((id) => id !== 'auto')]
  return `export const formatIds = ${JSON.stringify(ids)}\nexport const examples = ${JSON.stringify(readExamples())}`
}

function readExamples(): Example[] {
  return [...readFixtures('qwen3_coder'), ...readRecordings(), ...shownFormats.flatMap(readFixtures)]
}

function readFixtures(format: string): Example[] {
  const list = JSON.parse(readFileSync(new URL(`formats/${format}.json`, fixtures), 'utf8')) as (Example & {
    kind: string
  })[]
  return list
    .filter(({ kind }) => shownKinds.has(kind))
    .map(({ title, text, tools }) => ({ format, title, text, ...(tools !== undefined && { tools }) }))
}

/** Real outputs, whole streams of them: the longest one of each model that is short enough for a page. */
function readRecordings(): Example[] {
  const folder = new URL('recordings/', fixtures)
  if (!readdirSync(folder).includes('recorded.jsonl')) return []
  const lines = readFileSync(new URL('recorded.jsonl', folder), 'utf8').trim().split('\n')
  return lines
    .map((line) => JSON.parse(line) as Example & { id: string; model: string })
    .filter(({ text, chunks }) => chunks !== undefined && text.includes('<tool_call>') && text.length < 2500)
    .toSorted((a, b) => b.text.length - a.text.length)
    .filter(({ model }, place, all) => all.findIndex((other) => other.model === model) === place)
    .slice(0, shownRecordings)
    .map(({ format, text, chunks, tools, model }) => ({
      format,
      title: `recorded from ${model}`,
      text,
      ...(chunks !== undefined && { chunks }),
      ...(Array.isArray(tools) && { tools }),
    }))
}
