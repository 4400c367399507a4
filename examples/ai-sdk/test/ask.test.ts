import { fileURLToPath } from 'node:url'
import { createObedientModel, startFakeUpstream } from '@tooldelta/testbed/upstreams'
import { expect, it } from 'vitest'
import { runScript } from '../../run-script.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

it.each(['prompt', 'template'])('calls a tool of a vLLM without a tool parser, mode %s', async (mode) => {
  // It answers 400 to tools with tool_choice auto, as vLLM does.
  const upstream = await startFakeUpstream({ kind: 'vllm-new', answer: createObedientModel() })
  try {
    const env = { UPSTREAM: `${upstream.url}/v1`, MODEL: 'qwen3-coder', MODE: mode }
    const { code, output, errors } = await runScript(folder, ['ask.ts', 'Call get_weather with city "Oslo"'], env)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toContain('begins: get_weather\ninput += {"city":"')
    expect(output).toContain('result: {"city":"Oslo"} gave Oslo: 3 degrees, rain\n\nstep: tool-calls\n')
    expect(output).toMatch(/The tool said: Oslo: 3 degrees, rain\s+step: stop\n$/)

    const [first, second] = upstream.requests
    expect(upstream.requests.map(({ status }) => status)).toEqual([200, 200])
    const offered = first!.body!.tools?.length ?? 0
    expect([offered, first!.body!.tool_choice]).toEqual(mode === 'prompt' ? [0, undefined] : [1, 'none'])
    expect(second!.prompt).toContain('<tool_response>\nOslo: 3 degrees, rain\n</tool_response>')
  } finally {
    await upstream.close()
  }
})
