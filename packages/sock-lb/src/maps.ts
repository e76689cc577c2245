import { type SockLb, SockServiceFlag, sockServiceOffsets } from '@skep/datapath/sock-lb'
import { Buckets4 } from './buckets4.ts'
import { MappedSlots } from './mapped-slots.ts'
import type { ServiceState } from './state.ts'

const WORD = 4

/** The arrays of services, mapped into this process: what is stored there, programs see. */
export class MappedArrays implements Disposable {
  readonly buckets: Buckets4
  readonly slots: MappedSlots
  readonly #services: Uint32Array
  readonly #published: BigUint64Array
  readonly #serviceWords: number
  readonly #stack = new DisposableStack()

  constructor({ sockServices, sockSlots, sockFrontends4 }: SockLb['maps']) {
    const services = this.#stack.use(sockServices.mmap())
    this.slots = this.#stack.use(new MappedSlots(sockSlots))
    this.buckets = this.#stack.use(new Buckets4(sockFrontends4))
    this.#services = new Uint32Array(services.buffer)
    this.#published = new BigUint64Array(services.buffer)
    this.#serviceWords = services.elementSize / WORD
  }

  /** Publishes a service: last its block, and how many there take connections, by one store. */
  writeService(place: number, { block, slots, affinity, unreachable }: ServiceState): void {
    const at = place * this.#serviceWords
    this.#services[at + sockServiceOffsets.affinity / WORD] = affinity
    this.#services[at + sockServiceOffsets.flags / WORD] = unreachable ? SockServiceFlag.SOCK_UNREACHABLE : 0
    this.#publish(place, BigInt(block) | (BigInt(slots.active.length) << 32n))
  }

  clearService(place: number): void {
    this.#publish(place, 0n)
  }

  #publish(place: number, word: bigint): void {
    Atomics.store(this.#published, (place * this.#serviceWords + sockServiceOffsets.block / WORD) / 2, word)
  }

  readBlock(place: number): number {
    return this.#services[place * this.#serviceWords + sockServiceOffsets.block / WORD]!
  }

  /** The service at a place; `undefined` for none, and for one whose block cannot be, or is not what it says. */
  readService(place: number): ServiceState | undefined {
    const at = place * this.#serviceWords
    const block = this.readBlock(place)
    const slots = block === 0 ? undefined : this.slots.read(block)
    const active = this.#services[at + sockServiceOffsets.active / WORD]!
    if (slots?.active.length !== active) return undefined
    const affinity = this.#services[at + sockServiceOffsets.affinity / WORD]!
    const flags = this.#services[at + sockServiceOffsets.flags / WORD]!
    return { block, slots, affinity, unreachable: (flags & SockServiceFlag.SOCK_UNREACHABLE) !== 0 }
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }
}
