import { backendKey } from '../check/desired.ts'
import type { HealthRecord } from '../record.ts'

const GATHER_MS = 10

/** Gathers changes for a moment; of several of one backend only the last goes out. */
export class Batch {
  readonly #send: (records: readonly HealthRecord[]) => void
  readonly #gathered = new Map<string, HealthRecord>()
  #timer: NodeJS.Timeout | undefined

  constructor(send: (records: readonly HealthRecord[]) => void) {
    this.#send = send
  }

  add(records: readonly HealthRecord[]): void {
    for (const record of records) this.#gathered.set(`${record.service} ${backendKey(record)}`, record)
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#gathered.size > 0) this.#send([...this.#gathered.values()])
    this.#gathered.clear()
  }
}
