import type { ChatCompletionRequest } from '@tooldelta/openai'

/** The word that the model is to hand over. It cannot be guessed. */
export const canary = 'amber-7431'
const toolName = 'report_word'

/** A tool that nobody misunderstands, with words enough for a prompt to grow by. */
export const canaryTool = {
  type: 'function',
  function: {
    name: toolName,
    description:
      'Reports one word to the person who set up this server. The word is written down exactly as it is given, and the answer says that it was written down.',
    parameters: {
      type: 'object',
      properties: { word: { type: 'string', description: 'The word to report, exactly as the user wrote it.' } },
      required: ['word'],
    },
  },
}

/** Tokens that the tool makes a prompt longer by at the very least, in any tokenizer. */
export const leastGrowth = 20

/** Enough for a thought and a call. */
export const callTokens = 1024

/** A question that asks for the tool. */
export const canaryMessages = [
  { role: 'user', content: `Call ${toolName} with word "${canary}". Do not answer anything else.` },
]

/** The shortest of all questions. */
export function shortest(model: string): ChatCompletionRequest {
  return { model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1, temperature: 0 }
}

/** Whether a call is the one that was asked for. */
export function isCanaryCall(call: { name: string; arguments: string }): boolean {
  return call.name === toolName && readWord(call.arguments) === canary
}

function readWord(text: string): unknown {
  try {
    return (JSON.parse(text) as { word?: unknown } | null)?.word
  } catch {
    return undefined
  }
}

/** A system message behind others: some templates refuse it. */
export const lateSystemMessages = [
  { role: 'system', content: 'You are brief.' },
  { role: 'user', content: 'Hello' },
  { role: 'assistant', content: 'Hello.' },
  { role: 'system', content: 'You are friendly.' },
  { role: 'user', content: 'Hello again' },
]

/** The number that only the tool's result tells. */
export const resultNumber = '5150'

/** A conversation with a call of the tool and its result. */
export function toResultMessages(
  call: { id: string; name: string; arguments: string },
  content: string | null,
): object[] {
  const question = `Call ${toolName} with word "${canary}", then tell me under which number it was written down.`
  return [
    { role: 'user', content: question },
    {
      role: 'assistant',
      content,
      tool_calls: [{ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }],
    },
    { role: 'tool', tool_call_id: call.id, content: `${canary} was written down as number ${resultNumber}.` },
  ]
}

/** Arguments as a cut answer leaves them. */
export const brokenCall = { id: 'call_brokenprobe', name: toolName, arguments: `{"word": "${canary}` }
