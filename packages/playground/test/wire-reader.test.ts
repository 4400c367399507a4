import { readdirSync, readFileSync } from 'node:fs'
import { createChunkTransformer } from '@tooldelta/openai'
import { describe, expect, it } from 'vitest'
import { type Cuts, cutText } from '../src/trace/cuts.ts'
import { Trace } from '../src/trace/trace.ts'

const folder = new URL('../../testbed/fixtures/formats/', import.meta.url)
const cuts: Cuts[] = [{ kind: 'tokens' }, { kind: 'characters', size: 1 }]

interface Fixture {
  kind: string
  text: string
  tools?: never
}

/** Two texts of each format are enough to meet all of its machine. */
function readFixtures(): [string, Fixture[]][] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const all = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Fixture[]
      return [
        file.replace('.json', ''),
        all.filter(({ kind, text }) => kind !== 'cut' && text.length < 400).slice(0, 2),
      ]
    })
}

describe('what a step sends to the client, read without the steps before it', () => {
  it.each(readFixtures())('is what a proxy sends at that chunk: %s', (format, fixtures) => {
    for (const { text, tools } of fixtures) {
      for (const one of cuts) {
        const options = { format, ...(tools !== undefined && { tools }) }
        const chunks = cutText(text, one)
        const trace = new Trace(options)
        for (const chunk of chunks) trace.push(chunk)
        trace.end('stop')
        const ids = trace.message(trace.length - 1).calls.map(({ id }) => id)
        const proxy = createChunkTransformer({ ...options, createCallId: (index) => ids[index] ?? '' })
        const sent = chunks.map((content) => proxy.transform(toChunk({ content })))
        sent.push([...proxy.transform(toChunk({}, 'stop')), ...proxy.flush('stop')])
        // Backwards and by jumps: no step leans on the one that was read last.
        for (let step = sent.length - 1; step >= 0; step -= 5)
          expect(deltas(trace.step(step).wire)).toEqual(deltas(sent[step]))
        for (let step = 0; step < sent.length; step += 1)
          expect(deltas(trace.step(step).wire)).toEqual(deltas(sent[step]))
      }
    }
  })
})

function toChunk(delta: object, finish: string | null = null): object {
  const head = { id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm' }
  return { ...head, choices: [{ index: 0, delta, finish_reason: finish }] }
}

function deltas(chunks: readonly { choices?: unknown }[] | undefined): unknown {
  return chunks?.map(({ choices }) => choices)
}
