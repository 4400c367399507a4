/** A request that the server does not take. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
