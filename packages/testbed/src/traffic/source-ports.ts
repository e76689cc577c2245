/** Source ports handed out in turn; without a range the kernel chooses. */
export class SourcePorts {
  readonly #free: number[] = []

  constructor(range: readonly [first: number, last: number] | undefined) {
    if (range) for (let port = range[0]; port <= range[1]; port++) this.#free.push(port)
  }

  /** `undefined` when the kernel shall choose. There must be as many ports as requests under way. */
  take(): number | undefined {
    return this.#free.shift()
  }

  give(port: number | undefined): void {
    if (port !== undefined) this.#free.push(port)
  }
}
