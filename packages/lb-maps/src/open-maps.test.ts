import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { loadLbXdp, type LbXdp, type LbXdpConfig } from '@skep/datapath/lb-xdp'
import { build, ethernet, ipv4, ipv6, tcp, udp } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { mapsContract, someServices } from '../test/contract.ts'
import { formatWords } from './address.ts'
import type { Now } from './clock.ts'
import { testKey } from '../test/maps.ts'
import { explainFlow, type FlowExplanation } from './explain-flow.ts'
import { type Flow } from './flow-key.ts'
import { protocolNumbers } from './key.ts'
import { swapWord } from './layout.ts'
import { openMaps, type OpenMaps } from './open-maps.ts'
import { ServiceMaps } from './reconcile.ts'
import { scanRecords, slotOfTag } from './records.ts'
import type { Protocol } from './service.ts'
import { sizeMaps } from './sizing.ts'

const sizing = sizeMaps({ services: 32, backends: 512, ringSlots: 65536, sources: 7, connections: 4096 })

const config: Partial<LbXdpConfig> = {
  hashKey0: testKey.key0,
  hashKey1: testKey.key1,
  services4Mask: sizing.masks.services4,
  services6Mask: sizing.masks.services6,
  natMask: sizing.masks.nat,
  natPortMin: 32768,
  natPortMax: 65535,
  jiffiesPerSecond: 250,
  timeoutOpening: 5000,
  timeoutEstablished: 5000,
  timeoutClosing: 5000,
  timeoutClosed: 5000,
  timeoutOther: 5000,
}

function load({ tables } = sizing): LbXdp {
  const own = Object.entries(tables).map(([name, maxEntries]) => [name, { maxEntries }])
  return loadLbXdp({
    config,
    maps: {
      ...Object.fromEntries(own),
      memberCounters: { maxEntries: tables.members },
      natFlows: { maxEntries: sizing.natLines },
      natReplies: { maxEntries: sizing.natLines },
      natEntries: { maxEntries: sizing.natEntries },
    },
  })
}

needing(needs.root, needs.bpf).describe('maps of the kernel', () => {
  mapsContract(() => {
    const lb = load()
    const maps = openMaps(lb.maps, testKey)
    return {
      ...maps,
      [Symbol.dispose]: () => {
        maps[Symbol.dispose]()
        lb[Symbol.dispose]()
      },
    }
  })
})

