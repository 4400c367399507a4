import { formats, parseToolCalls, type ChatTool } from '@tooldelta/core'
import { describe, expect, it } from 'vitest'
import { readFormatFixtures } from '@tooldelta/testbed'
import { callPrefixOf } from '../../src/prompt/index.ts'
import {
  createChunkTransformer,
  InvalidRequestError,
  prepareRequest,
  transformCompletion,
  type PreparedRequest,
  type PrepareRequestOptions,
} from '../../src/index.ts'
import { chunkOf, deltasOf, text } from '../helpers.ts'

const tool = (name: string, properties: object = {}): ChatTool => ({
  type: 'function',
  function: { name, description: name, parameters: { type: 'object', properties } },
})
const tools = [tool('read', { path: { type: 'string' } }), tool('ls')]
/** Formats whose calls can be begun. */
const begun = formats.map(({ id }) => id).filter((id) => callPrefixOf(id) !== undefined)
const messages = [{ role: 'user', content: 'Look.' }]
const read = { type: 'function', function: { name: 'read' } }

function prepare(choice: unknown, options: Partial<PrepareRequestOptions> = {}, more: object = {}): PreparedRequest {
  return prepareRequest(
    { model: 'm', messages, tools, tool_choice: choice, ...more },
    { format: 'qwen3_coder', ...options },
  )
}

function prefillOf({ request }: PreparedRequest): unknown {
  return (request.messages as { role: string; content: string }[]).at(-1)
}

/** The call that comes out of a whole answer. */
function callsOf({ parser }: PreparedRequest, content: string) {
  const { choices } = transformCompletion({ choices: [{ message: { content }, finish_reason: 'stop' }] }, parser)
  return choices![0]!.message!.tool_calls?.map((call) => [call.function.name, call.function.arguments])
}

