import { IpProtocol } from '@skep/packet'
import type { Program } from 'libbpf-ts'
import { readClock } from '../src/clock.ts'
import type { Counter, LbXdp, LbXdpConfig } from '../src/lb-xdp.ts'
import { Admission } from './admission.ts'
import { LINE_IDS, LINE_SLOTS, loadBalancer } from './balancer-load.ts'
import type { BalancerOptions, Endpoint, Outcome, ServiceOptions } from './balancer-options.ts'
import { countedVerdict, sum } from './counted.ts'
import { actionAt, type Hook, runAt } from './hook.ts'
import { Moving } from './moving.ts'
import { Nat } from './nat.ts'
import { eraseKeys, writeKey } from './service-table.ts'
import { familyOf, toWords } from './words.ts'
import { zero } from './zero.ts'

const RECORD_IDLE = 3600
const OWN_SOURCE = 0xfffffffe
const ADDRESS_ONLY = 0xffffffff

/** lb_xdp or lb_tc with its tables filled by hand: what lb-maps does, in the fewest words, for tests and benchmarks. */
export class Balancer implements Disposable {
  readonly lb: Pick<LbXdp, 'maps'> & Disposable
  readonly program: Program
  /** At tc: what meets packets on their way out. */
  readonly out: Program | undefined
  readonly hook: Hook
  readonly config: LbXdpConfig
  readonly nat: Nat
  readonly moving: Moving
  readonly admission: Admission
  #sources: string[] = []
  readonly #ringLog2: number
  readonly #ringLines: number
  #services = 0
  #members = 0
  #memberLines = 0

  constructor(options: BalancerOptions = {}) {
    const { hook = 'xdp', ringLog2 = 7, recordLines = 64 } = options
    const lines = { ring: 2 ** ringLog2 / LINE_SLOTS, records: recordLines }
    this.hook = hook
    this.#ringLog2 = ringLog2
    this.#ringLines = lines.ring
    ;({ lb: this.lb, program: this.program, out: this.out, config: this.config } = loadBalancer(options, lines))
    this.nat = new Nat(this.lb.maps)
    this.moving = new Moving(this.lb.maps, lines)
    this.admission = new Admission(this.lb.maps)
  }

  /** Back to no services, no sources and no connections; counters stay. */
  clear(): void {
    const { services4, services6 } = this.lb.maps
    for (const map of [services4, services6]) zero(map)
    this.nat.forget()
    this.#sources = []
    this.#services = 0
    this.#members = 0
    this.#memberLines = 0
  }

  /** Adds a service and its members; gives its id. Slot i belongs to member i mod n. */
  addService(options: ServiceOptions): number {
    const id = this.#services++
    const { address, port } = options
    const protocol = IpProtocol[options.protocol ?? 'tcp']
    const first = this.#members
    this.#members += options.members.length
    const source = this.source(options.source)
    options.members.forEach((member, i) => this.setMember(first + i, member, id, source))
    const line = this.#memberLines
    this.#memberLines += Math.ceil(Math.max(options.members.length, 1) / LINE_IDS)
    for (let i = line; i < this.#memberLines; i++) {
      const ids = Array.from({ length: LINE_IDS }, (_, j) => first + (i - line) * LINE_IDS + j)
      this.lb.maps.memberIds.set(i, { ids })
    }
    this.writeRing(id, options.members.length)
    this.lb.maps.services.set(id, {
      ring: ((id * this.#ringLines) << 5) | (options.members.length > 0 ? this.#ringLog2 : 0),
      members: line,
      address: toWords(address),
      port,
      protocol,
      family: familyOf(address),
      flags: options.flags ?? 0,
      generation: 0,
      records: 0,
      recordIdle: RECORD_IDLE,
      limit: 0n,
      ranges: 0,
    })
    this.writeKey({ address, port, protocol }, id)
    this.writeKey({ address, port: 0, protocol: 0 }, ADDRESS_ONLY)
    return id
  }

  setMember(id: number, { address, port }: Endpoint, service: number, source: number, used = 1): void {
    this.lb.maps.members.set(id, {
      address: toWords(address),
      port,
      family: familyOf(address),
      used,
      source,
      service,
      hop: 0,
    })
  }

  /** Slots of a service's ring: i mod n, or one member number for all. */
  writeRing(service: number, members: number, only?: number): void {
    for (let line = 0; line < this.#ringLines; line++) {
      const slots = Array.from({ length: LINE_SLOTS }, (_, i) => only ?? (line * LINE_SLOTS + i) % Math.max(members, 1))
      this.lb.maps.rings.set(service * this.#ringLines + line, { slots })
    }
  }

  writeKey(key: { address: string; port: number; protocol: number }, service: number): void {
    writeKey(this.lb, this.config.hashKey0, this.config.services4Mask, key, service)
  }

  removeService(id: number): void {
    eraseKeys(this.lb, id)
  }

  /** The index of an own address, added when it is new. */
  source(address: string): number {
    const known = this.#sources.indexOf(address)
    if (known >= 0) return known
    this.lb.maps.sources.set(this.#sources.length, { address: toWords(address) })
    this.writeKey({ address, port: 0, protocol: 0 }, OWN_SOURCE)
    return this.#sources.push(address) - 1
  }

  /** XDP may redirect to this device of the calling thread's network namespace. */
  sendBy(ifindex: number): void {
    this.lb.maps.devices.set(ifindex, { ifindex })
  }

  /** As the control plane does while it lives: notes about next hops of this generation may be used from now on. */
  beat(generation: number): void {
    this.lb.maps.pulse.set(0, { heartbeat: readClock().jiffies, generation, switches: 0 })
  }

  /** Runs one packet. Throws unless it was counted once, with its bytes. */
  run(packet: Uint8Array, ingressIfindex?: number): Outcome {
    const before = this.counters()
    const { returnValue, data } = runAt(this.hook, this.program, packet, ingressIfindex)
    const verdict = countedVerdict(before, this.counters(), packet.length)
    return { action: actionAt(this.hook, returnValue, verdict), verdict, packet: data }
  }

  /** Sums over all CPUs, by number of verdict. */
  counters(): Counter[] {
    return [...this.lb.maps.verdictCounters.entries()].map(([, cpus]) => sum(cpus))
  }

  memberCounter(id: number): Counter {
    return sum(this.lb.maps.memberCounters.get(id)!)
  }

  [Symbol.dispose](): void {
    this.lb[Symbol.dispose]()
  }
}
