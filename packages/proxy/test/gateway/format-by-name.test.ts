import { describe, expect, it } from 'vitest'
import { findFormatByName } from '../../src/gateway/format-by-name.ts'

describe('the format that a name tells', () => {
  it.each([
    ['Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8', 'qwen3_coder'],
    ['qwen3-coder:30b', 'qwen3_coder'],
    ['Qwen3.5-35B-A3B', 'qwen3_coder'],
    ['Qwen/Qwen3-8B', 'hermes'],
    ['Qwen/Qwen3-80B', 'hermes'],
    ['moonshotai/Kimi-K2-Instruct', 'kimi_k2'],
    ['zai-org/GLM-4.6', 'glm45'],
    ['openai/gpt-oss-20b', 'openai'],
    ['mistralai/Devstral-Small-2507', 'mistral'],
    ['MiniMax-M2.1', 'minimax_m2'],
  ])('%s: %s', (name, format) => {
    expect(findFormatByName(name)).toBe(format)
  })

  it.each([
    // Two formats, and a model that learnt from another one.
    'Qwen/Qwen2.5-7B-Instruct',
    'deepseek-ai/DeepSeek-R1-Distill-Qwen-7B',
    'Qwen3.9-8B',
    'gpt-4o',
    'my-model',
    '',
  ])('%s tells nothing', (name) => {
    expect(findFormatByName(name)).toBeUndefined()
  })
})
