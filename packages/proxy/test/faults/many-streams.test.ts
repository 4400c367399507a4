import { createVllmEvents, cutText } from '@tooldelta/testbed/scripted-upstream'
import { foldStrictly, readEventData } from '@tooldelta/testbed/wire-check'
import { expect, it } from 'vitest'
import { openGateway, startReplica, streamHead } from './helpers.ts'

const count = 200

function callOf(value: string): string {
  return `<tool_call>\n<function=get_weather>\n<parameter=city>\n${value}\n</parameter>\n</function>\n</tool_call>`
}

it('200 streams at once are each exact', async () => {
  const started: (() => void)[] = []
  const all = new Promise<void>((resolve) => started.push(resolve))
  let open = 0
  const replica = await startReplica(({ body, path }) => {
    if (path === '/health') return { steps: [] }
    open += 1
    if (open === count) started[0]!()
    // Each says its own text, in pieces of its own size, so that a mix-up shows.
    const number = Number(/stream (\d+)/.exec(body)![1])
    const events = createVllmEvents(cutText(`I am ${number} ø.\n${callOf(`town ${number} 🌍`)}`, (number % 7) + 3))
    const text = events.join('')
    return { headers: streamHead, steps: [{ write: text, bytesPerWrite: 200 + number }] }
  })
  const { chat, url } = await openGateway([replica.url])
  const texts = await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const response = await chat({ messages: [{ role: 'user', content: `stream ${number}` }] })
      // Nobody reads before all have begun.
      await all
      return response.text()
    }),
  )
  for (const [number, text] of texts.entries()) {
    const { choices, error } = foldStrictly(readEventData(text))
    expect(error).toBeUndefined()
    expect(choices).toEqual([
      {
        content: `I am ${number} ø.`,
        reasoning: '',
        calls: [{ id: expect.any(String) as string, name: 'get_weather', arguments: `{"city":"town ${number} 🌍"}` }],
        finishReason: 'tool_calls',
      },
    ])
  }
  const ready = await (await fetch(`${url}/health/ready`)).json()
  expect(ready).toMatchObject({ in_flight: 0, upstreams: [{ replicas: [{ in_flight: 0 }] }] })
}, 60_000)
