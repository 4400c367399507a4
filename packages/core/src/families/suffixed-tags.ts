import { matchSuffixed, stemOf, suffixedAt } from '../scan/suffix.ts'
import type { Match } from '../scan/text-buffer.ts'
import type { Family, FamilyHost, OpenerPlace, StreamEnd } from './family.ts'
import type { TaggedParametersRow } from './tag-grammar.ts'
import { TaggedParameters } from './tagged-parameters.ts'

/**
 * Tagged parameters whose tags all end in the same suffix, which is another one in each model: `<tool_calls:6124c78e>`. The opener says
 * which; tags with another suffix, or with none, are text in its calls.
 */
export class SuffixedTags implements Family {
  readonly openers: readonly string[]
  readonly wrappers: readonly string[]
  readonly closers: readonly string[]
  private readonly row: TaggedParametersRow
  private readonly host: FamilyHost
  private readonly dialect: boolean
  private readonly plainOpeners: readonly string[]
  private suffix = ''
  private tags: TaggedParameters

  constructor(row: TaggedParametersRow, host: FamilyHost, dialect: boolean) {
    this.row = row
    this.host = host
    this.dialect = dialect
    this.tags = new TaggedParameters(row, host, dialect)
    this.plainOpeners = this.tags.openers
    this.openers = withStems(this.tags.openers)
    this.wrappers = withStems(this.tags.wrappers)
    this.closers = withStems(this.tags.closers)
  }

  get state(): { suffix: string; tags: TaggedParameters['state'] } {
    return { suffix: this.suffix, tags: this.tags.state }
  }

  set state({ suffix, tags }: { suffix: string; tags: TaggedParameters['state'] }) {
    this.use(suffix)
    this.tags.state = tags
  }

  get stateName(): string {
    return this.tags.stateName
  }

  opens(index: number, place: OpenerPlace): Match {
    let waits = false
    for (const opener of this.plainOpeners) {
      const plain = this.host.marker(opener, index)
      const suffixed = matchSuffixed(this.host.buffer, stemOf(opener), index, this.host.marker)
      waits ||= plain === 'wait' || suffixed === 'wait'
      if (plain !== 'yes' && suffixed !== 'yes') continue
      this.use(plain === 'yes' ? '' : suffixedAt(this.host.buffer, index).slice(opener.length - 1, -1))
      return this.tags.opens(index, place)
    }
    return waits ? 'wait' : 'no'
  }

  /** Only between calls: the machine of the last suffix has nothing to remember then. */
  private use(suffix: string): void {
    if (suffix === this.suffix) return
    this.suffix = suffix
    this.tags = new TaggedParameters(addSuffix(this.row, suffix), this.host, this.dialect)
  }

  enter(index: number): void {
    this.tags.enter(index)
  }

  run(): boolean {
    return this.tags.run()
  }

  end(streamEnd: StreamEnd): void {
    this.tags.end(streamEnd)
  }
}

function withStems(markers: readonly string[]): string[] {
  return [...markers, ...markers.map(stemOf)]
}

/** The row with the suffix at the end of every tag in it. */
function addSuffix<T>(value: T, suffix: string): T {
  if (typeof value === 'string') {
    return (/^<.*>$/.test(value) ? `${value.slice(0, -1)}${suffix}>` : value) as T
  }
  if (Array.isArray(value)) return value.map((item: unknown) => addSuffix(item, suffix)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, addSuffix(item as unknown, suffix)])) as T
}
