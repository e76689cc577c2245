import { SockServiceFlag, sockServiceOffsets, type SockLb, sockSlotOffsets } from '@skep/datapath/sock-lb'
import type { ServiceState } from './state.ts'
import type { Slots } from './slots.ts'

const WORD = 4

/** The two arrays of sock_lb, mapped into this process: what is stored there, programs see. */
export class MappedArrays implements Disposable {
  readonly #services: Uint32Array
  readonly #slots: Uint32Array
  readonly #serviceWords: number
  readonly #slotWords: number
  readonly #stack = new DisposableStack()

  constructor({ sockServices, sockSlots }: SockLb['maps']) {
    const services = this.#stack.use(sockServices.mmap())
    const slots = this.#stack.use(sockSlots.mmap())
    this.#services = new Uint32Array(services.buffer)
    this.#slots = new Uint32Array(slots.buffer)
    this.#serviceWords = services.elementSize / WORD
    this.#slotWords = slots.elementSize / WORD
  }

  /** Writes a block that no service leads to yet. */
  writeBlock(block: number, { active, draining }: Slots): void {
    this.#writeSlot(block, active.length, draining.length)
    for (const [i, backend] of [...active, ...draining].entries()) this.#writeSlot(block + 1 + i, backend, 0)
  }

  /** Publishes a service: its block last, by one store. */
  writeService(place: number, { block, affinity, unreachable }: ServiceState): void {
    const at = place * this.#serviceWords
    this.#services[at + sockServiceOffsets.affinity / WORD] = affinity
    this.#services[at + sockServiceOffsets.flags / WORD] = unreachable ? SockServiceFlag.SOCK_UNREACHABLE : 0
    Atomics.store(this.#services, at + sockServiceOffsets.block / WORD, block)
  }

  clearService(place: number): void {
    Atomics.store(this.#services, place * this.#serviceWords + sockServiceOffsets.block / WORD, 0)
  }

  readBlock(place: number): number {
    return this.#services[place * this.#serviceWords + sockServiceOffsets.block / WORD]!
  }

  /** The service at a place; `undefined` for none, and for one whose block cannot be. */
  readService(place: number): ServiceState | undefined {
    const at = place * this.#serviceWords
    const block = this.readBlock(place)
    const slots = block === 0 ? undefined : this.#readSlots(block)
    if (slots === undefined) return undefined
    const affinity = this.#services[at + sockServiceOffsets.affinity / WORD]!
    const flags = this.#services[at + sockServiceOffsets.flags / WORD]!
    return { block, slots, affinity, unreachable: (flags & SockServiceFlag.SOCK_UNREACHABLE) !== 0 }
  }

  #readSlots(block: number): Slots | undefined {
    const [active, draining] = this.#readSlot(block)
    const total = this.#slots.length / this.#slotWords
    if (block + 1 + active + draining > total) return undefined
    const ids = Array.from({ length: active + draining }, (_, i) => this.#readSlot(block + 1 + i)[0])
    return { active: ids.slice(0, active), draining: ids.slice(active) }
  }

  #readSlot(place: number): [backend: number, draining: number] {
    const at = place * this.#slotWords
    return [
      this.#slots[at + sockSlotOffsets.backend / WORD] ?? 0,
      this.#slots[at + sockSlotOffsets.draining / WORD] ?? 0,
    ]
  }

  #writeSlot(place: number, backend: number, draining: number): void {
    const at = place * this.#slotWords
    this.#slots[at + sockSlotOffsets.backend / WORD] = backend
    this.#slots[at + sockSlotOffsets.draining / WORD] = draining
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }
}
