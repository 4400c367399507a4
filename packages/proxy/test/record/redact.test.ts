import { parseToolCalls } from '@tooldelta/core'
import { formats } from '@tooldelta/core'
import { readFormatFixtures } from '@tooldelta/testbed'
import { describe, expect, it } from 'vitest'
import { redactBodies, type RedactOptions } from '../../src/record/redact.ts'
import { maskKeyShapes } from '../../src/record/secrets.ts'
import { tools, qwenText } from '../helpers/texts.ts'

const contents: RedactOptions = { redact: ['contents'], secrets: [], parser: { format: 'auto' } }

function toStream(pieces: readonly string[]): string {
  const events = pieces.map((content) => ({ id: 'chatcmpl-1', choices: [{ index: 0, delta: { content } }] }))
  return `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`
}

function readStream(text: string): string {
  const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data!))
  return events.map((event) => event.choices[0].delta.content).join('')
}

/** As the network cuts: through events and through characters. */
function cutBytes(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, place) =>
    bytes.subarray(place * size, (place + 1) * size),
  )
}

function redactStream(pieces: readonly string[], request: object, options = contents): { text: string; same: boolean } {
  const before = cutBytes(toStream(pieces), 7)
  const result = redactBodies({ request: JSON.stringify(request), pieces: before, isEventStream: true }, options)
  expect(result.pieces.map(({ length }) => length)).toEqual(before.map(({ length }) => length))
  return { text: readStream(Buffer.concat(result.pieces).toString('utf8')), same: result.isSameParse }
}

