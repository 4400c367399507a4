import { findPrinter, type PrintedCall } from '@tooldelta/testkit'
import type { FakeModel } from './types.ts'

/** Options of {@link createObedientModel}. */
export interface ObedientModelOptions {
  /** The format it writes. @defaultValue 'qwen3_coder' */
  format?: string
  /** What it thinks before each answer, unless the prompt has an empty thought for it. */
  thought?: string
  /** Says so in text instead of calling a tool. */
  isLazy?: boolean
}

/**
 * Makes a model that does what its prompt says, and knows nothing but its prompt. A tool that the user names is called, if the prompt offers
 * it: `Call write_file with path "a.txt" and content "x"`. A tool's result is told: `The tool said: ...`. A call that the prompt has begun
 * is finished. Everything else is answered by a sentence.
 */
export function createObedientModel(options: ObedientModelOptions = {}): FakeModel {
  const printer = findPrinter(options.format ?? 'qwen3_coder')
  return (prompt) => {
    const begun = readBegun(prompt)
    const tools = readTools(prompt)
    const user = readLastTurn(prompt)
    const thought = begun.includes('</think>') ? null : (options.thought ?? null)
    const parts = options.isLazy === true ? ['I would rather not.'] : decide(user, tools, begun)
    // A thought that the prompt has ended stands before the answer.
    const [ended = ''] = /^[\s\S]*<\/think>\s*/.exec(begun) ?? []
    return ended + printer.print({ reasoning: thought, parts })
  }
}

/** What the prompt has begun of the answer. */
function readBegun(prompt: string): string {
  const header = '<|im_start|>assistant\n'
  const at = prompt.lastIndexOf(header)
  const begun = at === -1 ? '' : prompt.slice(at + header.length)
  return begun.includes('<|im_end|>') ? '' : begun
}

/** The tools of the prompt, with their parameters. */
function readTools(prompt: string): Map<string, string[]> {
  const tools = new Map<string, string[]>()
  for (const [, name, body] of prompt.matchAll(/<function>\n<name>([^<]+)<\/name>([\s\S]*?)\n<\/function>/g)) {
    const parameters = [...body!.matchAll(/<parameter>\n<name>([^<]+)<\/name>/g)]
    tools.set(
      name!,
      parameters.map(([, parameter]) => parameter!),
    )
  }
  // Families that print their tools as JSON.
  for (const [, line] of prompt.matchAll(/^(\{"(?:type|name)": ?"(?:function")?.*\})$/gm)) {
    const tool = readJson(line!)
    const details = (tool?.['function'] ?? tool) as { name?: string; parameters?: { properties?: object } } | undefined
    if (typeof details?.name === 'string') tools.set(details.name, Object.keys(details.parameters?.properties ?? {}))
  }
  return tools
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function readLastTurn(prompt: string): string {
  return /[\s\S]*<\|im_start\|>user\n([\s\S]*?)<\|im_end\|>/.exec(prompt)?.[1] ?? ''
}

function decide(user: string, tools: Map<string, string[]>, begun: string): (string | PrintedCall)[] {
  const [, begunName] = /<function=([^>\n]*)/.exec(begun) ?? []
  if (begunName !== undefined) {
    const name = [...tools.keys()].find((known) => known === begunName) ?? nameIn(user, tools) ?? [...tools.keys()][0]!
    return [toCall(name, user, tools)]
  }
  const results = [...user.matchAll(/<tool_response>\n([\s\S]*?)\n<\/tool_response>/g)]
  if (results.length > 0) return [`The tool said: ${results.map(([, result]) => result).join(' and ')}`]
  const asked = user.split(/(?=\b[Cc]all )/).flatMap((sentence) => {
    const name = nameIn(sentence, tools)
    return name === undefined ? [] : [toCall(name, sentence, tools)]
  })
  if (asked.length > 0) return ['I do that.', ...asked]
  return [tools.size > 0 ? 'I have tools. What shall I do?' : 'I have no tools for that.']
}

function nameIn(text: string, tools: Map<string, string[]>): string | undefined {
  return [...tools.keys()].find((name) => new RegExp(`\\b${name}\\b`).test(text))
}

/** `path "a.txt"` of the sentence becomes the argument `path`. */
function toCall(name: string, sentence: string, tools: Map<string, string[]>): PrintedCall {
  const given = new Map([...sentence.matchAll(/(\w+) "([^"]*)"/g)].map(([, key, value]) => [key!, value!]))
  const parameters = (tools.get(name) ?? []).filter((parameter) => given.has(parameter))
  return {
    name,
    arguments: parameters.map((parameter) => [parameter, { kind: 'string', value: given.get(parameter)! }]),
  }
}
