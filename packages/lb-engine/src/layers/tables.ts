import type { LbXdp } from '@skep/datapath/lb-xdp'
import type { MappedArray } from 'libbpf-ts'
import { arrivalBytes, departureBytes } from './lines.ts'
import type { Layers } from './plan.ts'

/** 32-bit words of an entry; the first one says whose it is. */
const ENTRY_WORDS = 4

/** The datapath's tables of devices above others. */
export class LayerTables implements Disposable {
  readonly #arrivals: MappedArray
  readonly #departures: MappedArray

  constructor({ arrivals, departures }: Pick<LbXdp['maps'], 'arrivals' | 'departures'>) {
    using stack = new DisposableStack()
    this.#arrivals = stack.use(arrivals.mmap())
    this.#departures = stack.use(departures.mmap())
    stack.move()
  }

  /** Writes what is different. Returns how many entries found no room. */
  write({ arrivals, departures }: Layers): number {
    const [come, leave] = [arrivalBytes(arrivals), departureBytes(departures)]
    update(this.#departures, leave.bytes)
    update(this.#arrivals, come.bytes)
    return come.left + leave.left
  }

  [Symbol.dispose](): void {
    this.#arrivals[Symbol.dispose]()
    this.#departures[Symbol.dispose]()
  }
}

/** An entry that changes is nobody's meanwhile. */
function update({ buffer }: MappedArray, bytes: Uint8Array<ArrayBuffer>): void {
  const to = new Uint32Array(buffer, 0, bytes.length / 4)
  const from = new Uint32Array(bytes.buffer)
  for (let entry = 0; entry < from.length; entry += ENTRY_WORDS) {
    const differs = (_: unknown, word: number): boolean => to[entry + word] !== from[entry + word]
    if (!Array.from({ length: ENTRY_WORDS }).some(differs)) continue
    Atomics.store(to, entry, 0)
    for (let word = 1; word < ENTRY_WORDS; word++) Atomics.store(to, entry + word, from[entry + word]!)
    Atomics.store(to, entry, from[entry]!)
  }
}
