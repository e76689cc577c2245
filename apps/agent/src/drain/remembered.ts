import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Drain } from '@skep/services'

type Remembered = readonly (readonly [backend: string, since: number])[]

/** Since when backends drain: what EndpointSlices do not say, and a restart must not forget. A file below the state folder. */
export class RememberedDrains {
  readonly #path: string
  #written: string | undefined

  constructor(stateDir: string) {
    this.#path = join(stateDir, 'drains.json')
  }

  /** What was remembered last; nothing, where the file is none of ours: then drains begin now. */
  read(): Remembered {
    if (!existsSync(this.#path)) return []
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path, 'utf8'))
      return Array.isArray(value) ? value.filter(isDrain) : []
    } catch {
      return []
    }
  }

  /** Remembers; writes only what is new, beside and then in one step. */
  write(drains: Iterable<Drain>): void {
    const all = [...drains].map(({ backend, since }) => [backend, since] as const)
    const text = JSON.stringify(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (text === this.#written) return
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
    this.#written = text
  }
}

function isDrain(value: unknown): value is Remembered[number] {
  return Array.isArray(value) && typeof value[0] === 'string' && Number.isFinite(value[1])
}
