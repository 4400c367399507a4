/**
 * Small bugs of the kind that parsers really have. Each names the exact source text that it changes, which must stand in
 * its file once, and the tests that must fail for it, by the beginnings of their paths.
 *
 * @type {{ name: string, tests: string[], changes: { file: string, find: string, replace: string }[] }[]}
 */
export const seededBugs = [
  {
    name: 'a piece of a marker at the end of a chunk is text',
    tests: ['guarantees/g1-split'],
    changes: [
      {
        file: 'scan/text-buffer.ts',
        find: "return literal.startsWith(this.text.slice(index)) ? 'wait' : 'no'",
        replace: "return 'no'",
      },
    ],
  },
  {
    name: 'a closer cut one character before its end is text',
    tests: ['guarantees/g1-split', 'guarantees/g3'],
    changes: [
      {
        file: 'scan/text-buffer.ts',
        find: 'return have > 0 && have < literal.length && literal',
        replace: 'return have > 0 && have < literal.length - 1 && literal',
      },
    ],
  },
  {
    name: 'half a surrogate pair is passed on',
    tests: ['guarantees/g1-'],
    changes: [
      {
        file: 'scan/text-buffer.ts',
        find: 'isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length',
        replace: 'isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.length : text.length',
      },
    ],
  },
  {
    name: 'a snapshot forgets the waiting surrogate',
    tests: ['guarantees/g7'],
    changes: [
      {
        file: 'scan/text-buffer.ts',
        find: 'ended: this.ended, carry: this.carry }',
        replace: "ended: this.ended, carry: '' }",
      },
    ],
  },
  {
    name: 'values are trimmed',
    tests: ['guarantees/escape-fuzz'],
    changes: [
      {
        file: 'families/tag-values.ts',
        find: 'const piece = buffer.take(to)\n    parameter.lineStart',
        replace: 'const piece = buffer.take(to).trim()\n    parameter.lineStart',
      },
    ],
  },
  {
    name: 'string values wait for their end',
    tests: ['guarantees/g5'],
    changes: [
      {
        file: 'values/value-writer.ts',
        find: "types === ValueType.string\n      ? 'stream'",
        replace: "types === ValueType.string\n      ? 'union'",
      },
    ],
  },
  {
    name: 'every closer counts',
    tests: ['policies/p03'],
    changes: [
      {
        file: 'families/closing-rules.ts',
        find: "return match === 'yes' ? { length: closed ? literal.length : 0, closed } : match",
        replace: "return match === 'wait' ? match : { length: closed ? literal.length : 0, closed }",
      },
    ],
  },
  {
    name: 'a closer that confirms another is not confirmed itself',
    tests: ['guarantees/g4', 'guarantees/round-trip'],
    changes: [
      {
        file: 'families/closing-rules.ts',
        find: "return whole ? 'yes' : this.confirms(kind, next.end, context)",
        replace: "return 'yes'",
      },
    ],
  },
  {
    name: 'both line breaks at the end of a value are layout',
    tests: ['guarantees/escape-fuzz'],
    changes: [
      {
        file: 'families/tag-values.ts',
        find: 'if (last !== Char.newline) return end\n',
        replace:
          'if (last !== Char.newline) return end\n    if (text.charCodeAt(end - 2) === Char.newline) return end - 2\n',
      },
    ],
  },
  {
    name: 'a cut value is closed and looks whole',
    tests: ['guarantees/g4', 'guarantees/g3'],
    changes: [
      {
        file: 'families/tagged-parameters.ts',
        find: 'output.truncateCall(dropped, buffer.at - dropped.length)',
        replace: "output.arguments('\"}')\n    output.endCall('repaired')",
      },
    ],
  },
  {
    name: 'a second value of a parameter is written too',
    tests: ['policies/p09', 'policies/diagnostics'],
    changes: [
      {
        file: 'families/tag-values.ts',
        find: 'const duplicate = Object.hasOwn(call.seen, `$${key}`)',
        replace: 'const duplicate = false',
      },
    ],
  },
  {
    name: 'the schema wins over the type in the tag',
    tests: ['formats/attribute-tags'],
    changes: [
      {
        file: 'families/tag-values.ts',
        find: 'if (type === undefined) return types\n',
        replace: 'if (type === undefined || types !== ValueType.string) return types\n',
      },
    ],
  },
  {
    name: 'half an entity is sent as text',
    tests: ['formats/attribute-tags', 'formats/fixtures'],
    changes: [
      {
        file: 'families/tag-values.ts',
        find: 'if (this.decodes(parameter)) return beforeOpenEntity(text, pos, end)\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a CDATA section ends at its first end',
    tests: ['samples', 'formats/attribute-tags'],
    changes: [
      {
        file: 'families/closing-rules.ts',
        find: "if (next.match !== 'yes') return next.match\n",
        replace: "if (next.match !== 'yes') return { length: CDATA_END.length, closed: false }\n",
      },
    ],
  },
  {
    name: 'a section ends with its first call',
    tests: ['samples', 'formats/fixtures', 'families/tagged-parameters'],
    changes: [
      {
        file: 'families/tagged-parameters.ts',
        find: "this.state.mode = this.state.section ? 'section' : 'idle'\n  }\n\n  // --- the end",
        replace: "this.state.mode = 'idle'\n  }\n\n  // --- the end",
      },
    ],
  },
  {
    name: 'numbers go through JavaScript',
    tests: ['policies/tags-types'],
    changes: [
      {
        file: 'values/convert-value.ts',
        find: 'INTEGER.test(number)) return { json: number }',
        replace: 'INTEGER.test(number)) return { json: String(Number(number)) }',
      },
    ],
  },
  {
    name: 'control characters are not escaped',
    tests: ['guarantees/escape-fuzz'],
    changes: [
      {
        file: 'json/escape.ts',
        find: 'const NEEDS_ESCAPE = /["\\\\\\u0000-\\u001f',
        replace: 'const NEEDS_ESCAPE = /["\\\\\\u0009-\\u000d',
      },
      { file: 'json/escape.ts', find: 'if (code >= Char.space &&', replace: 'if ((code >= Char.space || code < 9) &&' },
    ],
  },
  {
    name: 'a backslash is escaped twice',
    tests: ['guarantees/escape-fuzz'],
    changes: [{ file: 'json/escape.ts', find: "return '\\\\\\\\'", replace: "return '\\\\\\\\\\\\\\\\'" }],
  },
  {
    name: 'an escape cut by a chunk is mended',
    tests: ['guarantees/g1-split'],
    changes: [{ file: 'json/json-machine.ts', find: 'if (i === end) return this.wait(at)', replace: '' }],
  },
  {
    name: 'blanks between words are lost',
    tests: ['guarantees/g1-split'],
    changes: [
      {
        file: 'parser/document.ts',
        find: 'this.host.output.text(kind, space)',
        replace: "this.host.output.text(kind, space.length > 1 ? ' ' : space)",
      },
    ],
  },
  {
    name: 'two calls share an index',
    tests: ['guarantees/g9'],
    changes: [{ file: 'parser/output.ts', find: 'this.state.calls += 1', replace: 'this.state.calls = 1' }],
  },
  {
    name: 'ids are counted by the module',
    tests: ['guarantees/g1-split', 'guarantees/g7'],
    changes: [
      {
        file: 'parser/call-id.ts',
        find: "const STANDARD: CallIdShape = { prefix: 'call_', length: 24 }",
        replace: "const STANDARD: CallIdShape = { prefix: 'call_', length: 24 }\nlet made = 0",
      },
      { file: 'parser/call-id.ts', find: 'const seed = `${index}', replace: 'const seed = `${(made += 1)}' },
    ],
  },
  {
    name: 'a rehearsed call is executed',
    tests: ['policies/reasoning', 'policies/limits'],
    changes: [
      {
        file: 'parser/document.ts',
        find: "callsInReasoning === 'if-last' && !state.extract",
        replace: 'state.extract',
      },
    ],
  },
  {
    name: 'calls are read although the request has no tools',
    tests: ['policies/fine-print'],
    changes: [{ file: 'parser/parser.ts', find: 'tools.empty ? all.filter(hasMessages) : all', replace: 'all' }],
  },
]
