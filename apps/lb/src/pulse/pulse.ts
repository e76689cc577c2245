import { type LbXdp, pulseCodec, pulseOffsets, PulseSwitch } from '@skep/datapath/lb-xdp'
import type { MappedArray } from 'libbpf-ts'

/** Stands for a next hop that is being written (HOP_BUSY in bpf/include/maps/hops.h). */
const BUSY = 0xffffffff
const HEARTBEAT = pulseOffsets.heartbeat / 8
const GENERATION = pulseOffsets.generation / 4
const SWITCHES = pulseOffsets.switches / 4

/**
 * What the datapath is told while somebody watches the network: which of its notes about next hops are still true. A new
 * one starts with a generation of its own, and without a heartbeat: what was noted before is not believed.
 */
export class Pulse implements Disposable {
  readonly #mapping: MappedArray
  readonly #longs: BigUint64Array
  readonly #words: Uint32Array

  constructor({ pulse }: Pick<LbXdp['maps'], 'pulse'>) {
    this.#mapping = pulse.mmap()
    this.#longs = new BigUint64Array(this.#mapping.buffer, 0, pulseCodec.size / 8)
    this.#words = new Uint32Array(this.#mapping.buffer, 0, pulseCodec.size / 4)
    // What a run that was killed had turned on for a moment.
    Atomics.and(this.#words, SWITCHES, ~PulseSwitch.SWITCH_CARRYING)
    this.forget()
  }

  /** Counts generations: notes made until now are not used again. */
  forget(): void {
    const next = (this.#words[GENERATION]! + 1) >>> 0
    Atomics.store(this.#words, GENERATION, next === 0 || next === BUSY ? 1 : next)
  }

  /** All that had changed until then, in jiffies, has been seen. */
  beat(jiffies: bigint): void {
    Atomics.store(this.#longs, HEARTBEAT, jiffies)
  }

  /** Has the datapath look for services that take every port, or spares it that. */
  switchAnyPort(on: boolean): void {
    const others = this.#words[SWITCHES]! & ~PulseSwitch.SWITCH_ANY_PORT
    Atomics.store(this.#words, SWITCHES, on ? others | PulseSwitch.SWITCH_ANY_PORT : others)
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }
}
