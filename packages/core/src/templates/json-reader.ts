import { EnvelopeBody } from '../families/envelope-body.ts'
import type { StreamEnd } from '../families/family.ts'
import { type CallReader, type CallRegion, knownText } from './call-reader.ts'

/** Calls whose content is JSON: envelopes, or the arguments alone. They flow as they come. */
export class JsonReader implements CallReader {
  private readonly body: EnvelopeBody

  constructor({ host, plan, ends, captures }: CallRegion) {
    const name = knownText(plan.name, captures)
    const element = {
      ...plan.shape,
      ...(name === null ? {} : { known: { name, id: knownText(plan.id, captures) } }),
      ...(plan.content.kind === 'json' ? { dialect: plan.content.dialect } : {}),
    }
    const body = plan.mode === 'arguments' ? 'object' : 'any'
    const row = {
      body,
      element,
      closer: ends.close === undefined ? 'none' : ends.special ? 'special' : 'call',
    } as const
    this.body = new EnvelopeBody(ends.close === undefined ? row : { ...row, close: ends.name }, host, ends)
  }

  get state(): object {
    return this.body.state
  }

  set state(state: object) {
    this.body.state = state as EnvelopeBody['state']
  }

  get stateName(): string {
    return this.body.stateName
  }

  begin(to: number): void {
    this.body.begin()
    this.body.text.takeMarkup(to)
  }

  run(): boolean {
    return this.body.run()
  }

  end(streamEnd: StreamEnd): void {
    this.body.end(streamEnd)
  }
}
