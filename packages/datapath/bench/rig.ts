import { fileURLToPath } from 'node:url'
import {
  ArrayMap,
  bytes,
  type LoadedObject,
  type MappedArray,
  openObject,
  ProgArray,
  type Program,
  xdpContext,
} from 'libbpf-ts'
import { FLOW_SIZE, type Load } from './load.ts'

export const OBJECT = fileURLToPath(new URL('../test-objects/bench.bpf.o', import.meta.url))
const HEADERS_SIZE = 80
const ATTEMPTS = 20

/** `restore…` writes the headers again; `shrink…` also takes off what the program put in front. */
export type Wrapper = 'restore4' | 'restore6' | 'shrink4' | 'shrink6'

/** Programs of the rig itself: the floors. */
export type FloorProgram = 'drop' | 'swap' | 'encapsulate' | 'adjust' | 'route4' | 'route6' | 'lru_insert'

/** What a run came to. */
export interface Run {
  /** Mean, for one packet. */
  readonly nanoseconds: number
  /** Of the last packet. */
  readonly action: number
  readonly length: number
}

/** Drives programs with BPF_PROG_RUN through a wrapper that writes the packet anew for each run. */
export class Rig implements Disposable {
  readonly #object: LoadedObject
  readonly #target: ProgArray
  readonly #flows: MappedArray
  readonly #state: MappedArray
  /** The device that runs come in by. */
  readonly ingressIfindex: number
  #loaded: Load | undefined
  #inserted = 0

  /** `flows`: the most that a load has. Runs come in by the device unless they say another; so call from its network namespace. */
  constructor(flows: number, ingressIfindex: number) {
    const spec = openObject(OBJECT)
    spec.maps.get('flows')!.maxEntries = flows
    this.#object = spec.load()
    this.ingressIfindex = ingressIfindex
    this.#target = new ProgArray(this.#object.handle('target'))
    const raw = (name: string, size: number): MappedArray =>
      new ArrayMap(this.#object.handle(name), { value: bytes(size) }).mmap()
    this.#flows = raw('flows', FLOW_SIZE)
    this.#state = raw('state', HEADERS_SIZE + 8)
  }

  program(name: Wrapper | FloorProgram): Program {
    return this.#object.program(name)
  }

  /** Takes a load; `first` is the number of the flow to begin with, modulo their count. */
  prepare(load: Load, first = 0): void {
    if (this.#loaded !== load) new Uint8Array(this.#flows.buffer).set(load.flows)
    this.#loaded = load
    new Uint8Array(this.#state.buffer).set(load.packet.subarray(0, HEADERS_SIZE))
    const state = new DataView(this.#state.buffer)
    state.setUint32(HEADERS_SIZE, load.count - 1, true)
    state.setUint32(HEADERS_SIZE + 4, first, true)
  }

  /** The wrapper with this program behind it. */
  wrapped(wrapper: Wrapper, program: Program, { packet }: Load, repeat: number, ingressIfindex?: number): Run {
    this.#target.set(0, program)
    return this.alone(this.program(wrapper), packet, repeat, ingressIfindex)
  }

  /** A program that leaves the packet alone. Throws {@link Interrupted} when some packets ran more than once. */
  alone(program: Program, packet: Uint8Array, repeat: number, ingressIfindex = this.ingressIfindex): Run {
    const context = xdpContext(packet.length, { ingressIfindex })
    const { returnValue, data, durationNs, interruptions } = program.testRun({ data: packet, context, repeat })
    if (returnValue === 0) throw new Error(`${program.name} aborted`)
    if (interruptions > 0) throw new Interrupted(program.name)
    return { nanoseconds: durationNs, action: returnValue, length: data.length }
  }

  /** Inserts into a kernel LRU hash, each for a key that was never there. */
  insert(packet: Uint8Array, repeat: number): Run {
    new DataView(this.#state.buffer).setUint32(HEADERS_SIZE + 4, this.#inserted, true)
    this.#inserted += 2 * ATTEMPTS * repeat
    return this.alone(this.program('lru_insert'), packet, repeat)
  }

  [Symbol.dispose](): void {
    this.#flows[Symbol.dispose]()
    this.#state[Symbol.dispose]()
    this.#object[Symbol.dispose]()
  }
}

/** The kernel began a run anew in its midst, so its counts are of no use. */
export class Interrupted extends Error {}

/** Takes a sample until nothing interrupts it. */
export function undisturbed<T>(sample: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return sample()
    } catch (error) {
      if (!(error instanceof Interrupted) || attempt === ATTEMPTS) throw error
    }
  }
}