needing(needs.root, needs.bpf).describe('the program and this package agree', () => {
  let lb: LbXdp
  let maps: OpenMaps
  beforeAll(() => {
    lb = load()
    maps = openMaps(lb.maps, testKey)
    ServiceMaps.adopt(maps).reconcile(someServices(10))
  })
  afterAll(() => {
    maps[Symbol.dispose]()
    lb[Symbol.dispose]()
  })

  test.each<[string, number, Protocol]>([
    ['10.0.0.1', 53, 'UDP'],
    ['10.0.0.2', 80, 'TCP'],
    ['2001:db8::1', 80, 'TCP'],
  ])('on the member, own address and service of every flow to %s port %d/%s', (address, port, protocol) => {
    const flows = Array.from({ length: 300 }, (_, i): Flow => {
      const client = address.includes(':') ? `2001:db8:c::${(1 + i).toString(16)}` : `198.51.100.${1 + (i % 200)}`
      return { client, clientPort: 1024 + 7 * i, address, port, protocol }
    })
    for (const flow of flows) lb.programs.lbXdp.testRun({ data: packetOf(flow) })
    const opened = connections(protocol)
    const members = new Set<number>()
    for (const flow of flows) {
      const { service, member, source } = explainFlow(maps, flow)
      expect(opened.get(`${flow.client} ${flow.clientPort}`)).toEqual({ service, member, source })
      members.add(member!.number)
    }
    expect(members.size).toBe(10)
  })

  test('on what is no service', () => {
    const flow: Flow = { client: '198.51.100.1', clientPort: 999, address: '10.0.0.1', port: 81, protocol: 'TCP' }
    lb.programs.lbXdp.testRun({ data: packetOf(flow) })
    expect(explainFlow(maps, flow).outcome).toBe('no-service')
    expect(connections('TCP').has('198.51.100.1 999')).toBe(false)
  })

  test('counters of a member that comes back to an id begin anew', () => {
    const services = ServiceMaps.adopt(maps)
    const id = 40
    lb.maps.memberCounters.set(
      id,
      lb.maps.memberCounters.get(id)!.map(() => ({ packets: 7n, bytes: 7n })),
    )
    maps.resetCounters(Uint32Array.of(id, 41))
    expect(lb.maps.memberCounters.get(id)!.every(({ packets, bytes }) => packets === 0n && bytes === 0n)).toBe(true)
    expect(services.needsRepair).toBe(false)
  })

  function packetOf({ client, clientPort: srcPort, address, port: dstPort, protocol }: Flow): Uint8Array {
    const link = ethernet({ src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' })
    const ip = address.includes(':') ? ipv6({ src: client, dst: address }) : ipv4({ src: client, dst: address })
    return build(link, ip, protocol === 'UDP' ? udp({ srcPort, dstPort }) : tcp({ srcPort, dstPort, flags: ['syn'] }))
  }

  /** Connections that the program opened, by client: what it chose. */
  function connections(protocol: Protocol): Map<string, Pick<FlowExplanation, 'service' | 'member' | 'source'>> {
    const entries = [...lb.maps.natEntries].map(([, entry]) => entry)
    const opened = entries.filter((entry) => entry.family !== 0 && entry.protocol === protocolNumbers[protocol])
    return new Map(
      opened.map((entry) => {
        const text = (words: readonly number[]): string =>
          formatWords(Uint32Array.from(words, swapWord), 0, entry.family)
        const member = { id: entry.member, address: text(entry.backend), port: entry.backendPort }
        const source = text(lb.maps.sources.get(entry.source)!.address)
        const line = lb.maps.memberIds.get(lb.maps.services.get(entry.service)!.members)!
        const number = line.ids.indexOf(entry.member)
        return [
          `${text(entry.client)} ${entry.clientPort}`,
          { service: entry.service, member: { number, ...member }, source },
        ]
      }),
    )
  }
})

needing(needs.root, needs.bpf).describe('slots that change hands', () => {
  const frontend = { address: '10.0.0.1', port: 80, protocol: 'TCP' as const }
  const service = (hosts: number) => ({
    name: 'web',
    frontends: [frontend],
    mode: 'dsr-l2' as const,
    backends: Array.from({ length: hosts }, (_, i) => ({ address: `172.16.0.${1 + i}`, port: 80 })),
  })

  test('the program records what opens in them, and this package reads whose it is and in which slot', () => {
    using lb = load()
    using maps = openMaps(lb.maps, testKey)
    const clock = (): Now => ({ seconds: 1000, epochSeconds: 0 })
    const services = ServiceMaps.adopt(maps, clock)
    services.reconcile({ services: [service(2)], sources: new Map() })
    services.reconcile({ services: [service(3)], sources: new Map() })
    const flows = Array.from({ length: 100 }, (_, i) => ({ client: '198.51.100.7', clientPort: 2000 + i, ...frontend }))
    for (const flow of flows) {
      const link = ethernet({ src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' })
      const ip = ipv4({ src: flow.client, dst: flow.address })
      const data = build(link, ip, tcp({ srcPort: flow.clientPort, dstPort: flow.port, flags: ['syn'] }))
      lb.programs.lbXdp.testRun({ data })
    }
    const moving = flows.map((flow) => explainFlow(maps, flow)).filter(({ move }) => move)
    const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b)
    const slots: number[] = []
    scanRecords(maps, 1, undefined, (_at, tag, number) => {
      expect(number).toBe(2)
      slots.push(slotOfTag(tag, 10))
    })
    expect(slots.length).toBeGreaterThan(20)
    expect(sorted(slots)).toEqual(sorted(moving.map(({ ring }) => ring!.slot)))
    expect(moving.every(({ why }) => why.some((line) => line.startsWith('the flow is recorded')))).toBe(true)
  })
})

needing(needs.root, needs.bpf).describe('a table of rings for far more than there are', () => {
  const MB = 2 ** 20
  const large = sizeMaps({ services: 32, backends: 512, ringSlots: 2 ** 23, sources: 7, connections: 4096 })
  const service = (number: number, hosts: number, ringSize?: number) => ({
    name: `service-${number}`,
    frontends: [{ address: `10.0.0.${number}`, port: 80, protocol: 'TCP' as const }],
    mode: 'dsr-l2' as const,
    backends: Array.from({ length: hosts }, (_, i) => ({ address: `172.16.0.${1 + i}`, port: 80 })),
    ...(ringSize === undefined ? {} : { ringSize }),
  })
  const clock = (): Now => ({ seconds: 1000, epochSeconds: 0 })

  test('takes memory for those that there are, and is whole to who asks for all of it', () => {
    using lb = load(large)
    using maps = openMaps(lb.maps, testKey)
    const services = ServiceMaps.adopt(maps, clock)
    services.reconcile({ services: [service(1, 3), service(2, 3)], sources: new Map() })
    expect([maps.rings.mappedBytes, maps.moves.mappedBytes]).toEqual([MB, 0])
    services.reconcile({ services: [service(1, 4), service(2, 3)], sources: new Map() })
    expect([maps.rings.mappedBytes, maps.moves.mappedBytes]).toEqual([MB, 2 * MB])
    services.reconcile({ services: [service(1, 4), service(2, 3), service(3, 3, 2 ** 20)], sources: new Map() })
    expect(maps.rings.mappedBytes).toBe(3 * MB)
    using whole = openMaps(lb.maps, testKey)
    expect(whole.rings.words.byteLength).toBe(16 * MB)
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) {
      const frontend = { address, port: 80, protocol: 'TCP' as const }
      const flows = Array.from({ length: 50 }, (_, i) => ({
        client: '198.51.100.7',
        clientPort: 2000 + i,
        ...frontend,
      }))
      const found = flows.map((flow) => explainFlow(whole, flow).member?.number)
      expect(flows.map((flow) => explainFlow(maps, flow).member?.number)).toEqual(found)
      expect(new Set(found).size).toBeGreaterThan(2)
    }
    services.reconcile({ services: [], sources: new Map() })
    expect(whole.rings.words.every((word) => word === 0)).toBe(true)
    expect(whole.moves.words.every((word) => word === 0)).toBe(true)
  })
})

needing(needs.root, needs.bpf).describe('maps that do not fit', () => {
  test('a service table that is no power of two is refused with what would be right', () => {
    using lb = loadLbXdp({ config, maps: { services4: { maxEntries: 12 } } })
    expect(() => openMaps(lb.maps, testKey)).toThrow('map services4: it has 12 buckets; make it a power of two')
  })
})