describe('prefill', () => {
  it('begins a call for vLLM, and the parser knows', () => {
    const prepared = prepare('required')
    expect(prepared.request).toMatchObject({
      tools,
      tool_choice: 'none',
      continue_final_message: true,
      add_generation_prompt: false,
    })
    expect(prefillOf(prepared)).toEqual({ role: 'assistant', content: '<tool_call>\n<function=' })
    expect(prepared.report).toMatchObject({ toolChoice: 'required', enforcedBy: 'prefill', warnings: [] })
    expect(callsOf(prepared, 'ls>\n</function>\n</tool_call>')).toEqual([['ls', '{}']])
    expect(callsOf(prepared, 'read>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>')).toEqual([
      ['read', '{"path":"a"}'],
    ])
  })

  it('begins a named call up to its name, in one call only', () => {
    const prepared = prepare(read)
    expect(prefillOf(prepared)).toMatchObject({ content: '<tool_call>\n<function=read>' })
    const rest = '\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>'
    const more = '\n<tool_call>\n<function=ls>\n</function>\n</tool_call>'
    expect(callsOf(prepared, rest + more)).toEqual([['read', '{"path":"a"}']])
    expect(callsOf(prepare('required'), `read>${rest}${more}`)).toHaveLength(2)
  })

  it('lets the parser read a stream from its middle', () => {
    const { parser } = prepare('required')
    const transformer = createChunkTransformer(parser)
    const out = [text('l'), text('s>\n</func'), text('tion>\n</tool_call>', 'stop')].flatMap((chunk) =>
      transformer.transform(chunk),
    )
    expect(deltasOf(out)).toEqual([
      { role: 'assistant', content: '' },
      { tool_calls: [{ index: 0, id: expect.any(String), type: 'function', function: { name: 'ls', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      { delta: {}, finish: 'tool_calls' },
    ])
  })

  it.each(begun)('works for %s: its beginning and the rest of a call are a call', (format) => {
    const calls = readFormatFixtures(format).flatMap((fixture) => {
      const [first, ...others] = fixture.expected.calls
      const named = (fixture.tools as ChatTool[] | undefined)?.some((tool) => tool.function.name === first?.name)
      if (named !== true || others.length > 0 || first?.status !== 'complete' || fixture.expected.reasoning) return []
      const choice = { type: 'function', function: { name: first.name } }
      const prepared = prepare(choice, { format, reasoning: 'off' }, { tools: fixture.tools })
      const given = (prefillOf(prepared) as { content: string }).content
      const place = fixture.text.indexOf(given)
      return place < 0 ? [] : [[callsOf(prepared, fixture.text.slice(place + given.length)), first] as const]
    })
    for (const [called, first] of calls) expect(called).toEqual([[first.name, first.arguments]])
    expect(calls.length).toBeGreaterThan(0)
  })

  it('closes the thought that a template has opened', () => {
    const open = { reasoning: 'open' } as const
    const vllm = prepare('required', open)
    expect(prefillOf(vllm)).toMatchObject({ content: '<think>\n\n</think>\n\n<tool_call>\n<function=' })
    const sglang = prepare('required', { ...open, profile: 'sglang' })
    expect(prefillOf(sglang)).toMatchObject({ content: '\n</think>\n\n<tool_call>\n<function=' })
    for (const prepared of [vllm, sglang]) {
      expect(callsOf(prepared, 'ls>\n</function>\n</tool_call>')).toEqual([['ls', '{}']])
    }
  })

  it('asks each server in its own words', () => {
    const sglang = prepare('required', { profile: 'sglang' }).request
    expect(sglang).toMatchObject({ tool_choice: 'auto', continue_final_message: true, separate_reasoning: false })
    expect(sglang).not.toHaveProperty('add_generation_prompt')
    const llamacpp = prepare('required', { profile: 'llamacpp' }, { chat_template_kwargs: { x: 1 } }).request
    expect(llamacpp).toMatchObject({ tool_choice: 'none', chat_template_kwargs: { x: 1, enable_thinking: false } })
    expect(llamacpp).not.toHaveProperty('continue_final_message')
  })

  it('takes the echo away, which would be read twice', () => {
    expect(prepare('required', {}, { echo: true }).request).not.toHaveProperty('echo')
  })

  it('works in mode prompt', () => {
    const prepared = prepare(read, { mode: 'prompt' })
    expect(prepared.request).not.toHaveProperty('tools')
    expect(prefillOf(prepared)).toMatchObject({ role: 'assistant', content: '<tool_call>\n<function=read>' })
    expect(prepared.request).toHaveProperty('continue_final_message', true)
  })
})

describe('structural_tag', () => {
  it('allows nothing but calls', () => {
    const { request, report } = prepare('required', { toolChoice: 'structural_tag' })
    expect(request['response_format']).toEqual({
      type: 'structural_tag',
      format: {
        type: 'triggered_tags',
        triggers: ['<tool_call>\n<function='],
        tags: tools.map(({ function: { name, parameters } }) => ({
          type: 'tag',
          begin: `<tool_call>\n<function=${name}>\n`,
          content: { type: 'json_schema', json_schema: parameters, style: 'qwen_xml' },
          end: '\n</function>\n</tool_call>',
        })),
        at_least_one: true,
        stop_after_first: false,
      },
    })
    expect(report).toMatchObject({ enforcedBy: 'structural_tag', warnings: [] })
    expect(request.messages).toBe(messages)
  })

  it('is one tag for a named tool, behind a thought that is open', () => {
    const { request } = prepare(read, { toolChoice: 'structural_tag', format: 'hermes', reasoning: 'open' })
    expect(request['response_format']).toMatchObject({
      format: {
        type: 'sequence',
        elements: [
          { type: 'tag', begin: '', content: { type: 'any_text' }, end: '</think>' },
          { type: 'const_string', value: '\n\n' },
          { type: 'tag', begin: '<tool_call>\n{"name": "read", "arguments": ', end: '}\n</tool_call>' },
        ],
      },
    })
    expect(JSON.stringify(request['response_format'])).not.toContain('style')
  })
})

describe('json', () => {
  it('is an array of calls, and one object of arguments for a named tool', () => {
    const required = prepare('required', { toolChoice: 'json' }, { parallel_tool_calls: false })
    expect(required.request['structured_outputs']).toEqual({
      json: {
        type: 'array',
        minItems: 1,
        maxItems: 1,
        items: {
          anyOf: tools.map(({ function: { name, parameters } }) => ({
            type: 'object',
            properties: { name: { type: 'string', enum: [name] }, parameters },
            required: ['name', 'parameters'],
            additionalProperties: false,
          })),
        },
      },
    })
    expect(callsOf(required, '[{"name": "ls", "parameters": {}}]')).toEqual([['ls', '{}']])
    const named = prepare(read, { toolChoice: 'json', profile: 'sglang' })
    expect(named.request['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'arguments', schema: tools[0]!.function.parameters },
    })
    expect(callsOf(named, '{"path": "a"}')).toEqual([['read', '{"path": "a"}']])
  })

  it.each(['open', 'auto', 'tags', 'off'] as const)('is read with reasoning %s', (reasoning) => {
    const prepared = prepare('required', { toolChoice: 'json', reasoning })
    expect(callsOf(prepared, '[{"name": "ls", "parameters": {}}]')).toEqual([['ls', '{}']])
    if (reasoning === 'off') return
    expect(callsOf(prepared, '<think>Hm.</think>\n[{"name": "ls", "parameters": {}}]')).toEqual([['ls', '{}']])
  })

  it('keeps references of schemas right', () => {
    const parameters = {
      type: 'object',
      properties: { node: { $ref: '#/$defs/node' } },
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, all: { $ref: '#' } } } },
    }
    const given = [{ type: 'function', function: { name: 'tree', parameters } }, tool('ls')]
    const { request } = prepare('required', { toolChoice: 'json' }, { tools: given })
    const { json } = request['structured_outputs'] as { json: Record<string, never> }
    expect(json).toMatchObject({
      items: { anyOf: [{ properties: { parameters: { $ref: '#/$defs/tool_0' } } }, {}] },
      $defs: {
        tool_0: {
          properties: { node: { $ref: '#/$defs/tool_0/$defs/node' } },
          $defs: {
            node: { properties: { next: { $ref: '#/$defs/tool_0/$defs/node' }, all: { $ref: '#/$defs/tool_0' } } },
          },
        },
      },
    })
    expect(parameters.properties.node.$ref).toBe('#/$defs/node')
  })
})

describe('instruction', () => {
  it('is one line of the first system message', () => {
    const system = { role: 'system', content: 'Be brief.' }
    const { request, report } = prepare(read, { toolChoice: 'instruction' }, { messages: [system, ...messages] })
    expect(request.messages).toEqual([
      {
        role: 'system',
        content: 'Be brief.\n\nYou must call the tool read now. Answer with the call and nothing else.',
      },
      ...messages,
    ])
    expect(report.enforcedBy).toBe('instruction')
  })

  it('is a system message of its own where there is none', () => {
    const { request } = prepare('required', { toolChoice: 'instruction' })
    expect(request.messages).toEqual([
      { role: 'system', content: expect.stringContaining('one of your tools') },
      ...messages,
    ])
  })
})

describe('a way that is not there', () => {
  const unknown = formats.find(({ id }) => callPrefixOf(id) === undefined && id !== 'auto')!.id

  it.each<[Partial<PrepareRequestOptions>, object, string, number]>([
    [{ format: unknown }, {}, 'json', 1],
    [{ format: 'auto' }, {}, 'json', 1],
    [{ profile: 'generic' }, {}, 'json', 1],
    [{ messages: [] } as never, { messages: [] }, 'json', 1],
    [{}, { messages: [...messages, { role: 'assistant', content: 'So' }] }, 'json', 1],
    [{ toolChoice: 'structural_tag', profile: 'sglang' }, {}, 'prefill', 1],
    [{ toolChoice: 'structural_tag', format: unknown }, {}, 'json', 2],
  ])('%j %j falls back to the next, and says so', (options, more, method, warnings) => {
    const { messages: _messages, ...rest } = options as Record<string, never>
    const { report } = prepare('required', rest, more)
    expect(report.enforcedBy).toBe(method)
    expect(report.warnings).toHaveLength(warnings)
    expect(report.warnings.at(-1)).toContain(`'${method}' is tried instead`)
  })

  it('is every way where the client constrains the answer itself', () => {
    const mine = { response_format: { type: 'json_object' } }
    const { request, parser, report } = prepare('required', {}, mine)
    expect(request).toMatchObject(mine)
    expect(request.messages).toBe(messages)
    expect(parser.requiresCall).toBeUndefined()
    expect(report.warnings).toEqual([
      'tool_choice is not enforced: response_format of the client constrains the whole answer.',
    ])
    expect(prepare('auto', {}, mine).report.warnings).toHaveLength(1)
    expect(prepare('auto', {}, { response_format: { type: 'text' } }).report.warnings).toEqual([])
  })
})

describe('tool_choice', () => {
  it.each([undefined, null, 'auto'])('%j leaves the model free', (choice) => {
    const { parser, report } = prepare(choice)
    expect(parser.requiresCall).toBeUndefined()
    expect(report).toMatchObject({ toolChoice: 'auto', warnings: [] })
    expect(report.enforcedBy).toBeUndefined()
  })

  it.each([
    { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'ls' } }] } },
    { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'ls' }] },
  ])('%j offers only these', (choice) => {
    const { request, parser, report } = prepare(choice)
    expect(request.tools).toEqual([tools[1]])
    expect(parser.tools).toEqual([tools[1]])
    expect(report.toolChoice).toBe('auto')
  })

  it('allowed tools may be required', () => {
    const choice = { type: 'allowed_tools', mode: 'required', tools: [read, { type: 'function', name: 'ls' }] }
    expect(prepare(choice).report).toMatchObject({ toolChoice: 'required', enforcedBy: 'prefill' })
    expect(prepare(choice).request.tools).toBe(tools)
  })

  it.each([
    ['sometimes', "Use 'auto'"],
    [7, "Use 'auto'"],
    [{ type: 'function' }, "Use 'auto'"],
    [{ type: 'function', function: { name: 'rm' } }, "There is no tool 'rm' in tools. Name one of read, ls."],
    [{ type: 'allowed_tools', mode: 'auto', tools: [] }, 'a list of tools that is not empty'],
    [{ type: 'allowed_tools', mode: 'never', tools: [read] }, 'a mode, auto or required'],
    [{ type: 'allowed_tools', mode: 'auto', tools: [{ name: 'rm' }] }, "There is no tool 'rm'"],
  ])('%j is refused with the mend', (choice, mend) => {
    const attempt = (): unknown => prepare(choice)
    expect(attempt).toThrow(InvalidRequestError)
    expect(attempt).toThrow(mend)
  })

  it('names a tool by its alias upstream', () => {
    const given = [tool('my tool')]
    const choice = { type: 'function', function: { name: 'my tool' } }
    const prepared = prepare(choice, {}, { tools: given })
    expect(prefillOf(prepared)).toMatchObject({ content: '<tool_call>\n<function=my_tool>' })
    expect(callsOf(prepared, '\n</function>\n</tool_call>')).toEqual([['my tool', '{}']])
  })

  it('gives the number of choices on', () => {
    expect(prepare('auto', {}, { n: 2 }).parser.choices).toBe(2)
    expect(prepare('auto', {}, { n: 1 }).parser.choices).toBeUndefined()
  })

  it.each([
    [false, true],
    [true, undefined],
    [undefined, undefined],
  ])('parallel_tool_calls %j ends the answer with its first call: %j', (parallel, single) => {
    for (const mode of ['template', 'prompt'] as const) {
      expect(prepare('auto', { mode }, { parallel_tool_calls: parallel }).parser.singleCall).toBe(single)
    }
  })

  it('is enforced by what comes, too', () => {
    const { parser } = prepare('required', { toolChoice: 'instruction' })
    const transformer = createChunkTransformer(parser)
    const out = [...transformer.transform(text('No.')), ...transformer.transform(chunkOf({}, 'stop'))]
    expect(out.at(-1)!.error).toMatchObject({ type: 'upstream_error', code: 'tool_call_missing' })
    expect(() => callsOf({ parser } as PreparedRequest, 'No.')).toThrow(/without the tool call/)
  })
})

it('a parser of its own reads the prefill and the answer as one text', () => {
  const { parser } = prepare(read)
  const whole = `${parser.prefill}\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>`
  expect(parseToolCalls(whole, { format: 'qwen3_coder', tools }).toolCalls).toHaveLength(1)
})
