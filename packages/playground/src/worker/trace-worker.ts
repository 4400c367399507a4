import { toFixture } from '../case/fixture.ts'
import { compareSplits } from '@tooldelta/testkit'
import { cutText } from '../trace/cuts.ts'
import { Trace } from '../trace/trace.ts'
import type { View, WorkerReply, WorkerRequest } from './messages.ts'

/** How long one go of work may last before messages are looked at, in milliseconds. */
const sliceMs = 12
/** Text of a message beyond this is not sent to the page: nobody reads it there, and a copy for each step would be slow. */
const clipChars = 20_000

let run = 0
let traces: Trace[] = []
let allCutsRun = 0

self.addEventListener('message', (event: MessageEvent<WorkerRequest>) => void take(event.data))

async function take(request: WorkerRequest): Promise<void> {
  try {
    await answer(request)
  } catch (error) {
    reply({ type: 'failed', run: request.run, message: error instanceof Error ? error.message : String(error) })
  }
}

async function answer(request: WorkerRequest): Promise<void> {
  switch (request.type) {
    case 'trace':
      return trace(request)
    case 'open':
      run = request.run
      traces = request.options.map((options) => new Trace(options))
      return tellSize()
    case 'push':
      if (request.run !== run) return
      for (const chunk of request.chunks) for (const one of traces) one.push(chunk)
      return tellSize()
    case 'end':
      if (request.run !== run) return
      for (const one of traces) if (!one.ended) one.end(request.finish)
      return tellSize()
    case 'all-cuts':
      return allCuts(request)
    case 'fixture': {
      const value = toFixture(request.shown, request.tools)
      return reply({ type: 'answer', run: request.run, request: request.request, value })
    }
    case 'stop-all-cuts':
      allCutsRun = 0
      return
    default:
      return look(request)
  }
}

async function trace({ text, cuts, finish, options, ...request }: WorkerRequest & { type: 'trace' }): Promise<void> {
  run = request.run
  const made = options.map((one) => new Trace(one))
  const chunks = cutText(text, cuts)
  let pause = performance.now() + sliceMs
  for (const [index, chunk] of chunks.entries()) {
    for (const one of made) one.push(chunk)
    if (performance.now() < pause) continue
    reply({ type: 'progress', run: request.run, done: index + 1, all: chunks.length })
    await nextTurn()
    if (run !== request.run) return
    pause = performance.now() + sliceMs
  }
  for (const one of made) one.end(finish)
  traces = made
  tellSize()
}

async function allCuts({ text, finish, options, ...request }: WorkerRequest & { type: 'all-cuts' }): Promise<void> {
  allCutsRun = request.run
  const work = compareSplits(text, options, finish)
  const all = Math.max(0, text.length - 1)
  let pause = performance.now() + sliceMs
  for (;;) {
    const next = work.next()
    if (next.done === true) return reply({ type: 'all-cuts', run: request.run, cuts: all, different: next.value })
    if (performance.now() < pause) continue
    reply({ type: 'all-cuts-progress', run: request.run, done: next.value, all })
    await nextTurn()
    if (allCutsRun !== request.run) return
    pause = performance.now() + sliceMs
  }
}

function look(request: WorkerRequest & { type: 'show' | 'find' | 'step-at' }): void {
  const [first] = traces
  if (request.run !== run || first === undefined || first.length === 0) return
  const value = lookUp(first, request)
  reply({ type: 'answer', run, request: request.request, value })
}

function lookUp(first: Trace, request: WorkerRequest & { type: 'show' | 'find' | 'step-at' }): unknown {
  if (request.type === 'step-at') return first.stepAt(request.offset)
  if (request.type === 'find') return findBusyStep(request.step, request.direction)
  const step = Math.min(request.step, first.length - 1)
  return traces.map((one) =>
    clip({
      step: one.step(step),
      message: one.message(step),
      segments: one.segments(step, request.from, request.to),
    }),
  )
}

/** The nearest step with events, seen from `step`; the last or first one when there is none. */
function findBusyStep(step: number, direction: 1 | -1): number {
  const last = (traces[0]?.length ?? 1) - 1
  let index = step + direction
  while (index > 0 && index < last && traces.every((one) => !one.hasEvents(index))) index += direction
  return Math.min(Math.max(index, 0), last)
}

function clip(view: View): View {
  const { message } = view
  const tail = (text: string): string => (text.length > clipChars ? text.slice(-clipChars) : text)
  return {
    ...view,
    message: {
      ...message,
      content: tail(message.content),
      reasoning: tail(message.reasoning),
      calls: message.calls.map((call) => ({ ...call, arguments: tail(call.arguments) })),
      diagnostics: message.diagnostics.slice(-200),
    },
  }
}

function tellSize(): void {
  const [first] = traces
  if (first === undefined) return
  reply({ type: 'grown', run, steps: first.length, length: first.text.length, isEnded: first.ended })
}

function reply(message: WorkerReply): void {
  self.postMessage(message)
}

/** A message channel's turn comes sooner than a timer's, which browsers round up to 4 ms. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
}
