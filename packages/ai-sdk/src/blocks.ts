import type { ProviderMetadata, StreamPart } from './specification.ts'

/** The block of text or reasoning that is being written: at most one at a time, opened by its first text and closed by what follows. */
export class Blocks {
  private readonly send: (part: StreamPart) => void
  private readonly uses = new Map<string, number>()
  private open: { kind: 'text' | 'reasoning'; id: string } | undefined
  /** What the provider said at the start and the end of the text that is being read. */
  private source = '0'
  private start: Partial<StreamPart> = {}
  private end: Partial<StreamPart> | undefined

  constructor(send: (part: StreamPart) => void) {
    this.send = send
  }

  /** The provider begins a block of text. */
  begin({ type: _type, id = '0', ...more }: StreamPart): void {
    this.close()
    this.source = id
    this.start = more
    this.end = undefined
  }

  /** The provider ends its block of text; ours may still wait for text that is held back. */
  finish({ type: _type, id: _id, ...more }: StreamPart, isHolding: boolean): void {
    this.end = more
    if (!isHolding) this.close()
  }

  write(kind: 'text' | 'reasoning', delta: string, metadata: ProviderMetadata | undefined): void {
    if (this.open?.kind !== kind) {
      this.close()
      const id = this.nextId(kind === 'text' ? this.source : `${this.source}-thought`)
      this.open = { kind, id }
      this.send(kind === 'text' ? { ...this.start, type: 'text-start', id } : { type: 'reasoning-start', id })
    }
    const more = metadata === undefined ? {} : { providerMetadata: metadata }
    this.send({ type: `${kind}-delta`, id: this.open!.id, delta, ...more })
  }

  close(): void {
    if (this.open === undefined) return
    const { kind, id } = this.open
    this.open = undefined
    this.send({ ...(kind === 'text' ? this.end : undefined), type: `${kind}-end`, id })
  }

  /** The provider's own id for the first block of its text, that id and a number for others. */
  private nextId(wanted: string): string {
    const uses = (this.uses.get(wanted) ?? 0) + 1
    this.uses.set(wanted, uses)
    return uses === 1 ? wanted : this.nextId(`${wanted}-${uses}`)
  }
}
