import type { ChatTool } from '../../src/index.ts'

export const weatherTool: ChatTool = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}

export const writeTool: ChatTool = {
  type: 'function',
  function: {
    name: 'write',
    parameters: {
      type: 'object',
      properties: { path: { type: 'string' }, text: { type: 'string' }, lines: { type: 'integer' } },
    },
  },
}
