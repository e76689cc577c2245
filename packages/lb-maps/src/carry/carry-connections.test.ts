import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { loadLbXdp, type LbXdp, natEntryCodec } from '@skep/datapath/lb-xdp'
import { build, ethernet, ipv4, ipv6, tcp, type TcpFlag, udp } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { testKey } from '../../test/maps.ts'
import { openMaps, type OpenMaps } from '../open-maps.ts'
import { ServiceMaps } from '../reconcile.ts'
import { sizeMaps } from '../sizing.ts'
import { type Carried, carryConnections, type CarryOptions } from './carry-connections.ts'
import { natTables } from './nat-tables.ts'

const FLOWS = 700
const families = ['v4', 'v6'] as const
type Family = (typeof families)[number]
const vip = { v4: '192.0.2.10', v6: '2001:db8:ff::10' }
const own = { v4: '10.1.0.1', v6: '2001:db8:1::1' }
const client = { v4: '198.51.100.7', v6: '2001:db8:c::7' }
const backend = (family: Family, i: number): string => (family === 'v4' ? `10.1.0.1${i}` : `2001:db8:1::1${i}`)

/** The smaller tables are full of collisions. */
const sizing = sizeMaps({ services: 8, backends: 32, ringSlots: 65536, sources: 7, connections: 2048 })

function load(natLines: number, shared?: LbXdp): LbXdp {
  const sizes = Object.entries({ ...sizing.tables, memberCounters: sizing.tables.members, hops: sizing.hops })
  const nat = { natFlows: natLines, natReplies: natLines, natEntries: natLines * 8 }
  const made = [...sizes, ...Object.entries(nat)].map(([name, maxEntries]) => [name, { maxEntries }] as const)
  const reuse = shared
    ? sizes.map(([name]) => [name, { reuse: shared.maps[name as keyof LbXdp['maps']] }] as const)
    : []
  return loadLbXdp({
    config: {
      hashKey0: testKey.key0,
      hashKey1: testKey.key1,
      services4Mask: sizing.masks.services4,
      services6Mask: sizing.masks.services6,
      hopsMask: sizing.masks.hops,
      natMask: natLines - 1,
      natPortMin: 20_000,
      natPortMax: 29_999,
      jiffiesPerSecond: 250,
      timeoutOpening: 50_000,
      timeoutEstablished: 50_000,
      timeoutClosing: 50_000,
      timeoutClosed: 50_000,
      timeoutOther: 50_000,
    },
    maps: Object.fromEntries(made.map(([name, size]) => [name, { ...size, ...Object.fromEntries(reuse)[name] }])),
  })
}

