import { readClock } from '@skep/datapath/clock'
import { type LbConfig, natEntryCodec, natEntryOffsets as at, NatState, type NatEntry } from '@skep/datapath/lb-xdp'
import type { Tables } from './tables.ts'

/** The two maps, or what stands for them. */
export type NatMaps = { readonly [K in 'natFlows' | 'natEntries']: Pick<Tables[K], 'mmap'> }

const ENTRY_BYTES: number = natEntryCodec.size
const TCP = 6
const TIME_WAIT_SECONDS = 60
/** Ages from here on belong to entries that were written after the clock was read. */
const FUTURE = 0xffff0000

/** The connections' table, mapped for reading by the rules of bpf/lib/nat_entry.h. The datapath goes on writing it. */
export class NatTable implements Disposable {
  readonly #stack: DisposableStack
  /** Two halves a word: a tag that is never 0 where the word is used, and the entry's index below a busy bit. */
  readonly #halves: Uint32Array
  readonly #config: LbConfig
  #now = 0
  #era = 0
  readonly view: DataView

  /** `jiffies`: the kernel's, now. */
  constructor(maps: NatMaps, config: LbConfig, jiffies: bigint = readClock().jiffies) {
    using stack = new DisposableStack()
    this.#halves = new Uint32Array(stack.use(maps.natFlows.mmap()).buffer)
    this.view = new DataView(stack.use(maps.natEntries.mmap()).buffer)
    this.#config = config
    this.setClock(jiffies)
    this.#stack = stack.move()
  }

  /** Counts ages from here on. For who looks more than once. */
  setClock(jiffies: bigint): void {
    this.#now = Number(BigInt.asUintN(32, jiffies))
    this.#era = Number(BigInt.asUintN(8, jiffies >> 31n))
  }

  /** Connections that it has room for. */
  get size(): number {
    return this.#halves.length / 2
  }

  /** Offsets in `view` of the connections that are within their time. An entry's place is its word's place. */
  *live(): Generator<number> {
    for (let word = 0; word < this.#halves.length; word += 2) {
      if (this.#halves[word] === 0) continue
      const entry = this.#halves[word + 1]! * ENTRY_BYTES
      if (entry + ENTRY_BYTES <= this.view.byteLength && this.#isLive(entry)) yield entry
    }
  }

  read(entry: number): NatEntry {
    return natEntryCodec.read(this.view, entry)
  }

  state(entry: number): number {
    return this.view.getUint8(entry + at.state)
  }

  /** Since its last packet; accurate to a second. */
  idleSeconds(entry: number): number {
    return Math.floor(this.#idle(entry) / this.#config.jiffiesPerSecond)
  }

  /** From its last packet on, how long it may be idle. */
  timeoutSeconds(entry: number): number {
    return Math.floor(this.#timeout(entry) / this.#config.jiffiesPerSecond)
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  #isLive(entry: number): boolean {
    if (this.state(entry) === NatState.NAT_CLAIMED || this.#isOfAnotherEra(entry)) return false
    return this.#idle(entry) <= this.#timeout(entry)
  }

  #isOfAnotherEra(entry: number): boolean {
    return ((this.#era - this.view.getUint8(entry + at.era) + 1) & 0xff) > 2
  }

  #idle(entry: number): number {
    const age = (this.#now - this.view.getUint32(entry + at.lastSeen, true)) >>> 0
    return age >= FUTURE ? 0 : age
  }

  #timeout(entry: number): number {
    const { timeoutOpening, timeoutEstablished, timeoutOther, timeoutClosing, timeoutClosed, jiffiesPerSecond } =
      this.#config
    switch (this.state(entry)) {
      case NatState.NAT_ESTABLISHED:
        return this.view.getUint8(entry + at.protocol) === TCP ? timeoutEstablished : timeoutOther
      case NatState.NAT_CLOSING:
        return timeoutClosing
      case NatState.NAT_CLOSED:
        return timeoutClosed
      case NatState.NAT_TIME_WAIT:
        return TIME_WAIT_SECONDS * jiffiesPerSecond
      default:
        return timeoutOpening
    }
  }
}
