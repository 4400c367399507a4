import document from '../../recordings/streams-dynamo-qwen3-0.6b-8f33c28b.json' with { type: 'json' }
import { readRecordings, type Recording } from '../replay/recording.ts'

/** The call that the recording's own source found in it. */
export const expectedCall: { name: string; arguments: string } = document.expected.tool_calls[0]!.function

/** Model, source and licence of the recording, for the reader. */
export const credits: { model: string; source: string; licence: string } = {
  model: document.model,
  source: `${document.source.repo}, commit ${document.source.commit.slice(0, 8)}`,
  licence: document.license,
}

/** The recorded vLLM stream that the demo plays. */
export const demoRecordings: readonly Recording[] = readRecordings(JSON.stringify(document), 'the demo recording')

/** The request that the recorded answer is about. */
export const demoMessage = "What's the weather in San Francisco in Celsius?"

/** The tool of the request. */
export const demoTools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Get the current weather of a city',
      parameters: {
        type: 'object',
        properties: {
          location: { type: 'string', description: 'City and state, such as San Francisco, CA' },
          unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        },
        required: ['location', 'unit'],
      },
    },
  },
]
