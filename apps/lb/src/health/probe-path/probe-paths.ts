import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadProbeTc, type ProbeKey, probeKeyCodec, type ProbeTc } from '@skep/datapath/probe-tc'
import { BpfError, openTc } from 'libbpf-ts'
import { type Netlink, NetlinkError } from 'netlink-ts'
import { family } from '../../config/family.ts'
import type { InstancePaths } from '../../instance/paths.ts'
import { encodeWay } from './encode.ts'
import { probePorts, type Way } from './way.ts'

/** Room for an outer IPv6 header below 1500 bytes. */
const MTU = 1460
const FILTER = { direction: 'ingress', priority: 1, handle: 1 } as const
/** Before the rules that an operator has without giving them a priority (from 32,765 down). */
const RULE_PRIORITY = 1000
const TABLE_BASE = 0x736b_0000

export interface ProbePathsOptions {
  readonly netlink: Netlink
  /** A folder in a BPF file system, for the map. */
  readonly pins: string
  /** Tells instances in one network namespace apart: 0 to 65535. */
  readonly number: number
}

/**
 * Has health probes of backends that answer by themselves take the way of real traffic: a probe to the service's
 * address, from a port that stands for its backend, is routed to a device of its own, whose program sends it on. All of
 * it lives in the kernel, so probes go on while nobody is there to follow changes. Call in the namespace of the instance.
 */
export class ProbePaths implements Disposable {
  readonly #netlink: Netlink
  readonly device: string
  /** Where probes come out. Here, and not on their way in, they have lost their route: a neighbour that is found late gets them. */
  readonly #peer: string
  readonly #table: number
  readonly #pins: string
  #program: ProbeTc | undefined

  constructor({ netlink, pins, number }: ProbePathsOptions) {
    this.#netlink = netlink
    // With the peer's `p`, 15 characters at most.
    this.device = `skep-probe${number.toString(16)}`
    this.#peer = `${this.device}p`
    this.#table = TABLE_BASE + number
    this.#pins = folderIn(pins)
  }

  /**
   * From now on exactly these are reached. Throws `NetlinkError` and `BpfError` where the kernel refuses; calling it
   * again mends what is half done. Minimum kernel 5.10.
   */
  apply(ways: readonly Way[]): void {
    if (ways.length === 0) this.remove()
    else this.#set(ways)
  }

  /** Takes everything away again. Whether there was anything. */
  remove(): boolean {
    if (!existsSync(this.#pins)) return false
    const netlink = this.#netlink
    for (const family of ['ipv4', 'ipv6'] as const)
      tolerating('NOT_FOUND', () => netlink.rule.delete(this.#rule(family)))
    // Its routes and its filter go with it.
    tolerating('NOT_FOUND', () => netlink.link.delete({ name: this.device }))
    this[Symbol.dispose]()
    rmSync(this.#pins, { recursive: true, force: true })
    return true
  }

  /** Closes descriptors; probes go on. */
  [Symbol.dispose](): void {
    this.#program?.[Symbol.dispose]()
    this.#program = undefined
  }

  /** What a probe needs comes before what leads to it. */
  #set(ways: readonly Way[]): void {
    const netlink = this.#netlink
    this.#program ??= loadProbeTc({ pinRoot: this.#pins })
    const pair = { kind: 'veth', name: this.device, mtu: MTU, peer: { name: this.#peer } } as const
    tolerating('EXISTS', () => netlink.link.add(pair))
    netlink.link.set({ name: this.#peer, up: true })
    netlink.link.set({ name: this.device, arp: false })
    this.#attach(this.#program)
    write(this.#program, ways)
    netlink.link.set({ name: this.device, up: true })
    this.#route(new Set(ways.map(({ vip }) => vip)))
    const families = new Set(ways.map(({ vip }) => familyOf(vip)))
    for (const family of ['ipv4', 'ipv6'] as const)
      if (families.has(family)) tolerating('EXISTS', () => netlink.rule.add(this.#rule(family)))
      else tolerating('NOT_FOUND', () => netlink.rule.delete(this.#rule(family)))
  }

  #attach({ programs: { probeTc } }: ProbeTc): void {
    const hook = { device: this.#peer, ...FILTER }
    try {
      using filter = openTc(hook)
      filter.update(probeTc)
    } catch (error) {
      if (!(error instanceof BpfError && error.code === 'NOT_FOUND')) throw error
      using filter = probeTc.attachTc(hook)
      filter.keep()
    }
  }

  #route(vips: ReadonlySet<string>): void {
    const netlink = this.#netlink
    const own = { table: this.#table, device: this.device }
    for (const { destination } of netlink.route.list({ table: this.#table }).toArray())
      if (!vips.has(destination.replace(/\/\d+$/, ''))) netlink.route.delete({ destination, ...own })
    for (const destination of vips) netlink.route.replace({ destination, ...own })
  }

  #rule(family: 'ipv4' | 'ipv6'): Parameters<Netlink['rule']['add']>[0] {
    const sourcePorts = [probePorts.first, probePorts.last] as const
    return { family, sourcePorts, table: this.#table, priority: RULE_PRIORITY }
  }
}

/** Where the table of an instance's probes is pinned, if any take the way of traffic. */
export function probeMap({ pins }: InstancePaths): string {
  return join(folderIn(pins), 'probe_paths')
}

function folderIn(pins: string): string {
  return join(pins, 'probes')
}

/** The paths of an instance's probes. Instances in one namespace are told apart by their names. */
export function probePaths({ instance, pins }: InstancePaths, netlink: Netlink): ProbePaths {
  return new ProbePaths({ netlink, pins, number: createHash('sha256').update(instance).digest().readUInt16BE() })
}

function write({ maps }: ProbeTc, ways: readonly Way[]): void {
  const wanted = new Map(ways.map(encodeWay).map(([key, path]) => [textOf(key), { key, path }]))
  const stale = [...maps.probePaths.keys()].filter((key) => !wanted.has(textOf(key)))
  maps.probePaths.setBatch([...wanted.values()].map(({ key, path }) => [key, path] as const))
  if (stale.length > 0) maps.probePaths.deleteBatch(stale)
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return family(address) === 4 ? 'ipv4' : 'ipv6'
}

function textOf(key: ProbeKey): string {
  const view = new DataView(new ArrayBuffer(probeKeyCodec.size))
  probeKeyCodec.write(view, 0, key)
  return Buffer.from(view.buffer).toString('latin1')
}

function tolerating(code: NetlinkError['code'], change: () => void): void {
  try {
    change()
  } catch (error) {
    if (!(error instanceof NetlinkError && error.code === code)) throw error
  }
}
