import type { ChatTool } from '@tooldelta/core'
import type { JsonObject } from '../history/values.ts'
import type { CallStructure } from '../prompt/index.ts'
import { schemaOf } from './call-schema.ts'

/** What a structural tag allows. */
export interface StructuralTagOptions {
  tools: readonly ChatTool[]
  isSingle: boolean
  /** The closer of a thought that the prompt has opened: the tag begins behind it. */
  thoughtEnd?: string | undefined
}

/** The `format` of a structural tag (xgrammar) under which the model can write nothing but calls in its own syntax. */
export function createStructuralTag(structure: CallStructure, options: StructuralTagOptions): JsonObject {
  const tags = options.tools.map((tool) => ({
    type: 'tag',
    begin: structure.begin(tool.function.name),
    content: {
      type: 'json_schema',
      json_schema: schemaOf(tool),
      ...(structure.style !== 'json' && { style: structure.style }),
    },
    end: structure.end,
  }))
  const calls: JsonObject =
    tags.length === 1 && options.isSingle
      ? tags[0]!
      : {
          type: 'triggered_tags',
          triggers: [structure.trigger],
          tags,
          at_least_one: true,
          stop_after_first: options.isSingle,
        }
  if (options.thoughtEnd === undefined) return calls
  const thought = { type: 'tag', begin: '', content: { type: 'any_text' }, end: options.thoughtEnd }
  return { type: 'sequence', elements: [thought, { type: 'const_string', value: '\n\n' }, calls] }
}
