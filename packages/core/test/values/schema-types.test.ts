import { describe, expect, it } from 'vitest'
import {
  ValueType,
  itemSchema,
  memberSchema,
  namedTypes,
  namesMember,
  namesMembers,
} from '../../src/values/schema-types.ts'

const string = { type: 'string' }
const integer = { type: 'integer' }

describe('memberSchema', () => {
  it.each([
    ['properties', { properties: { a: string } }, string],
    ['additionalProperties', { properties: { b: string }, additionalProperties: integer }, integer],
    ['properties before additionalProperties', { properties: { a: string }, additionalProperties: integer }, string],
    ['a branch', { anyOf: [{ type: 'null' }, { properties: { a: string } }] }, string],
    [
      'a branch before additionalProperties around it',
      { additionalProperties: integer, allOf: [{ properties: { a: string } }] },
      string,
    ],
    [
      'several branches',
      { oneOf: [{ properties: { a: string } }, { properties: { a: integer } }] },
      { anyOf: [string, integer] },
    ],
    ['true', { properties: { a: true } }, {}],
    ['nothing', { type: 'object' }, undefined],
    ['additionalProperties: true', { additionalProperties: true }, undefined],
    ['no schema', undefined, undefined],
  ])('finds it in %s', (_, schema, expected) => {
    expect(memberSchema(schema, schema, 'a')).toEqual(expected)
  })

  it('follows a local $ref, also through itself', () => {
    const root = {
      $defs: { node: { properties: { a: integer, next: { $ref: '#/$defs/node' } } }, loop: { $ref: '#/$defs/loop' } },
    }
    const next = memberSchema({ $ref: '#/$defs/node' }, root, 'next')
    expect(memberSchema(next, root, 'a')).toEqual(integer)
    expect(memberSchema({ $ref: '#/$defs/loop' }, root, 'a')).toBeUndefined()
  })

  it.each(['__proto__', 'constructor', 'toString'])('takes %s as a name like any other', (name) => {
    expect(memberSchema({ properties: {} }, {}, name)).toBeUndefined()
    const properties = Object.fromEntries([[name, string]])
    expect(memberSchema({ properties }, {}, name)).toEqual(string)
  })
})

describe('itemSchema', () => {
  it.each([
    ['items', { items: string }, 3, string],
    ['prefixItems', { prefixItems: [string, integer], items: {} }, 1, integer],
    ['items behind prefixItems', { prefixItems: [string], items: integer }, 1, integer],
    ['items as a list', { items: [string, integer] }, 1, integer],
    ['additionalItems behind such a list', { items: [string], additionalItems: integer }, 1, integer],
    ['nothing', { type: 'array' }, 0, undefined],
    ['items: true', { items: true }, 0, undefined],
    ['a branch', { anyOf: [{ type: 'null' }, { items: string }] }, 0, string],
  ])('finds it in %s', (_, schema, index, expected) => {
    expect(itemSchema(schema, schema, index)).toEqual(expected)
  })
})

describe('names', () => {
  it('says whether a member is named, and whether any is', () => {
    const schema = { anyOf: [{ type: 'null' }, { properties: { a: string } }] }
    expect([namesMember(schema, {}, 'a'), namesMember(schema, {}, 'b')]).toEqual([true, false])
    expect([namesMembers(schema, {}), namesMembers({ type: 'object' }, {})]).toEqual([true, false])
  })

  it('gives no types where the schema gives none', () => {
    expect(namedTypes({}, {})).toBe(0)
    expect(namedTypes({ type: ['array', 'null'] }, {})).toBe(ValueType.array | ValueType.null)
  })
})
