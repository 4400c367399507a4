import { InspectedStream, type StreamStart } from './inspected-stream.ts'

/** How much a {@link StreamStore} holds. */
export interface StoreLimits {
  /** Most exchanges. */
  streams: number
  /** Most bytes of them all. One exchange may take half of it. */
  bytes: number
}

/** The last exchanges, within a fixed amount of memory. The oldest that has ended makes room for what is new. */
export class StreamStore {
  private readonly limits: StoreLimits
  private readonly streams = new Map<string, InspectedStream>()
  private held = 0
  private count = 0

  constructor(limits: StoreLimits) {
    this.limits = limits
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.held
  }

  /** Newest first. */
  list(): InspectedStream[] {
    return [...this.streams.values()].toReversed()
  }

  get(id: string): InspectedStream | undefined {
    return this.streams.get(id)
  }

  /** A new exchange. */
  begin(start: StreamStart): InspectedStream {
    this.count += 1
    const id = String(this.count)
    const stream: InspectedStream = new InspectedStream(id, start, (bytes) => this.takeRoom(stream, bytes))
    this.streams.set(id, stream)
    this.held += stream.bytes
    const { streams, bytes } = this.limits
    while ((this.streams.size > streams || this.held > bytes) && this.dropOldest(stream));
    return stream
  }

  private takeRoom(stream: InspectedStream, bytes: number): boolean {
    if (this.streams.get(stream.id) !== stream || stream.bytes + bytes > this.limits.bytes / 2) return false
    while (this.held + bytes > this.limits.bytes) if (!this.dropOldest(stream)) return false
    this.held += bytes
    return true
  }

  /** @returns whether there was one beside the given one */
  private dropOldest(kept: InspectedStream): boolean {
    const others = [...this.streams.values()].filter((stream) => stream !== kept)
    const oldest = others.find((stream) => !stream.isRunning) ?? others[0]
    if (oldest === undefined) return false
    this.streams.delete(oldest.id)
    this.held -= oldest.bytes
    oldest.detach()
    return true
  }
}
