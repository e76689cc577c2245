import { type LbXdp, MovePhase } from '../src/lb-xdp.ts'
import type { ServiceLines } from './balancer-load.ts'

const PHASE_SHIFT = 14
const LINE_BYTES = 64

type Maps = Pick<LbXdp['maps'], 'services' | 'rings' | 'moves' | 'records'>

/** Slots of a balancer's services that change hands, and what is recorded of them. */
export class Moving {
  readonly #maps: Maps
  readonly #lines: ServiceLines
  /** Services that may have records are before this one. */
  #recorded = 0

  constructor(maps: Maps, lines: ServiceLines) {
    this.#maps = maps
    this.#lines = lines
  }

  /** Every slot of a service begins to change hands: in this phase, from the next member's number. */
  moveAll(service: number, phase: number = MovePhase.PHASE_MOVE): void {
    const { services, rings, moves } = this.#maps
    this.#recorded = Math.max(this.#recorded, service + 1)
    services.set(service, { ...services.get(service)!, records: this.#recordsWord(service) })
    for (let line = service * this.#lines.ring; line < (service + 1) * this.#lines.ring; line++) {
      const { slots } = rings.get(line)!
      moves.set(line, { previous: [...slots.slice(1), slots[0]!], since: slots.map(() => 0) })
      rings.set(line, { slots: slots.map((number) => number | (phase << PHASE_SHIFT)) })
    }
  }

  /** Of every slot of a service that moves. */
  setPhase(service: number, phase: number): void {
    const { rings } = this.#maps
    for (let line = service * this.#lines.ring; line < (service + 1) * this.#lines.ring; line++) {
      const { slots } = rings.get(line)!
      rings.set(line, { slots: slots.map((slot) => (slot & ((1 << PHASE_SHIFT) - 1)) | (phase << PHASE_SHIFT)) })
    }
  }

  forgetRecords(): void {
    using mapped = this.#maps.records.mmap()
    new Uint8Array(mapped.buffer).fill(0, 0, this.#recorded * this.#lines.records * LINE_BYTES)
  }

  #recordsWord(service: number): number {
    return ((service * this.#lines.records) << 5) | (Math.log2(this.#lines.records) + 1)
  }
}
