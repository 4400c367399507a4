import { fileURLToPath } from 'node:url'
import {
  createStreamAnswer,
  createVllmEvents,
  cutText,
  startScriptedUpstream,
} from '@tooldelta/testbed/scripted-upstream'
import { expect, it } from 'vitest'
import { runScript } from '../../run-script.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const answer =
  '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>'

it('streams the call of a server without a tool parser', async () => {
  const upstream = await startScriptedUpstream(createStreamAnswer(createVllmEvents(cutText(answer))))
  try {
    const { code, output, errors } = await runScript(folder, ['ask.ts'], { UPSTREAM: `${upstream.url}/v1` })
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toContain('finish_reason: tool_calls\ncall: get_weather({"city":"Oslo","days":3})\n')
    expect(output.match(/get_weather \+= /g)!.length).toBeGreaterThan(2)
  } finally {
    await upstream.close()
  }
})
