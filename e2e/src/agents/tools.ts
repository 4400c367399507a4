import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A tool that a library's program gives to the model. */
export interface AgentTool {
  name: string
  description: string
  parameters: Record<string, unknown>
  execute(input: Record<string, unknown>): Promise<string>
}

/** The tools of a small program that works in one folder. */
export function createTools(folder: string): AgentTool[] {
  const path = { type: 'string', description: 'Path of the file, from the working folder' }
  const toParameters = (properties: Record<string, unknown>): Record<string, unknown> => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  })
  return [
    {
      name: 'read_file',
      description: 'Reads a file',
      parameters: toParameters({ path }),
      execute: (input) => readFile(join(folder, String(input['path'])), 'utf8'),
    },
    {
      name: 'write_file',
      description: 'Writes a file',
      parameters: toParameters({ path, content: { type: 'string' } }),
      execute: async (input) => {
        await writeFile(join(folder, String(input['path'])), String(input['content']))
        return 'Written.'
      },
    },
    {
      name: 'list_files',
      description: 'Names of the files',
      parameters: toParameters({}),
      execute: async () => (await readdir(folder)).toSorted().join('\n'),
    },
  ]
}
