import { loadSockLb, type SockLb, SockServiceFlag, type SockSlot } from '@skep/datapath/sock-lb'
import { loadPodTc, type PodTc, podVerdictsByIndex, type PodVerdictName } from '@skep/datapath/pod-tc'
import { BpfError, rcuGracePeriod } from 'libbpf-ts'
import { parseAddress } from '@skep/packet'
import { programNames } from '@skep/sock-lb'
import { configOf, defaultSettings, type Timeouts } from '../src/settings.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface ServiceOptions extends Endpoint {
  readonly protocol?: 'tcp' | 'udp'
  readonly backends: readonly Endpoint[]
  /** Those that take no new connections. */
  readonly draining?: readonly Endpoint[]
  /** Seconds. */
  readonly affinity?: number
  /** It has none that its traffic policy allows. */
  readonly unreachable?: boolean
}

export interface Outcome {
  readonly verdict: PodVerdictName | undefined
  readonly action: 'PASS' | 'BACK' | 'DROP'
  readonly packet: Uint8Array
}

export interface StageOptions {
  readonly timeouts?: Partial<Timeouts>
  /** Entries. */
  readonly flows?: number
  /** In which services' backends are listed. */
  readonly slots?: number
  /** How long entries are not renewed; 0: with each packet they are. */
  readonly jiffiesPerSecond?: number
}

const SIZE = 4096
const BLOCK = 16
/** A bucket in which nothing fits: all frontends are found where all are. */
const FULL = {
  keys: Array.from({ length: 3 }, () => ({ address: 0, port: 0, protocol: 0, used: 0 })),
  frontends: Array.from({ length: 3 }, () => ({ service: 0, flags: 0 })),
  overflow: 1,
}
const ACTIONS: Readonly<Record<number, Outcome['action']>> = { [-1]: 'PASS', 2: 'DROP', 7: 'BACK' }
const JIFFIES = 1000

/** Both programs over services that are written by hand: what `SocketLb` does, in the fewest words. */
export class Stage implements Disposable {
  readonly pods: PodTc
  readonly #services: SockLb
  #count = 0
  #backends = new Map<string, number>()
  #summed = true

