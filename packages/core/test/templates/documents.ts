import fc from 'fast-check'

/** A message that a template's model could write. */
export interface TemplateMessage {
  thinking: string | null
  content: string | null
  calls: { name: string; arguments: Record<string, unknown> }[]
}

/** Writes messages as a model does that was trained on the template. */
export interface TemplatePrinter {
  template: string
  print(message: TemplateMessage): string
  /** Arguments that the template can carry. */
  values: fc.Arbitrary<unknown>
  /** Everything that means something to the template. */
  markers: readonly string[]
}

const key = fc.constantFrom('a', 'b', 'path', '__proto__', 'long_key')
const name = fc.constantFrom('f', 'get_weather', 'write')
/** Text without a marker, and without blanks at its ends: these are layout. */
const plain = fc
  .string({ unit: fc.constantFrom(...'ab c\n"{}:\\é'.split(''), '😀', 'word '), minLength: 1, maxLength: 30 })
  .map((text) => text.trim())
  .filter((text) => text !== '')
const hard = fc.string({
  unit: fc.constantFrom(...'ab <>/"\\\n{}[]:,\u0001é'.split(''), '😀', '</tool_call>', '<think>'),
  maxLength: 20,
})
const leaf = fc.oneof(hard, fc.integer(), fc.boolean(), fc.constant(null))
const json = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(key, leaf, { maxKeys: 2 }))
const flat = plain.filter((text) => !/[\n"]/.test(text) && !/^(?:true|false|null|\W|\d)/.test(text))

/** Messages of a printer. */
export function templateMessage({ values }: TemplatePrinter): fc.Arbitrary<TemplateMessage> {
  const call = fc.record({ name, arguments: fc.dictionary(key, values, { maxKeys: 3 }) })
  return fc.record({
    thinking: fc.option(plain),
    content: fc.option(plain),
    calls: fc.array(call, { maxLength: 3 }),
  })
}

function quoted(value: unknown): string {
  if (typeof value === 'string') return `<|"|>${value}<|"|>`
  if (Array.isArray(value)) return `[${value.map(quoted).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([member, inner]) => `${member}:${quoted(inner)}`)
    .join(',')}}`
}

function entries(call: TemplateMessage['calls'][number], write: (member: string, value: string) => string): string {
  return Object.entries(call.arguments)
    .map(([member, value]) => write(member, String(value)))
    .join('')
}

export const printers: readonly TemplatePrinter[] = [
  {
    template: 'jsonTags',
    values: json,
    markers: ['<think>', '</think>', '<tool_call>', '</tool_call>', '<|im_end|>', '{"name": "f", "arguments": {', '}}'],
    print: ({ thinking, content, calls }) =>
      `${thinking === null ? '' : `<think>\n${thinking}\n</think>\n\n`}${content ?? ''}${calls
        .map((call) => `\n<tool_call>\n${JSON.stringify(call)}\n</tool_call>`)
        .join('')}<|im_end|>`,
  },
  {
    template: 'responseTags',
    values: json,
    markers: ['<think>\n', '</think>', '<response>\n', '\n</response>', '<tool_call>', '</tool_call>', '{"name": "f"'],
    print: ({ thinking, content, calls }) =>
      `${thinking ?? ''}\n</think>\n\n${content === null ? '' : `<response>\n${content}\n</response>\n`}${calls
        .map((call) => `<tool_call>\n${JSON.stringify(call, null, 1)}\n</tool_call>\n`)
        .join('')}`,
  },
  {
    template: 'parameterTags',
    values: flat,
    markers: [
      '<think>',
      '</think>',
      '<tool_call>\n',
      '<function=f>',
      '<parameter=a>',
      '</parameter>',
      '</function>',
      '</tool_call>',
    ],
    print: ({ thinking, content, calls }) =>
      `${thinking === null ? '' : `<think>\n${thinking}\n</think>\n\n`}${content ?? ''}${calls
        .map((call) => {
          const parameters = entries(call, (member, value) => `<parameter=${member}>\n${value}\n</parameter>\n`)
          return `\n<tool_call>\n<function=${call.name}>\n${parameters}</function>\n</tool_call>`
        })
        .join('')}`,
  },
  {
    template: 'channels',
    values: json,
    markers: [
      '<|channel|>analysis<|message|>',
      '<|end|>',
      '<|channel|>final<|message|>',
      '<|start|>assistant',
      '<|call|>',
      '<|channel|>commentary to=functions.f',
      '<|message|>',
      '{"a": 1}',
    ],
    print: ({ thinking, content, calls }) =>
      [
        ...(thinking === null ? [] : [`<|channel|>analysis<|message|>${thinking}<|end|>`]),
        ...(content === null ? [] : [`<|channel|>commentary<|message|>${content}<|end|>`]),
        ...calls.map(
          (call) =>
            `<|channel|>commentary to=functions.${call.name} <|constrain|>json<|message|>${JSON.stringify(call.arguments)}<|call|>`,
        ),
      ].join('<|start|>assistant'),
  },
  {
    template: 'quotedStrings',
    values: json,
    markers: [
      '<|channel>thought\n',
      '<channel|>',
      '<|tool_call>call:f',
      '<|tool_call>',
      '{a:<|"|>',
      '<|"|>',
      '}',
      '<tool_call|>',
      '<turn|>',
    ],
    print: ({ thinking, content, calls }) =>
      `${thinking === null ? '' : `<|channel>thought\n${thinking}<channel|>`}${content ?? ''}${calls
        .map((call) => `<|tool_call>call:${call.name}${quoted(call.arguments)}<tool_call|>`)
        .join('')}<turn|>`,
  },
  {
    template: 'callList',
    values: json,
    markers: [
      '<|START_THINKING|>',
      '<|END_THINKING|>',
      '<|START_RESPONSE|>',
      '<|END_RESPONSE|>',
      '<|START_ACTION|>',
      '<|END_ACTION|>',
      '[{"tool": "f", "input": {',
      '"call": "1"',
      '}}]',
    ],
    print: ({ thinking, content, calls }) => {
      const list = calls.map((call, index) => ({ call: `c${index}`, tool: call.name, input: call.arguments }))
      return `${thinking === null ? '' : `<|START_THINKING|>${thinking}<|END_THINKING|>`}${
        content === null ? '' : `<|START_RESPONSE|>${content}<|END_RESPONSE|>`
      }${calls.length === 0 ? '' : `<|START_ACTION|>${JSON.stringify(list, null, 4)}<|END_ACTION|>`}`
    },
  },
  {
    template: 'lines',
    values: flat,
    markers: ['<run f>\n', '</run>', '<cite>', '</cite>', 'a = ', '\n', ' = '],
    print: ({ content, calls }) =>
      `${content ?? ''}${calls
        .map((call) => `\n<run ${call.name}>\n${entries(call, (member, value) => `${member} = ${value}\n`)}</run>`)
        .join('')}`,
  },
  {
    template: 'codeBlock',
    values: json,
    markers: ['<think>', '</think>', '<code>', '</code>', 'print(1)'],
    print: ({ thinking, content, calls }) =>
      `${thinking === null ? '' : `<think>${thinking}</think>\n`}${content ?? ''}${calls
        .map((call) => `\n<code>\n${JSON.stringify(call).replaceAll('<', '(')}\n</code>`)
        .join('')}`,
  },
  {
    template: 'headers',
    values: json,
    markers: [
      '<|message_model|>',
      '<|thinking|>',
      '<|text|>',
      '<|invoke|>',
      '<|end_message|>',
      '{"name": "f", "args": {',
      '}}',
      'me',
    ],
    print: ({ thinking, content, calls }) =>
      [
        ...(thinking === null ? [] : [`<|thinking|>${thinking}<|end_message|>`]),
        ...(content === null ? [] : [`me<|text|>${content}<|end_message|>`]),
        ...calls.map(
          (call) => `${call.name}<|invoke|>${JSON.stringify({ name: call.name, args: call.arguments })}<|end_message|>`,
        ),
      ].join('<|message_model|>'),
  },
]
