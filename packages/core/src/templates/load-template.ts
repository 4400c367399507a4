import type { Pattern } from '../scan/pattern.ts'
import { compilePattern } from '../scan/pattern.ts'
import { isRecord } from '../values/schema-types.ts'
import { type CallPlan, planCalls } from './call-plan.ts'
import { CONTENT_KINDS, type ContentPlan, readContentOptions } from './content-options.ts'
import { TemplateReader, show } from './template-reader.ts'

/** What the text of a field becomes. */
export type FieldRole = 'thinking' | 'content' | 'tool_calls' | 'other'

/** A field, ready to be read. */
export interface TemplateField {
  name: string
  role: FieldRole
  open: Pattern | undefined
  close: Pattern | undefined
  /** Blanks at both ends of a region's text are layout. */
  strip: boolean
  /** Stands between the texts of two regions. */
  join: string
  optional: boolean
  /** Of `tool_calls` only. */
  call: CallPlan | undefined
}

/** A template, ready to be read with. */
export interface LoadedTemplate {
  fields: readonly TemplateField[]
  /** The field that takes what stands outside the regions. */
  implicit: TemplateField | undefined
  /** The beginning of a message, which may stand before each of several regions. */
  startAnchor: Pattern | undefined
}

const TEMPLATE_KEYS = ['version', 'defaults', 'start_anchor', 'start_anchor_pattern', 'fields']
const FIELD_KEYS = [
  ...['open', 'open_pattern', 'close', 'close_pattern', 'content', 'content_args'],
  ...['repeats', 'join', 'optional', 'transform', 'transform_each'],
]
const ROLES: ReadonlyMap<string, FieldRole> = new Map([
  ['thinking', 'thinking'],
  ['reasoning', 'thinking'],
  ['reasoning_content', 'thinking'],
  ['content', 'content'],
  ['tool_calls', 'tool_calls'],
])
const NAME = 'response_template'

/**
 * Reads a response template: checks every key and value, compiles its patterns, and decides how each field is read.
 *
 * @throws TypeError with the path of the key that is wrong and what was expected
 */
export function loadTemplate(template: unknown): LoadedTemplate {
  refuseOthers(template)
  const reader = new TemplateReader(NAME, template, TEMPLATE_KEYS)
  const version = reader.get('version') ?? 1
  if (version !== 1) reader.fail('version', `must be 1; got ${show(version)}`)
  if (reader.has('defaults') && !isRecord(reader.get('defaults'))) reader.fail('defaults', 'must be an object')
  const startAnchor = reader.anchor('start_anchor')
  const record = reader.get('fields')
  if (!isRecord(record)) return reader.fail('fields', `must be an object of fields; got ${show(record)}`)
  const fields = Object.entries(record).map(([name, field]) => loadField(name, field))
  if (fields.length === 0) reader.fail('fields', 'must have at least one field')
  const implicit = fields.filter(({ open }) => open === undefined)
  if (implicit.length > 1) {
    const names = implicit.map(({ name }) => name).join(', ')
    reader.fail('fields', `may have one field without open and open_pattern; these have none: ${names}`)
  }
  checkRoles(reader, fields)
  return { fields, implicit: implicit[0], startAnchor }
}

/** Objects that people may pass for a template. */
function refuseOthers(template: unknown): void {
  if (!isRecord(template)) return
  if (isRecord(template[NAME])) {
    throw new TypeError(`This is a tokenizer configuration: pass the object under its key ${NAME}`)
  }
  const isSchema = Object.hasOwn(template, 'response_schema') || Object.hasOwn(template, 'properties')
  if (!isSchema && !Object.keys(template).some((key) => key.startsWith('x-'))) return
  throw new TypeError(
    `This is a response_schema, the older way to describe an output, which needs the complete text. Write a ${NAME} instead: see docs/response-templates.md`,
  )
}

function checkRoles(reader: TemplateReader, fields: readonly TemplateField[]): void {
  for (const [index, { role, name }] of fields.entries()) {
    const other = fields.slice(0, index).find((field) => field.role === role)
    if (role !== 'other' && other !== undefined) {
      reader.fail('fields', `has ${other.name} and ${name}, which mean the same: keep one of them`)
    }
  }
  const calls = fields.find(({ role }) => role === 'tool_calls')
  if (calls !== undefined && calls.open === undefined) {
    reader.fail('fields.tool_calls', 'needs open or open_pattern: calls without a marker cannot be told from text')
  }
}

function loadField(name: string, value: unknown): TemplateField {
  const reader = new TemplateReader(`${NAME}.fields.${name}`, value, FIELD_KEYS)
  const role = ROLES.get(name) ?? 'other'
  const kind = reader.choice('content', 'text', CONTENT_KINDS)
  const content = readContentOptions(`${reader.path}.content_args`, kind, reader.get('content_args') ?? {})
  const open = reader.anchor('open')
  const close = readClose(reader)
  const join = readJoin(reader)
  checkTransform(reader, [...(open?.groups ?? []), ...(close?.groups ?? [])])
  if (role === 'thinking' || role === 'content') checkText(reader, content)
  return {
    name,
    role,
    open,
    close,
    strip: content.kind === 'text' && content.strip,
    join,
    optional: reader.flag('optional', true),
    call: role === 'tool_calls' ? planCalls(reader, { content, open, close }) : undefined,
  }
}

/** `eos` alone means the end of the text, as in early templates. */
function readClose(reader: TemplateReader): Pattern | undefined {
  const literals = reader.literals('close')
  if (literals?.length !== 1 || literals[0] !== 'eos') return reader.anchor('close')
  if (reader.has('close_pattern')) reader.fail('close', 'and close_pattern exclude each other')
  return compilePattern('\\Z')
}

function readJoin(reader: TemplateReader): string {
  const repeats = reader.flag('repeats', false)
  const join = reader.text('join')
  if (join !== undefined && !repeats) reader.fail('join', 'needs repeats: true')
  return join ?? ''
}

function checkTransform(reader: TemplateReader, groups: readonly string[]): void {
  reader.flag('transform_each', false)
  if (groups.length === 0 || reader.has('transform')) return
  reader.fail('transform', `is missing: only it can use the captures ${groups.join(', ')}`)
}

function checkText(reader: TemplateReader, content: ContentPlan): void {
  if (content.kind !== 'text') reader.fail('content', `must be text: ${reader.path} is for the reader`)
  if (reader.has('transform')) reader.fail('transform', 'is for calls: the text of this field goes out as it comes')
}