describe('contents', () => {
  it('become letters of the same kind; markers, names and the shape of values stay', () => {
    const { text, same } = redactStream([...qwenText], { tools })
    expect(text).toBe(
      'X xxxx.\n\n<tool_call>\n<function=get_weather>\n<parameter=city>\nXxxxxé 🌍\n</parameter>\n<parameter=days>\n1\n</parameter>\n' +
        '</function>\n</tool_call>',
    )
    expect(same).toBe(true)
  })

  it('keep escapes of the model and of the server, and every byte in its place', () => {
    const written =
      '<tool_call>\n{"name": "ls", "arguments": {"p": "a\\nb \\u4e2d 中 C:\\\\dir", "n": 9007199254740993}}\n</tool_call>'
    const body = JSON.stringify({ choices: [{ index: 0, message: { content: `é ${written}` } }] })
    const pieces = cutBytes(body.replace('é', String.raw`\u00e9`), 5)
    const result = redactBodies({ request: '{}', pieces, isEventStream: false }, contents)
    const masked = Buffer.concat(result.pieces).toString()
    expect(masked).toContain(String.raw`\u00e9`)
    expect(JSON.parse(masked).choices[0].message.content).toBe(
      'é <tool_call>\n{"name": "ls", "arguments": {"p": "x\\nx \\u5b57 字 X:\\\\xxx", "n": 1001111111110111}}\n</tool_call>',
    )
    expect(result.isSameParse).toBe(true)
  })

  it('go out of requests: messages, descriptions and fields that nobody knows; the schema stays', () => {
    const request = {
      model: 'secret-model-name-is-kept',
      messages: [
        { role: 'system', content: 'Alpha bravo' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Charlie' },
            { type: 'image_url', image_url: { url: 'data:delta' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Echo"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'Foxtrot 21' },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Golf',
            parameters: {
              type: 'object',
              properties: { city: { type: 'string', description: 'Hotel', enum: ['Oslo'] }, title: { type: 'string' } },
            },
          },
        },
      ],
      tool_choice: 'none',
      user: 'india',
      prompt_token_ids: [104, 29],
      temperature: 0.7,
    }
    const result = redactBodies({ request: JSON.stringify(request), pieces: [], isEventStream: false }, contents)
    const masked = JSON.parse(result.request)
    expect(result.request).not.toMatch(/alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india/i)
    expect(masked).toMatchObject({
      model: request.model,
      messages: [
        { role: 'system', content: 'Xxxxx xxxxx' },
        { content: [{ type: 'text' }, { type: 'image_url' }] },
        { tool_calls: [{ id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Xxxx"}' } }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'Xxxxxxx 11' },
      ],
      tools: [
        {
          function: {
            name: 'get_weather',
            parameters: { properties: { city: { type: 'string', enum: ['Oslo'] }, title: { type: 'string' } } },
          },
        },
      ],
      tool_choice: 'none',
      prompt_token_ids: [101, 11],
      temperature: 0.7,
    })
  })

  it('go out of errors, of answers that are no JSON, of log probabilities and of broken events', () => {
    const of = (text: string, isEventStream = false): string => {
      const bodies = { request: '', pieces: [Buffer.from(text)], isEventStream }
      return Buffer.concat(redactBodies(bodies, contents).pieces).toString()
    }
    expect(of('{"error":{"message":"bad input: Alpha","type":"BadRequestError","code":400}}')).toBe(
      '{"error":{"message":"xxx xxxxx: Xxxxx","type":"BadRequestError","code":400}}',
    )
    expect(of('<html>Alpha</html>')).toBe('<xxxx>Xxxxx</xxxx>')
    expect(of('data: {"choices": [Alpha\n\n', true)).not.toContain('Alpha')
    const logprobs = { content: [{ token: 'Alpha', logprob: -0.5, bytes: [65, 108] }] }
    expect(JSON.parse(of(JSON.stringify({ choices: [{ index: 0, logprobs }] })))).toEqual({
      choices: [{ index: 0, logprobs: { content: [{ token: 'Xxxxx', logprob: -0.5, bytes: [11, 101] }] } }],
    })
  })

  it('take bytes that are no UTF-8 as they are', () => {
    const pieces = [
      Buffer.from('{"choices":[{"message":{"content":"Alpha '),
      Buffer.from([0xff, 0xe2, 0x82]),
      Buffer.from('"}}]}'),
    ]
    const result = redactBodies({ request: '', pieces, isEventStream: false }, contents)
    expect(result.pieces.map(({ length }) => length)).toEqual(pieces.map(({ length }) => length))
    expect(result.pieces[1]![0]).not.toBe(0)
    expect(Buffer.concat(result.pieces).toString('latin1')).not.toContain('Alpha')
  })

  // They are content that nearly is a call; the recording says that its parse differs.
  const nearlyCalls: Record<string, string[]> = {
    minicpm5: ['entities in a value that is no string'],
    openai: ['cut by length in a header'],
    inkling: ['arguments that are no object come back', 'a block without an object comes back'],
    pythonic: ["all of Python's escapes, a raw string and its neighbour"],
    olmo3: ['a call that is computed, its sibling lives'],
    lfm2: ['another list behind the closer is content'],
  }

  it.each(formats.filter(({ id }) => id !== 'auto'))('are parsed as before: $id', ({ id }) => {
    const fixtures = readFormatFixtures(id)
    expect(fixtures.length).toBeGreaterThan(5)
    const differing = fixtures.filter(({ text, tools: own, options }) => {
      const request = own === undefined ? {} : { tools: own }
      const { text: masked, same } = redactStream([text], request, { ...contents, parser: { ...options, format: id } })
      expect(masked).toHaveLength(text.length)
      return !same
    })
    expect(differing.map(({ title }) => title)).toEqual(nearlyCalls[id] ?? [])
  })
})

describe('keys', () => {
  const canary = 'tk-canary-5f1e0c7a'

  it('that are known are covered in every place, also where a stream cuts them', () => {
    const options: RedactOptions = { redact: [], secrets: [canary], parser: { format: 'auto' } }
    const { text } = redactStream(['Your key is ', canary.slice(0, 5), canary.slice(5), '.'], { messages: [] }, options)
    expect(text).toBe(`Your key is ${'x'.repeat(canary.length)}.`)
    const request = JSON.stringify({ messages: [{ role: 'user', content: `curl -H "x-api-key: ${canary}"` }], n: 1.0 })
    expect(redactBodies({ request, pieces: [], isEventStream: false }, options).request).not.toContain(canary)
  })

  it.each([
    'sk-proj-abcdefghijklmnop1234',
    'hf_abcdefghijklmnopqrstuv',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'AKIAIOSFODNN7EXAMPLE',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
    'xoxb-123456789012-abcdef',
  ])('are known by their shape: %s', (key) => {
    expect(maskKeyShapes(`before ${key} after`, '')).toBe(`before ${'x'.repeat(key.length)} after`)
  })

  it('are known by what stands before them', () => {
    expect(maskKeyShapes('Authorization: Bearer abc.def-123456', '')).not.toContain('abc')
    expect(maskKeyShapes('postgres://me:hunter22@db/x', '')).toBe('postgres://me:xxxxxxxx@db/x')
    expect(maskKeyShapes('a task-oriented desk_of_things, risk-free', '')).toBe(
      'a task-oriented desk_of_things, risk-free',
    )
  })

  it('leave other texts as they are, byte for byte', () => {
    const pieces = cutBytes(toStream([qwenText]), 11)
    const request = '{"n": 1.0, "big": 9007199254740993}'
    const result = redactBodies(
      { request, pieces, isEventStream: true },
      { redact: ['keys'], secrets: [], parser: { format: 'auto' } },
    )
    expect(result.request).toBe(request)
    expect(Buffer.concat(result.pieces)).toEqual(Buffer.concat(pieces))
    expect(
      parseToolCalls(readStream(Buffer.concat(result.pieces).toString()), { format: 'qwen3_coder' }).toolCalls,
    ).toHaveLength(1)
  })
})
