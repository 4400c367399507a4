import type { ChatTool } from '@tooldelta/core'
import type { Case } from '../case/case.ts'
import type { View, WorkerReply, WorkerRequest } from './messages.ts'

/** What the page is told without having asked. */
export interface TraceListener {
  onProgress(done: number, all: number): void
  onGrown(size: { steps: number; length: number; isEnded: boolean }): void
  onFailed(message: string): void
  onAllCuts(state: AllCutsState): void
}

export type AllCutsState =
  | { kind: 'running'; done: number; all: number }
  | { kind: 'done'; cuts: number; different: (WorkerReply & { type: 'all-cuts' })['different'] }

type WithoutRun<T> = T extends unknown ? Omit<T, 'run' | 'request'> : never

/** The page's side of the worker that parses. */
export class TraceClient {
  private readonly worker: Worker
  private readonly listener: TraceListener
  private readonly waiting = new Map<number, (value: unknown) => void>()
  private run = 0
  private request = 0

  constructor(worker: Worker, listener: TraceListener) {
    this.worker = worker
    this.listener = listener
    worker.addEventListener('message', (event: MessageEvent<WorkerReply>) => this.take(event.data))
    worker.addEventListener('error', (event) => listener.onFailed(`The parser's thread failed: ${event.message}`))
  }

  /** Ends the worker. */
  stop(): void {
    this.worker.terminate()
  }

  /** Starts another case; what the worker still says of the one before is ignored. */
  start(request: WithoutRun<WorkerRequest & { type: 'trace' | 'open' }>): void {
    this.run += 1
    this.waiting.clear()
    this.post(request)
  }

  /** Goes on with the case that was started last. */
  post(
    request: WithoutRun<WorkerRequest & { type: 'trace' | 'open' | 'push' | 'end' | 'all-cuts' | 'stop-all-cuts' }>,
  ): void {
    this.worker.postMessage({ ...request, run: this.run })
  }

  /** One view for each of the compared formats. */
  show(step: number, from: number, to: number): Promise<View[]> {
    return this.ask({ type: 'show', step, from, to }) as Promise<View[]>
  }

  findBusyStep(step: number, direction: 1 | -1): Promise<number> {
    return this.ask({ type: 'find', step, direction }) as Promise<number>
  }

  stepAt(offset: number): Promise<number> {
    return this.ask({ type: 'step-at', offset }) as Promise<number>
  }

  /** The case as the text of a fixture file. */
  fixture(shown: Case, tools: readonly ChatTool[] | undefined): Promise<string> {
    return this.ask({ type: 'fixture', shown, tools }) as Promise<string>
  }

  private ask(
    request: WithoutRun<WorkerRequest & { type: 'show' | 'find' | 'step-at' | 'fixture' }>,
  ): Promise<unknown> {
    this.request += 1
    const id = this.request
    this.worker.postMessage({ ...request, run: this.run, request: id })
    return new Promise((resolve) => this.waiting.set(id, resolve))
  }

  private take(reply: WorkerReply): void {
    if (reply.run !== this.run) return
    switch (reply.type) {
      case 'progress':
        return this.listener.onProgress(reply.done, reply.all)
      case 'grown':
        return this.listener.onGrown(reply)
      case 'failed':
        return this.listener.onFailed(reply.message)
      case 'all-cuts-progress':
        return this.listener.onAllCuts({ kind: 'running', done: reply.done, all: reply.all })
      case 'all-cuts':
        return this.listener.onAllCuts({ kind: 'done', cuts: reply.cuts, different: reply.different })
      case 'answer':
        this.waiting.get(reply.request)?.(reply.value)
        this.waiting.delete(reply.request)
    }
  }
}
