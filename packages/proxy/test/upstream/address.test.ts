import { expect, it } from 'vitest'
import { readReplicaAddress } from '../../src/upstream/address.ts'

it.each([
  ['http://h:8000', '/v1/chat/completions', '/v1/chat/completions'],
  ['http://h:8000/', '/v1/models?a=b', '/v1/models?a=b'],
  ['http://h:8000/v1', '/v1/models', '/v1/models'],
  ['http://h:8000/v1/', '/v1', '/v1'],
  ['https://h/qwen/v1', '/v1/models', '/qwen/v1/models'],
  ['https://h/api/v3', '/v1/chat/completions', '/api/v3/chat/completions'],
  ['https://h/openai', '/v1/models', '/openai/v1/models'],
  ['http://h:8000/v1', '/health', '/health'],
  ['https://h/qwen/v1', '/health', '/qwen/health'],
  ['http://h', '/v1x/y', '/v1x/y'],
])('at %s the path %s is %s', (address, path, joined) => {
  expect(readReplicaAddress(address).join(path)).toBe(joined)
})
