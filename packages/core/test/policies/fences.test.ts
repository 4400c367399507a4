import { describeCases } from './cases.ts'
import { functionBlock, jsonCall, oslo, osloArguments, qwen, text, xmlCall } from './documents.ts'

const call = ['get_weather', osloArguments] as const
const body = functionBlock('get_weather', ['city', 'Oslo'])

const example = `\`\`\`xml\n${oslo}\n\`\`\``

describeCases('FP31 fences', qwen, [
  {
    name: 'FP31 a call in a fence is content',
    raw: `So:\n${example}\nDone.`,
    content: `So:\n${example}\nDone.`,
    codes: [],
  },
  { name: 'FP31 tildes count', raw: `~~~\n${oslo}\n~~~`, content: `~~~\n${oslo}\n~~~` },
  { name: 'FP31 an unclosed fence counts', raw: `\`\`\`\n${oslo}`, content: `\`\`\`\n${oslo}` },
  { name: 'FP31 a call after a closed fence', raw: `${example}\n\n${oslo}`, content: example, calls: [call] },
  {
    name: 'FP31 inline back-ticks do not count',
    raw: `Use \`x\` and \`\`\`y\`\`\`:\n${oslo}`,
    content: 'Use `x` and ```y```:',
    calls: [call],
  },
  {
    name: 'FP31 a bare call in a fence is content',
    raw: `\`\`\`\n${body}\n\`\`\`\n`,
    content: `\`\`\`\n${body}\n\`\`\`\n`,
  },
  { name: 'FP31 tildes do not close back-ticks', raw: `\`\`\`\n~~~\n${oslo}`, content: `\`\`\`\n~~~\n${oslo}` },
  {
    name: 'FP31 a shorter fence does not close a longer one',
    raw: `\`\`\`\`\n\`\`\`\n${oslo}`,
    content: `\`\`\`\`\n\`\`\`\n${oslo}`,
  },
  {
    name: 'FP31 a longer fence closes',
    raw: `\`\`\`\nx\n\`\`\`\`\`\n${oslo}`,
    content: '```\nx\n`````',
    calls: [call],
  },
  {
    name: 'FP31 a closing fence has no text behind it',
    raw: `\`\`\`\nx\n\`\`\` y\n${oslo}`,
    content: `\`\`\`\nx\n\`\`\` y\n${oslo}`,
  },
  { name: 'FP31 an indent of three blanks is a fence', raw: `   \`\`\`\n${oslo}`, content: `   \`\`\`\n${oslo}` },
  { name: 'FP31 an indent of four is none', raw: `    \`\`\`\n${oslo}`, content: '    ```', calls: [call] },
  {
    name: 'FP31 CRLF',
    raw: `\`\`\`\r\n${oslo}\r\n\`\`\`\r\n${oslo}`,
    content: `\`\`\`\r\n${oslo}\r\n\`\`\``,
    calls: [call],
  },
  { name: 'FP31 two back-ticks are no fence', raw: `\`\`\n${oslo}`, content: '``', calls: [call] },
  {
    name: 'FP31 a fence in an argument does not count',
    raw: `${xmlCall('write_file', ['content', '```\nx'])}\n${oslo}`,
    calls: [['write_file', text({ content: '```\nx' })], call],
  },
  {
    name: "FP31 'extract': the call is real, the fence lines stay content",
    raw: `So:\n${example}\nDone.`,
    options: { fencedCalls: 'extract' },
    content: 'So:\n```xml\n```\nDone.',
    calls: [call],
  },
  {
    name: 'FP31 a JSON call in a fence is content',
    raw: `\`\`\`\n${jsonCall('list_files', '{}')}\n\`\`\``,
    options: { format: 'hermes' },
    content: `\`\`\`\n${jsonCall('list_files', '{}')}\n\`\`\``,
  },
  {
    name: 'FP31 a list of calls in a fence is content',
    raw: '```\n<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>\n```',
    options: { format: 'jamba' },
    content: '```\n<tool_calls>[{"name": "list_files", "arguments": {}}]</tool_calls>\n```',
  },
])
