import type { ResponseTemplate } from '../../src/index.ts'

/** Calls as JSON objects in tags; the answer is what stands outside. */
export const jsonTags: ResponseTemplate = {
  version: 1,
  defaults: { role: 'assistant' },
  start_anchor: '<|im_start|>assistant\n',
  fields: {
    thinking: { open: '<think>', close: '</think>' },
    tool_calls: {
      open: '<tool_call>',
      close: '</tool_call>',
      repeats: true,
      content: 'json',
      transform: { type: 'function', function: { name: '{content.name}', arguments: '{content.arguments}' } },
    },
    content: { close: ['<|im_end|>', '<|endoftext|>'] },
  },
}

/** As the one before, but the content is the function, and the answer has markers of its own; thoughts begin with the text. */
export const responseTags: ResponseTemplate = {
  start_anchor: 'Assistant:',
  fields: {
    reasoning_content: { open_pattern: String.raw`^|<think>\s*`, close: '</think>' },
    content: { open: '<response>\n', close_pattern: String.raw`\n?</response>` },
    tool_calls: {
      open: '<tool_call>',
      close: '</tool_call>',
      repeats: true,
      content: 'json',
      transform: { type: 'function', function: '{content}' },
    },
  },
}

/** The name stands in the opener, each parameter in a tag of its own; the template names no field for the answer. */
export const parameterTags: ResponseTemplate = {
  start_anchor: '<|im_start|>assistant\n',
  fields: {
    reasoning: { open: '<think>', close: '</think>' },
    tool_calls: {
      open_pattern: String.raw`<tool_call>\s*<function=(?P<name>[\w.-]+)>`,
      close_pattern: String.raw`(?:</function>\s*)?</tool_call>`,
      repeats: true,
      content: 'xml-inline',
      content_args: {
        tag_pattern: String.raw`<parameter=(?P<key>\w+)>\n?(?P<value>.*?)\n?</parameter>`,
        value_parser: { name: 'json', args: { allow_non_json: true } },
      },
      transform: { type: 'function', function: { name: '{name}', arguments: '{content}' } },
    },
  },
}

/** Everything stands in channels with a header. */
export const channels: ResponseTemplate = {
  start_anchor: '<|start|>assistant',
  fields: {
    thinking: { open: '<|channel|>analysis<|message|>', close: '<|end|>' },
    content: {
      open_pattern: String.raw`<\|channel\|>(?:final|commentary)<\|message\|>`,
      close: ['<|end|>', '<|return|>'],
      repeats: true,
      join: '\n',
    },
    tool_calls: {
      open_pattern: String.raw`<\|channel\|>commentary to=functions\.(?P<name>[\w-]+)[^<]*(?:<\|constrain\|>\w+)?<\|message\|>`,
      close: '<|call|>',
      repeats: true,
      content: 'json',
      transform: { type: 'function', function: { name: '{name}', arguments: '{content}' } },
    },
  },
}

/** Bare keys, and strings between tokens. */
export const quotedStrings: ResponseTemplate = {
  start_anchor: ['<|turn>model\n', '<tool_response|>'],
  fields: {
    thinking: { open: '<|channel>thought\n', close: '<channel|>' },
    tool_calls: {
      open_pattern: String.raw`<\|tool_call>call:(?P<name>\w+)`,
      close: '<tool_call|>',
      repeats: true,
      content: 'json',
      content_args: { unquoted_keys: true, string_delims: [['<|"|>', '<|"|>']] },
      transform: { type: 'function', function: { name: '{name}', arguments: '{content}' } },
    },
    content: { close: ['<turn|>', '<eos>'] },
  },
}

/** All calls in one list, with other keys. */
export const callList: ResponseTemplate = {
  start_anchor: '<|CHATBOT|>',
  fields: {
    content: { open: '<|START_RESPONSE|>', close: '<|END_RESPONSE|>' },
    thinking: { open: '<|START_THINKING|>', close: '<|END_THINKING|>' },
    tool_calls: {
      open: '<|START_ACTION|>',
      close: '<|END_ACTION|>',
      content: 'json',
      transform_each: true,
      transform: { id: '{call}', type: 'function', function: { name: '{tool}', arguments: '{input}' } },
    },
  },
}

/** One parameter a line. */
export const lines: ResponseTemplate = {
  start_anchor_pattern: String.raw`<bot>\s*`,
  fields: {
    tool_calls: {
      open_pattern: String.raw`<run (?P<name>\w+)>\n`,
      close: '</run>',
      repeats: true,
      content: 'kv-lines',
      content_args: { kv_sep: ' = ' },
      transform: { function: { name: '{name}', arguments: '{content}' } },
    },
    citations: { open: '<cite>', close: '</cite>' },
    content: {},
  },
}

/** The code of a call is its only argument: known when its region ends. */
export const codeBlock: ResponseTemplate = {
  start_anchor: '<bot>',
  fields: {
    thinking: { open: '<think>', close_pattern: '</think>|(?=<code>)' },
    tool_calls: {
      open: '<code>',
      close: '</code>',
      repeats: true,
      transform: {
        type: 'function',
        function: { name: 'python', arguments: { code: '{content}', language: 'python' } },
      },
    },
    content: { optional: false },
  },
}

/** The header of a message may hold anything, and its body keeps its blanks. */
export const headers: ResponseTemplate = {
  start_anchor: '<|message_model|>',
  fields: {
    thinking: {
      open_pattern: String.raw`(?:<\|message_model\|>)?[^<]*<\|thinking\|>`,
      close: '<|end_message|>',
      repeats: true,
      join: '',
      content_args: { strip: false },
    },
    content: {
      open_pattern: String.raw`(?:<\|message_model\|>)?[^<]*<\|text\|>`,
      close: '<|end_message|>',
      repeats: true,
      join: '',
      content_args: { strip: false },
    },
    tool_calls: {
      open_pattern: String.raw`(?:<\|message_model\|>)?[^<]*<\|invoke\|>`,
      close: '<|end_message|>',
      repeats: true,
      content: 'json',
      transform: { type: 'function', function: { name: '{content.name}', arguments: '{content.args}' } },
    },
  },
}

export const templates: Readonly<Record<string, ResponseTemplate>> = {
  jsonTags,
  responseTags,
  parameterTags,
  channels,
  quotedStrings,
  callList,
  lines,
  codeBlock,
  headers,
}
