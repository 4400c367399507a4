import type OpenAI from 'openai'
import { expect, it } from 'vitest'
import { createChunkTransformer, transformCompletion } from '../src/index.ts'

it('takes the chunks and completions of the openai package', () => {
  const chunk: OpenAI.ChatCompletionChunk = {
    id: 'a',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
  }
  expect(createChunkTransformer({ format: 'hermes' }).transform(chunk)).toEqual([chunk])
  const message: OpenAI.ChatCompletionMessage = { role: 'assistant', content: 'Hi', refusal: null }
  const completion: OpenAI.ChatCompletion = {
    id: 'a',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
  }
  expect(transformCompletion(completion, { format: 'hermes' })).toBe(completion)
})
