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

const OBJECT = fileURLToPath(new URL('../test-objects/bench.bpf.o', import.meta.url))
const FLOW_SIZE = 8
const HEADERS_SIZE = 80

/** What the wrapper writes into each packet: the headers, and for each flow what differs. */
export interface Load {
  /** One packet, from its Ethernet header. */
  readonly packet: Uint8Array
  /** Three values for each flow: the last word of the source address, source port, destination port. */
  readonly flows: readonly (readonly [number, number, number])[]
}

export type Wrapper = 'restore4' | 'restore6' | 'shrink4'

/** Drives programs with BPF_PROG_RUN through a wrapper that writes the packet anew for each run. */
export class Rig implements Disposable {
  readonly #object: LoadedObject
  readonly #target: ProgArray
  readonly #flows: MappedArray
  readonly #state: MappedArray
  readonly #ingressIfindex: number

  /** `flows`: the most that a load has. Runs come in by the device, so call from its network namespace. */
  constructor(flows: number, ingressIfindex: number) {
    const spec = openObject(OBJECT)
    spec.maps.get('flows')!.maxEntries = flows
    this.#object = spec.load()
    this.#ingressIfindex = ingressIfindex
    this.#target = new ProgArray(this.#object.handle('target'))
    const raw = (name: string, size: number): MappedArray =>
      new ArrayMap(this.#object.handle(name), { value: bytes(size) }).mmap()
    this.#flows = raw('flows', FLOW_SIZE)
    this.#state = raw('state', HEADERS_SIZE + 8)
  }

  program(name: Wrapper | 'drop' | 'swap' | 'encapsulate' | 'route4' | 'route6'): Program {
    return this.#object.program(name)
  }

  /** Takes the load; its number of flows is a power of two. */
  prepare({ packet, flows }: Load): void {
    new Uint8Array(this.#state.buffer).set(packet.subarray(0, HEADERS_SIZE))
    const state = new DataView(this.#state.buffer)
    state.setUint32(HEADERS_SIZE, flows.length - 1, true)
    state.setUint32(HEADERS_SIZE + 4, 0, true)
    const view = new DataView(this.#flows.buffer)
    flows.forEach(([source, sourcePort, destinationPort], i) => {
      view.setUint32(i * FLOW_SIZE, source)
      view.setUint16(i * FLOW_SIZE + 4, sourcePort)
      view.setUint16(i * FLOW_SIZE + 6, destinationPort)
    })
  }

  /** Nanoseconds per packet of the wrapper with this program behind it. */
  wrapped(wrapper: Wrapper, program: Program, { packet }: Load, repeat: number): number {
    this.#target.set(0, program)
    return this.alone(this.program(wrapper), packet, repeat)
  }

  /** Nanoseconds per packet of a program that leaves the packet alone. */
  alone(program: Program, packet: Uint8Array, repeat: number): number {
    const context = xdpContext(packet.length, { ingressIfindex: this.#ingressIfindex })
    const { returnValue, durationNs } = program.testRun({ data: packet, context, repeat })
    if (returnValue === 0) throw new Error(`${program.name} aborted`)
    return durationNs
  }

  [Symbol.dispose](): void {
    this.#flows[Symbol.dispose]()
    this.#state[Symbol.dispose]()
    this.#object[Symbol.dispose]()
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