needing(needs.root, needs.bpf).describe('connections in larger tables', () => {
  let small: LbXdp
  let large: LbXdp
  let maps: OpenMaps
  beforeEach(() => {
    small = load(512)
    large = load(4096, small)
    maps = openMaps(small.maps, testKey)
    const services = families.flatMap((family) =>
      (['TCP', 'UDP'] as const).map((protocol) => ({
        name: `${family}${protocol}`,
        frontends: [{ address: vip[family], port: protocol === 'UDP' ? 0 : 80, protocol }],
        backends: [1, 2, 3].map((i) => ({ address: backend(family, i), port: protocol === 'UDP' ? 0 : 8080 })),
      })),
    )
    // The third is this host itself: its clients' addresses stay.
    const sourceOf = (family: Family, i: number): string => (i === 3 ? backend(family, i) : own[family])
    const sources = new Map(
      families.flatMap((family) => [1, 2, 3].map((i) => [backend(family, i), sourceOf(family, i)] as const)),
    )
    ServiceMaps.adopt(maps).reconcile({ services, sources })
    small.maps.pulse.set(0, { heartbeat: 0n, generation: 1, switches: 1 })
    large.maps.pulse.set(0, { heartbeat: 0n, generation: 1, switches: 1 })
  })
  afterEach(() => {
    maps[Symbol.dispose]()
    large[Symbol.dispose]()
    small[Symbol.dispose]()
  })

  function send(lb: LbXdp, family: Family, protocol: 'TCP' | 'UDP', port: number, ...flags: TcpFlag[]): void {
    const [src, dst] = [client[family], vip[family]]
    const ports = { srcPort: port, dstPort: 80 }
    const header = protocol === 'TCP' ? tcp({ ...ports, flags }) : udp(ports)
    const parts = family === 'v4' ? ipv4({ src, dst }) : ipv6({ src, dst })
    lb.programs.lbXdp.testRun({ data: build(ethernet({}), parts, header) })
  }

  function open(lb: LbXdp, from: number, count: number): void {
    for (let port = from; port < from + count; port++)
      for (const family of families)
        for (const protocol of ['TCP', 'UDP'] as const) send(lb, family, protocol, port, 'syn')
  }

  /** What tells connections apart, and what each has: backend, NAT port and state. */
  function connections(lb: LbXdp): Map<string, string> {
    using entries = lb.maps.natEntries.mmap()
    const view = new DataView(entries.buffer)
    return new Map(
      [...lb.maps.natFlows.entries()].flatMap(([, { words }]) =>
        words
          .filter((word) => word !== 0n)
          .map((word) => {
            const entry = natEntryCodec.read(view, Number(word >> 32n) * natEntryCodec.size)
            const key = [entry.client, entry.clientPort, entry.protocol, entry.service].join(' ')
            return [key, [entry.backend, entry.backendPort, entry.natPort, entry.state].join(' ')] as const
          }),
      ),
    )
  }

  function carry(options?: CarryOptions): Carried {
    using stack = new DisposableStack()
    const tables = ({ maps: { natFlows, natReplies, natEntries } }: LbXdp) =>
      natTables(...([natFlows, natReplies, natEntries].map((map) => stack.use(map.mmap()).buffer) as Three))
    const facts = { hashKey: testKey, services: maps.services.words, sources: maps.sources.words }
    return carryConnections(tables(small), tables(large), facts, options)
  }

  type Three = [ArrayBuffer, ArrayBuffer, ArrayBuffer]

  test('each keeps its backend and port, and the program finds it there', () => {
    open(small, 20_000, FLOWS)
    const before = connections(small)
    expect(before.size).toBe(4 * FLOWS)
    expect(carry({ unused: true })).toEqual({ added: 4 * FLOWS, known: 0, left: 0 })
    expect(connections(large)).toEqual(before)
    // In mid-stream: who is not found would be opened, and then there were two.
    for (let port = 20_000; port < 20_000 + FLOWS; port++)
      for (const family of families)
        for (const protocol of ['TCP', 'UDP'] as const) send(large, family, protocol, port, 'ack')
    expect(connections(large)).toEqual(before)
  }, 60_000)

  test('a second time brings what was opened, answered or opened anew meanwhile, and changes nothing else', () => {
    open(small, 20_000, 100)
    carry({ unused: true })
    open(small, 20_100, 50)
    const [first] = [...small.maps.natEntries.entries()].filter(([, { state }]) => state !== 0)
    small.maps.natEntries.set(first![0], { ...first![1], memberSeen: 4, clientSeen: 4, state: 2 })
    expect(carry({ unused: true })).toEqual({ added: 200, known: 400, left: 0 })
    expect(connections(large)).toEqual(connections(small))
    open(large, 21_000, 50)
    expect(carry()).toEqual({ added: 0, known: 600, left: 0 })
    expect(connections(large).size).toBe(800)
  }, 60_000)

  test('what the program has opened in the larger tables is not disturbed', () => {
    open(large, 20_000, FLOWS)
    const before = connections(large)
    open(small, 20_000, FLOWS)
    carry()
    expect(connections(large)).toEqual(before)
  }, 60_000)

  test('a service that is gone takes its connections with it', () => {
    open(small, 20_000, 10)
    ServiceMaps.adopt(maps).reconcile({ services: [], sources: new Map() })
    expect(carry({ unused: true })).toEqual({ added: 0, known: 0, left: 40 })
  })
})
