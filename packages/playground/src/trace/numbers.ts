/** A list of whole numbers that grows, four bytes each. */
export class Numbers {
  length = 0
  private values = new Uint32Array(64)

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(this.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length] = value
    this.length += 1
  }

  /** @throws RangeError for a place that the list does not have */
  at(index: number): number {
    if (index < 0 || index >= this.length) throw new RangeError(`There is no ${index}; the last is ${this.length - 1}.`)
    return this.values[index] as number
  }

  setLast(value: number): void {
    this.values[this.length - 1] = value
  }

  /** The first place whose number is above `value`, in a list that never falls; its length where there is none. */
  firstAbove(value: number): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.values[middle] as number) > value) high = middle
      else low = middle + 1
    }
    return low
  }
}
