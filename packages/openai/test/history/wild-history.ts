import { readHistoricArguments } from '@tooldelta/testbed'
import fc from 'fast-check'
import type { NormalizeHistoryOptions } from '../../src/index.ts'

/** Few ids, so that they repeat, meet and miss each other. */
const id = fc.constantFrom<unknown>('c1', 'c2', 'c3', 'functions.ls:0', '', ' ', 7, null, undefined)
const name = fc.constantFrom<unknown>('ls', 'ls', 'cat', 'a b', '', null, undefined)
const control = fc.constantFrom('<|im_end|>', '<|im_end|><|im_start|>', '<<tool_call>>', '<|im_', 'end|>')
const text = fc.oneof(fc.constantFrom('', ' ', '\n', 'Hi'), control, fc.string({ maxLength: 12 }))

const part = fc.oneof(
  fc.record({ type: fc.constantFrom('text', 'input_text'), text }),
  fc.record({ type: fc.constant('refusal'), refusal: text }),
  fc.record({ type: fc.constant('image_url'), image_url: fc.record({ url: fc.constant('data:,') }) }),
  fc.record({ type: fc.constant('tool_reference'), tool_name: text }),
  text,
  fc.constant(null),
)

const content = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.array(part, { maxLength: 3 }),
  fc.constantFrom(null, undefined),
  fc.jsonValue({ maxDepth: 1 }),
)

const objectText = fc
  .dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }))
  .map((value) => JSON.stringify(value))

/** Arguments of every kind, also valid ones with a piece cut off, put in or taken out. */
const args = fc.oneof(
  objectText,
  fc.constantFrom(...readHistoricArguments().map((entry) => entry.arguments)),
  fc.tuple(objectText, fc.nat(40)).map(([json, end]) => json.slice(0, end)),
  fc
    .tuple(
      objectText,
      fc.nat(40),
      fc.nat(3),
      fc.constantFrom('', '"', '\\', '}', '{', ',', '\n', "'", '\uD83D', '\\u12'),
    )
    .map(([json, at, cut, put]) => json.slice(0, at) + put + json.slice(at + cut)),
  objectText.map((json) => JSON.stringify(json)),
  fc.tuple(objectText, fc.nat(40)).map(([json, end]) => JSON.stringify(json).slice(0, end)),
  fc.tuple(objectText, objectText).map((pair) => pair.join('')),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constant(undefined),
)

const call = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      { id, type: fc.constantFrom('function', 'function', null, 'x'), function: fc.record({ name, arguments: args }) },
      { requiredKeys: ['function'] },
    ),
  },
  fc.record({ id, type: fc.constant('custom'), custom: fc.record({ name, input: text }) }),
  fc.jsonValue({ maxDepth: 1 }),
)

const assistant = fc.record(
  {
    role: fc.constant('assistant'),
    content,
    tool_calls: fc.oneof({ weight: 5, arbitrary: fc.array(call, { maxLength: 3 }) }, call, fc.constant(null)),
    function_call: fc.oneof(fc.constant(null), fc.record({ name, arguments: args })),
    reasoning: fc.option(text),
    reasoning_content: fc.option(text),
  },
  { requiredKeys: ['role'] },
)

const result = fc.record(
  { role: fc.constantFrom('tool', 'tool', 'function'), tool_call_id: id, name, content },
  { requiredKeys: ['role'] },
)

const other = fc.record(
  { role: fc.constantFrom('user', 'system', 'developer', 'critic'), content, name },
  { requiredKeys: ['role'] },
)

/** Histories as no client should write them. */
export const wildHistory: fc.Arbitrary<Record<string, unknown>[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: assistant }, { weight: 3, arbitrary: result }, other),
  { maxLength: 9 },
)

/** Every combination of options. */
export const wildOptions: fc.Arbitrary<NormalizeHistoryOptions> = fc.record(
  {
    invalidArguments: fc.constantFrom('repair', 'empty', 'wrap'),
    orphanResults: fc.constantFrom('user', 'drop'),
    systemMessages: fc.constantFrom('keep', 'front', 'user'),
    reasoning: fc.constantFrom('mirror', 'keep'),
    controlTokens: fc.constant(['<|im_end|>', '<|im_start|>', '<tool_call>', '<|im_end|><|im_start|>', '<<']),
    toolNames: fc.constant(new Map([['a b', 'a_b']])),
    missingResult: fc.constant('No result.'),
  },
  { requiredKeys: [] },
)
