import { describeCases, type Case } from './cases.ts'
import { qwen, text, write } from './documents.ts'

/** The text between the tags, layout included, and the value it must give. */
const value = (name: string, inner: string, wanted: string, options: Case['options'] = {}): Case => ({
  name,
  raw: write(inner),
  options,
  calls: [['write_file', text({ content: wanted })]],
})

describeCases('P4 values are verbatim', qwen, [
  value('P4 one newline on each side', '\nv\n', 'v'),
  value('P4 no newlines, nothing to trim', 'v', 'v'),
  value('P4 only a leading newline', '\nv', 'v'),
  value('P4 only a trailing newline', 'v\n', 'v'),
  value('P4 exactly one leading newline', '\n\nv\n', '\nv'),
  value('P4 exactly one trailing newline', '\nv\n\n', 'v\n'),
  value('P4 several on both sides', '\n\n\nv\n\n\n', '\n\nv\n\n'),
  value(
    'P4 indentation and trailing blank lines of an edit',
    '\n    if x:\n        y()\n\n',
    '    if x:\n        y()\n',
  ),
  value('P4 CRLF is one newline', '\r\nv\r\n', 'v'),
  value('P4 exactly one CRLF', '\r\n\r\nv\r\n\r\n', '\r\nv\r\n'),
  value('P4 CRLF in front, newline behind', '\r\nv\n', 'v'),
  value('P4 newline and CRLF', '\n\r\nv\r\n\n', '\r\nv\r\n'),
  value('P4 a lone CR is no newline', '\rv\r', '\rv\r'),
  value('P4 CRLF inside the value', '\na\r\nb\r\n', 'a\r\nb'),
  value('P4 blanks are never trimmed', '\n  v  \n', '  v  '),
  value('P4 blanks before the newline', '  \nv\n  ', '  \nv\n  '),
  value('P4 a trailing newline behind blanks stays', '\nv\n    ', 'v\n    '),
  value('P4 tabs, no-break space, zero width and BOM stay', '\n\t\u00a0v\u200b\ufeff\n', '\t\u00a0v\u200b\ufeff'),
  value('P4 U+2028 and U+2029 are no newlines', '\u2028v\u2029', '\u2028v\u2029'),
  value('P4 NUL and DEL', '\n\u0000\u007f\n', '\u0000\u007f'),
  value('P4 empty without layout', '', ''),
  value('P4 empty with one newline', '\n', ''),
  value('P4 empty with two newlines', '\n\n', ''),
  value('P4 one newline as data', '\n\n\n', '\n'),
  value('P4 one CRLF as layout of an empty value', '\r\n', ''),
  value('P4 only blanks', '\n   \n', '   '),
  value('P4 entities stay', '\nTom &amp; Jerry &lt;b&gt; &#10;\n', 'Tom &amp; Jerry &lt;b&gt; &#10;'),
  value('P4 CDATA and comments stay', '\n<![CDATA[x]]> <!-- y -->\n', '<![CDATA[x]]> <!-- y -->'),
  value('P4 less-than and ampersands', '\nif (a < b && c) { d >>= 1 }\n', 'if (a < b && c) { d >>= 1 }'),
  value('P4 backslashes', '\nC:\\temp\\new \\\\ \\" \\u00e9 \\\n', 'C:\\temp\\new \\\\ \\" \\u00e9 \\'),
  value('P4 JSON text for a string', '\n{"a": [1, null]}\n', '{"a": [1, null]}'),
  value('P4 surrogate pairs and combining marks', '\n🌍e\u0301👩‍👩‍👧\n', '🌍e\u0301👩‍👩‍👧'),
  value('FP8 mimo follows the rule of Qwen', '\n\nv\n\n', '\nv\n', { format: 'mimo' }),
  value('P4 mimo decodes no entities', 'x &lt; 5 &amp;&amp; y', 'x &lt; 5 &amp;&amp; y', { format: 'mimo' }),
  value('P4 step3p5', '\n v \n', ' v ', { format: 'step3p5', reasoning: 'tags' }),
  value('P4 nemotron_v3', '\n v \n', ' v ', { format: 'nemotron_v3', reasoning: 'tags' }),
  {
    name: 'P4 a value that the next parameter ends keeps all but one newline',
    raw: '<tool_call>\n<function=write_file>\n<parameter=content>\n a \n\n<parameter=path>\nb\n</parameter>\n</function>\n</tool_call>',
    calls: [['write_file', text({ content: ' a \n', path: 'b' }), 'repaired']],
  },
  {
    name: 'P4 a value that the function closer ends keeps all but one newline',
    raw: '<tool_call>\n<function=write_file>\n<parameter=content>\n a \n\n</function>\n</tool_call>',
    calls: [['write_file', text({ content: ' a \n' }), 'repaired']],
  },
  {
    name: 'P4 a value that CRLF and the wrapper closer end',
    raw: '<tool_call>\r\n<function=write_file>\r\n<parameter=content>\r\n a\r\n\r\n</tool_call>',
    calls: [['write_file', text({ content: ' a\r\n' }), 'repaired']],
  },
])

const seed = (inner: string): string =>
  `<seed:tool_call>\n<function=write_file>\n<parameter=content>${inner}</parameter>\n</function>\n</seed:tool_call>`

describeCases('P4 formats that write values inline', { ...qwen, format: 'seed_oss' }, [
  { name: 'FP8 seed_oss trims no newline', raw: seed('\nv\n'), calls: [['write_file', text({ content: '\nv\n' })]] },
  { name: 'FP8 seed_oss inline value', raw: seed('v'), calls: [['write_file', text({ content: 'v' })]] },
  { name: 'FP8 seed_oss one newline is data', raw: seed('\n'), calls: [['write_file', text({ content: '\n' })]] },
  {
    name: 'FP8 seed_oss CRLF is data',
    raw: seed('\r\nv\r\n'),
    calls: [['write_file', text({ content: '\r\nv\r\n' })]],
  },
  { name: 'FP8 seed_oss empty', raw: seed(''), calls: [['write_file', text({ content: '' })]] },
  {
    // The rule has no exception for a value without its closer: the newline before the next tag is not trimmed either.
    name: 'FP8 seed_oss value that the next parameter ends',
    raw: '<seed:tool_call>\n<function=write_file>\n<parameter=content>v\n<parameter=path>p</parameter>\n</function>\n</seed:tool_call>',
    calls: [['write_file', text({ content: 'v\n', path: 'p' }), 'repaired']],
  },
])
