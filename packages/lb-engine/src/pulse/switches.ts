import { type LbXdp, pulseCodec, pulseOffsets, PulseSwitch } from '@skep/datapath/lb-xdp'
import type { MappedArray } from 'libbpf-ts'

const SWITCHES = pulseOffsets.switches / 4

/** What the datapath is told to look for, beside the heartbeat. */
export class Switches implements Disposable {
  readonly #mapping: MappedArray
  readonly #words: Uint32Array

  constructor({ pulse }: Pick<LbXdp['maps'], 'pulse'>) {
    this.#mapping = pulse.mmap()
    this.#words = new Uint32Array(this.#mapping.buffer, 0, pulseCodec.size / 4)
    // What a run that was killed had turned on for a moment.
    Atomics.and(this.#words, SWITCHES, ~PulseSwitch.SWITCH_CARRYING)
  }

  /** Has the datapath look for services that take every port, or spares it that. */
  switchAnyPort(on: boolean): void {
    this.#turn(PulseSwitch.SWITCH_ANY_PORT, on)
  }

  /** Has the datapath look for devices above others, or spares it that. True: it was otherwise, and next hops say so; forget them. */
  switchLayered(on: boolean): boolean {
    return this.#turn(PulseSwitch.SWITCH_LAYERED, on)
  }

  #turn(bit: number, on: boolean): boolean {
    const before = this.#words[SWITCHES]!
    const after = on ? before | bit : before & ~bit
    Atomics.store(this.#words, SWITCHES, after)
    return before !== after
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }
}
