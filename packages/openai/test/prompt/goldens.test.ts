// Goldens of the prompt renderers. To make them anew (Python 3 with Jinja2, Debian: python3-jinja2), from the root:
//
//   UPDATE_PROMPTS=1 npx pnpm@10.34.5 vitest run packages/openai/test/prompt/goldens.test.ts
//   CHAT_TEMPLATES=DIR     where templates are that are not kept in this repository
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { findPromptRenderer } from '../../src/index.ts'
import {
  casesOf,
  goldenScript,
  promptTemplates,
  python,
  readPromptGoldens,
  writePromptGoldens,
  type PromptGoldens,
} from './fixtures.ts'

const { UPDATE_PROMPTS: update, CHAT_TEMPLATES: templates } = process.env

if (update !== undefined) updateGoldens()
const goldens = readPromptGoldens()

describe.each(promptTemplates)('plain messages for the template $id', (template) => {
  it.each(casesOf(template))('$id: $about', (entry) => {
    expect(findPromptRenderer(template.format)!.render(entry)).toEqual(goldens[template.id]?.cases[entry.id]?.plain)
  })
})

describe('prompts', () => {
  it.skipIf(python === undefined)(
    'of plain messages equal those of tools and calls, by Jinja2 (skipped without python3-jinja2)',
    () => {
      const { status, stdout, stderr } = runScript([])
      expect(`${stdout}${stderr}`).toMatch(/^\d{3,} prompts are equal$/mu)
      expect(status).toBe(0)
    },
  )
})

function runScript(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const folder = templates === undefined ? [] : ['--templates', templates]
  return spawnSync(python ?? 'python3', [goldenScript, ...args, ...folder], { encoding: 'utf8' })
}

/** Stores what the renderers make of the cases, and the prompts. Where they differ, the old goldens come back. */
function updateGoldens(): void {
  const before = readPromptGoldens()
  const after: PromptGoldens = {}
  for (const template of promptTemplates) {
    const { id, format } = template
    const rendered = casesOf(template).map((entry) => {
      const prompt = before[id]?.cases[entry.id]?.prompt ?? ''
      return [entry.id, { prompt, plain: findPromptRenderer(format)!.render(entry) }] as const
    })
    after[id] = { format, cases: Object.fromEntries(rendered) }
  }
  writePromptGoldens(after)
  const { status, stdout, stderr } = runScript(['--update'])
  if (status === 0) return
  writePromptGoldens(before)
  throw new Error(`The prompts differ:\n${stdout}${stderr}`)
}
