import type { ExactJson } from '../../packages/testkit/src/index.ts'

export function text(value: string): ExactJson {
  return { kind: 'string', value }
}

export function list(items: ExactJson[]): ExactJson {
  return { kind: 'array', items }
}

export function object(members: Record<string, ExactJson>): ExactJson {
  return { kind: 'object', members: Object.entries(members) }
}