  constructor({ timeouts = {}, flows = SIZE, slots = SIZE, jiffiesPerSecond = JIFFIES }: StageOptions = {}) {
    const size = { maxEntries: SIZE }
    this.#services = loadSockLb({
      programs: Object.fromEntries(programNames.map((name) => [name, { autoload: false }])),
      maps: {
        sockFrontends: size,
        sockServices: size,
        sockSlots: { maxEntries: slots },
        sockNodeAddresses: size,
        sockAffinities: size,
      },
    })
    const { maps } = this.#services
    maps.sockFrontends4.set(0, FULL)
    const settings = { ...defaultSettings, timeouts: { ...defaultSettings.timeouts, ...timeouts } }
    this.pods = loadPodTc({
      config: { ...configOf(settings, JIFFIES), jiffiesPerSecond, frontends4Mask: 0 },
      maps: {
        sockFrontends: { ...size, reuse: maps.sockFrontends },
        sockServices: { ...size, reuse: maps.sockServices },
        sockSlots: { maxEntries: slots, reuse: maps.sockSlots },
        sockFrontends4: { reuse: maps.sockFrontends4 },
        sockNodeAddresses: { ...size, reuse: maps.sockNodeAddresses },
        sockAffinities: { ...size, reuse: maps.sockAffinities },
        podFlows: { maxEntries: flows },
        podFragments: size,
      },
    })
  }

  /** No services, no connections. */
  clear(): void {
    const { podFlows, podFragments } = this.pods.maps
    empty(podFlows)
    empty(podFragments)
    const { sockFrontends, sockAffinities } = this.#services.maps
    empty(sockFrontends)
    empty(sockAffinities)
    this.#count = 0
  }

  /** Returns the service's place, for {@link change}. */
  service(options: ServiceOptions): number {
    const place = ++this.#count
    this.change(place, options)
    const protocol = options.protocol === 'udp' ? 17 : 6
    const key = { address: mapped(options.address), port: options.port, protocol }
    this.#services.maps.sockFrontends.set(key, { service: place, flags: 0 })
    return place
  }

  /** Gives a service other backends. */
  change(place: number, { backends, draining = [], affinity = 0, unreachable = false }: ServiceOptions): void {
    const { sockSlots, sockServices } = this.#services.maps
    const block = place * BLOCK
    const active = backends.length
    const members = [backends, draining].flatMap((some) => sorted(some.map((one) => this.#slot(one))))
    sockSlots.set(block, { backend: active, draining: draining.length, address: [0, 0, 0, 0], port: 0 })
    for (const [i, slot] of members.entries()) sockSlots.set(block + 1 + i, slot)
    sockServices.set(place, { block, active, affinity, flags: unreachable ? SockServiceFlag.SOCK_UNREACHABLE : 0 })
  }

  remove({ address, port, protocol }: ServiceOptions): void {
    const key = { address: mapped(address), port, protocol: protocol === 'udp' ? 17 : 6 }
    const { sockFrontends, sockServices } = this.#services.maps
    const found = sockFrontends.get(key)
    if (found) sockServices.set(found.service, { block: 0, active: 0, affinity: 0, flags: 0 })
    sockFrontends.delete(key)
  }

  nodePort(address: string, options: Omit<ServiceOptions, 'address'>): void {
    this.service({ ...options, address: address.includes(':') ? '::' : '0.0.0.0' })
    this.#services.maps.sockNodeAddresses.set({ words: mapped(address) }, 1)
  }

  /** What the pod sends. */
  leave(packet: Uint8Array): Outcome {
    return this.#run('podIngress', packet)
  }

  /** What the pod is sent. */
  arrive(packet: Uint8Array): Outcome {
    return this.#run('podEgress', packet)
  }

  #run(name: keyof PodTc['programs'], data: Uint8Array): Outcome {
    const before = this.counts()
    const { returnValue, data: packet } = this.#testRun(name, data)
    const [verdict] = [...this.counts()].find(([name, count]) => count !== before.get(name)) ?? []
    return { verdict, action: ACTIONS[returnValue >> 0]!, packet }
  }

  /** With the kernel's own sum of the packet, where it can compare it: so that what it is told of it is asserted. */
  #testRun(name: keyof PodTc['programs'], data: Uint8Array): { returnValue: number; data: Uint8Array } {
    const program = this.pods.programs[name]
    if (!this.#summed) return program.testRun({ data })
    try {
      return program.testRun({ data, checksumComplete: true })
    } catch (error) {
      if (!(error instanceof BpfError) || error.code !== 'REFUSED') throw error
      this.#summed = false
      return program.testRun({ data })
    }
  }

  /** How many packets had each verdict. */
  counts(): Map<PodVerdictName, bigint> {
    const perCpu = (i: number) => this.pods.maps.podCounters.get(i) ?? []
    const rows = podVerdictsByIndex.map((info, i) => {
      return [info?.name, perCpu(i).reduce((sum, { packets }) => sum + packets, 0n)] as const
    })
    return new Map(rows.slice(1) as [PodVerdictName, bigint][])
  }

  #slot({ address, port }: Endpoint): SockSlot {
    const name = `${address} ${port}`
    const id = this.#backends.get(name) ?? this.#backends.size + 1
    this.#backends.set(name, id)
    return { backend: id, draining: 0, address: mapped(address), port }
  }

  [Symbol.dispose](): void {
    this.pods[Symbol.dispose]()
    this.#services[Symbol.dispose]()
    rcuGracePeriod()
  }
}

function empty<K>(map: { keys(): Iterable<K>; delete(key: K): boolean }): void {
  for (const key of Array.from(map.keys())) map.delete(key)
}

function sorted(slots: readonly SockSlot[]): SockSlot[] {
  return slots.toSorted((a, b) => a.backend - b.backend)
}

function mapped(text: string): number[] {
  const { family, bytes } = parseAddress(text)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return family === 4 ? [0, 0, 0xffff, view.getUint32(0)] : [0, 4, 8, 12].map((at) => view.getUint32(at))
}
