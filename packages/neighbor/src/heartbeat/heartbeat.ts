import { type LbXdp, pulseCodec, pulseOffsets } from '@skep/datapath/lb-xdp'
import type { MappedArray } from 'libbpf-ts'

/** Stands for a next hop that is being written (HOP_BUSY in bpf/include/maps/hops.h). */
const BUSY = 0xffffffff
const HEARTBEAT = pulseOffsets.heartbeat / 8
const GENERATION = pulseOffsets.generation / 4

/**
 * What the datapath is told while somebody watches the network: which of its next-hop entries are still true. A new one
 * starts with a generation of its own, and without a heartbeat: what was written before is not believed.
 */
export class Heartbeat implements Disposable {
  readonly #mapping: MappedArray
  readonly #longs: BigUint64Array
  readonly #words: Uint32Array

  constructor({ pulse }: Pick<LbXdp['maps'], 'pulse'>) {
    this.#mapping = pulse.mmap()
    this.#longs = new BigUint64Array(this.#mapping.buffer, 0, pulseCodec.size / 8)
    this.#words = new Uint32Array(this.#mapping.buffer, 0, pulseCodec.size / 4)
    this.forget()
  }

  /** Counts generations: entries written until now are not used again, and fresh ones are written beside them. */
  forget(): void {
    const next = (this.#words[GENERATION]! + 1) >>> 0
    Atomics.store(this.#words, GENERATION, next === 0 || next === BUSY ? 1 : next)
  }

  /** All that had changed until then, in jiffies, has been seen. */
  beat(jiffies: bigint): void {
    Atomics.store(this.#longs, HEARTBEAT, jiffies)
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }
}
