import { parseAddress, parseMac } from '@skep/packet'
import {
  createMap,
  type BpfMap,
  type LoadedObject,
  type MapHandle,
  openObject,
  possibleCpus,
  type Program,
} from 'libbpf-ts'
import { mac, vip } from '../test/lab.ts'
import { families, type Family } from '../test/packets.ts'
import { BACKENDS, backends } from './backends.ts'

type RawMap = BpfMap<Uint8Array, Uint8Array>

/** What Katran counted, summed over the CPUs. */
export interface KatranCounts {
  readonly service: bigint
  readonly sent: bigint
  readonly passed: bigint
  readonly misses: bigint
}

const RING_SIZE = 65_537
/** Its default of 8 M over two cores. */
const LRU_SIZE = 1 << 22
const LRU_MISSES = 0
const NEW_CONNECTIONS = 2
const SENT = 17
const PASSED = 19
const IS_IPV6 = 1
const protocols = { tcp: 6, udp: 17 } as const
export type KatranProtocol = keyof typeof protocols

/** Katran's balancer with its maps filled by hand. Layouts: balancer_structs.h, balancer_consts.h of its sources. */
export class Katran implements Disposable {
  readonly #object: LoadedObject
  readonly #stats: RawMap
  readonly #services: number
  readonly #lru: MapHandle

  constructor(object: Uint8Array) {
    using stack = new DisposableStack()
    const spec = openObject(object, { name: 'katran' })
    this.#services = spec.maps.get('vip_map')!.maxEntries
    this.#object = stack.use(spec.load())
    this.#stats = this.#object.map('stats')
    this.#lru = stack.use(createMap({ type: 'lru_hash', keySize: 40, valueSize: 16, maxEntries: LRU_SIZE }))
    for (let cpu = 0; cpu < possibleCpus(); cpu++) this.#object.map('lru_mapping').set(u32s(cpu), u32s(this.#lru.fd))
    this.#object.map('ctl_array').set(u32s(0), padded(parseMac(mac.backend), 8))
    for (const family of families) this.#addService(family)
    stack.move()
  }

  get program(): Program {
    return this.#object.program('balancer_ingress')
  }

  counts(family: Family, protocol: KatranProtocol): KatranCounts {
    const at = (index: number, word: 0 | 1): bigint => {
      const { buffer, byteOffset, length } = this.#stats.get(u32s(index))!
      const cpus = new BigUint64Array(buffer.slice(byteOffset, byteOffset + length))
      return cpus.reduce((sum, value, i) => (i % 2 === word ? sum + value : sum), 0n)
    }
    return {
      service: at(serviceNumber(family, protocol), 0),
      sent: at(this.#services + SENT, 0),
      passed: at(this.#services + PASSED, 0),
      misses: at(this.#services + LRU_MISSES, 1),
    }
  }

  /**
   * Above 125,000 new connections a second it stores none. `held`: as if they had come; `open`: as if none had. Either
   * lasts for a second.
   */
  floodGuard(state: 'held' | 'open'): void {
    const count = state === 'held' ? 2n ** 60n : 0n
    const cpus = Array.from({ length: possibleCpus() }, () => [count, process.hrtime.bigint()])
    this.#stats.set(u32s(this.#services + NEW_CONNECTIONS), new Uint8Array(new BigUint64Array(cpus.flat()).buffer))
  }

  /** Two services, TCP and UDP, on the same members. */
  #addService(family: Family): void {
    const first = family === 'v4' ? 1 : 1 + BACKENDS
    const reals = this.#object.map('reals')
    backends(family).forEach(({ address }, i) =>
      reals.set(u32s(first + i), concat(address16(address), [family === 'v6' ? IS_IPV6 : 0, 0, 0, 0])),
    )
    for (const protocol of ['tcp', 'udp'] as const) {
      const number = serviceNumber(family, protocol)
      const key = concat(address16(vip[family]), [0, 80, protocols[protocol], 0])
      this.#object.map('vip_map').set(key, u32s(0, number))
      this.#object.map('ch_rings').setBatch(ring(number, first))
    }
  }

  [Symbol.dispose](): void {
    this.#object[Symbol.dispose]()
    this.#lru.close()
  }
}

function serviceNumber(family: Family, protocol: KatranProtocol): number {
  return 2 * families.indexOf(family) + (protocol === 'udp' ? 1 : 0)
}

function* ring(service: number, first: number): Generator<[Uint8Array, Uint8Array]> {
  for (let slot = 0; slot < RING_SIZE; slot++) yield [u32s(service * RING_SIZE + slot), u32s(first + (slot % BACKENDS))]
}

function u32s(...values: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(values).buffer)
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length)
  result.set(bytes)
  return result
}

function address16(address: string): Uint8Array {
  return padded(parseAddress(address).bytes, 16)
}

function concat(bytes: Uint8Array, rest: readonly number[]): Uint8Array {
  return new Uint8Array([...bytes, ...rest])
}
