import { describe, expect, it } from 'vitest'
import { checkTools } from '../../src/request/check-tools.ts'
import { normalizeToolFields, normalizeTools } from '../../src/index.ts'

const parameters = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }
const tool = { type: 'function', function: { name: 'ls', description: 'Lists.', parameters } }

describe('normalizeTools', () => {
  it('gives good tools back as they are', () => {
    const tools = Object.freeze([tool])
    expect(normalizeTools(tools)).toEqual({ tools, changes: [], aliases: new Map(), originals: new Map() })
    expect(normalizeTools(tools).tools).toBe(tools)
    expect(normalizeTools(undefined)).toMatchObject({ tools: undefined, changes: [] })
  })

  it.each([[[]], [null]])('removes %j', (tools) => {
    expect(normalizeTools(tools)).toMatchObject({ tools: undefined, changes: [{ rule: 'tools-empty' }] })
  })

  const empty = { type: 'object', properties: {} }
  it.each([
    ['missing parameters', {}, empty],
    ['null', { parameters: null }, empty],
    ['an empty schema', { parameters: {} }, empty],
    ['no properties', { parameters: { type: 'object' } }, empty],
    ['no type', { parameters: { properties: { a: {} } } }, { type: 'object', properties: { a: {} } }],
    ['a string', { parameters: JSON.stringify(parameters) }, parameters],
    ['an empty string', { parameters: '' }, empty],
  ])('makes a schema with properties of %s', (_name, given, expected) => {
    const before = [{ type: 'function', function: { name: 'f', ...given } }]
    const { tools, changes } = normalizeTools(before)
    expect(tools).toEqual([{ type: 'function', function: { name: 'f', parameters: expected } }])
    expect(changes).toMatchObject([{ path: 'tools.0.function.parameters', rule: 'tool-parameters', after: expected }])
    expect(normalizeTools(tools).tools).toBe(tools)
  })

  it.each([
    { $ref: '#/$defs/a', $defs: { a: { type: 'object' } } },
    { anyOf: [{ type: 'object' }] },
    { type: 'object', properties: {}, additionalProperties: false },
  ])('leaves %j alone', (schema) => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: schema } }]
    expect(normalizeTools(tools).tools).toBe(tools)
  })

  it('makes a null description empty, and a missing one by option', () => {
    const tools = [
      { type: 'function', function: { name: 'f', description: null, parameters } },
      { type: 'function', function: { name: 'g', parameters } },
    ]
    const descriptions = (fillDescription: boolean): unknown[] =>
      (normalizeTools(tools, { fillDescription }).tools as typeof tools).map((entry) => entry.function.description)
    expect(descriptions(false)).toEqual(['', undefined])
    expect(descriptions(true)).toEqual(['', ''])
  })

  it('drops strict and $schema by option only', () => {
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...parameters }
    const tools = [{ type: 'function', function: { name: 'ls', strict: true, parameters: schema } }]
    expect(normalizeTools(tools).tools).toBe(tools)
    const { tools: bare, changes } = normalizeTools(tools, { dropFields: ['strict', '$schema'] })
    expect(bare).toEqual([{ type: 'function', function: { name: 'ls', parameters } }])
    expect(changes.map(({ path }) => path)).toEqual(['tools.0.function.parameters.$schema', 'tools.0.function.strict'])
  })

  it('renames unsafe names, apart from each other and from safe ones, both ways', () => {
    const names = ['fs/ls', 'fs ls', 'fs_ls', '\u{1F600}', 'ok.name-1', 'x'.repeat(200)]
    const { tools, aliases, originals } = normalizeTools(
      names.map((name) => ({ type: 'function', function: { name, parameters } })),
    )
    const after = (tools as (typeof tool)[]).map((entry) => entry.function.name)
    expect(after).toEqual(['fs_ls_2', 'fs_ls_3', 'fs_ls', '_', 'ok.name-1', 'x'.repeat(56)])
    for (const [name, alias] of aliases) expect(originals.get(alias)).toBe(name)
    expect(aliases.size).toBe(4)
  })

  it('takes another idea of a safe name', () => {
    const { aliases } = normalizeTools([{ function: { name: 'a.b', parameters } }], { safeName: /^[A-Za-z_]\w*$/gu })
    expect([...aliases]).toEqual([['a.b', 'a_b']])
    expect(() => normalizeTools([{ function: { name: 'a', parameters } }], { safeName: /^$/u })).toThrow(/safeName/u)
  })

  it.each([
    ['Hi'],
    [[1]],
    [[{ type: 'function' }]],
    [[{ type: 'function', function: { name: 1 } }]],
    [[{ type: 'function', function: { name: '' } }]],
    [[{ type: 'function', function: { name: 'f', parameters: '{' } }]],
    [[{ type: 'function', function: { name: 'f', parameters: '[]' } }]],
    [[{ type: 'web_search', function: { name: 'f' } }]],
  ])('leaves what is malformed to the check: %j', (tools) => {
    expect(() => checkTools(normalizeTools(tools).tools)).toThrow(/^tools/u)
  })
})

describe('normalizeToolFields', () => {
  it('gives a good request back as it is', () => {
    const request = { model: 'm', tools: [tool], tool_choice: 'auto' }
    expect(normalizeToolFields(request).request).toBe(request)
    const plain = { model: 'm', messages: [] }
    expect(normalizeToolFields(plain).request).toBe(plain)
  })

  it.each([[{ tools: [] }], [{ tools: null }], [{}]])('removes tool_choice with %j', (fields) => {
    const { request, changes } = normalizeToolFields({ model: 'm', ...fields, tool_choice: 'auto' })
    expect(request).toEqual({ model: 'm' })
    expect(changes.at(-1)).toMatchObject({ path: 'tool_choice', action: 'removed', rule: 'tool-choice' })
  })

  it('reads functions and function_call of old clients', () => {
    const { request } = normalizeToolFields({ functions: [tool.function], function_call: { name: 'ls' } })
    expect(request).toEqual({ tools: [tool], tool_choice: { type: 'function', function: { name: 'ls' } } })
    expect(normalizeToolFields({ functions: [tool.function], function_call: 'auto' }).request).toEqual({
      tools: [tool],
      tool_choice: 'auto',
    })
    expect(normalizeToolFields({ functions: [], function_call: 'auto' }).request).toEqual({})
  })

  it('leaves functions alone beside tools', () => {
    const request = { tools: [tool], functions: [tool.function] }
    expect(normalizeToolFields(request).request).toBe(request)
  })

  it('names the tools of tool_choice by their aliases', () => {
    const tools = [{ type: 'function', function: { name: 'fs/ls', description: '', parameters } }]
    const named = { type: 'function', function: { name: 'fs/ls' } }
    const renamed = { type: 'function', function: { name: 'fs_ls' } }
    const choose = (choice: unknown): unknown => normalizeToolFields({ tools, tool_choice: choice }).request.tool_choice
    expect(choose(named)).toEqual(renamed)
    expect(choose('required')).toBe('required')
    expect(choose({ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [named] } })).toEqual({
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [renamed] },
    })
    expect(choose({ type: 'allowed_tools', mode: 'auto', tools: [named] })).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [renamed],
    })
    expect(choose({ type: 'function', function: { name: 'gone' } })).toEqual({
      type: 'function',
      function: { name: 'gone' },
    })
  })
})
