/** Values that many share, each kept once under a small number, for as long as somebody uses it. Number 0 is none. */
export class Interned<T> {
  readonly #ids = new Map<string, number>()
  readonly #values: (T | undefined)[] = [undefined]
  readonly #keys: string[] = ['']
  readonly #uses: number[] = [0]
  readonly #free: number[] = []

  /** How many different values there are. */
  get size(): number {
    return this.#ids.size
  }

  /** The value's number, for one more user. `make` is called where the key is new. */
  acquire(key: string, make: () => T): number {
    const known = this.#ids.get(key)
    if (known !== undefined) {
      this.#uses[known]!++
      return known
    }
    const id = this.#free.pop() ?? this.#values.length
    this.#values[id] = make()
    this.#keys[id] = key
    this.#uses[id] = 1
    this.#ids.set(key, id)
    return id
  }

  /** One more user of a value that is in use. */
  retain(id: number): void {
    this.#uses[id]!++
  }

  /** One user less; true when it was the last, and the number may come to mean another value. */
  release(id: number): boolean {
    if (--this.#uses[id]! > 0) return false
    this.#ids.delete(this.#keys[id]!)
    this.#values[id] = undefined
    this.#keys[id] = ''
    this.#free.push(id)
    return true
  }

  get(id: number): T {
    return this.#values[id]!
  }

  find(key: string): number | undefined {
    return this.#ids.get(key)
  }
}
