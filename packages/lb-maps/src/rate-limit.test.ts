import { expect, test } from '@jest/globals'
import { loadLbXdp } from '@skep/datapath/lb-xdp'
import { build, ethernet, ipv4, ipv6, tcp } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { testKey } from '../test/maps.ts'
import { checkDesired } from './wanted.ts'
import { explainFlow } from './explain-flow.ts'
import { openMaps } from './open-maps.ts'
import { countedPrefixes, mostBurst, rateTime } from './rate-limit.ts'
import { readService } from './reader.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Service } from './service.ts'
import { sizeMaps } from './sizing.ts'

const families = {
  v4: {
    vip: '10.0.0.1',
    backend: '172.16.0.1',
    client: '198.51.100.7',
    neighbour: '198.51.100.9',
    stranger: '198.51.101.7',
  },
  v6: {
    vip: '2001:db8::1',
    backend: 'fd00::1',
    client: '2001:db8:c::7',
    neighbour: '2001:db8:c::9',
    stranger: '2001:db8:d::7',
  },
} as const
const link = ethernet({ src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' })

function service(family: 'v4' | 'v6', newConnectionsPerSecond: number, burst: number): Service {
  const { vip, backend } = families[family]
  return {
    name: family,
    frontends: [{ address: vip, port: 80, protocol: 'TCP' }],
    mode: 'dsr-l2',
    backends: [{ address: backend, port: 80 }],
    rateLimit: { newConnectionsPerSecond, burst, prefix: { ipv4: 24, ipv6: 64 } },
  }
}

test.each([1, 7, 1000, 99_999])('%d a second is read back as it was written', (rate) => {
  const sizing = sizeMaps({ services: 4, backends: 4 })
  expect(sizing.masks.rates).toBe(sizing.tables.rates - 1)
  expect(mostBurst(rate)).toBeGreaterThan(Math.min(65_534, 273 * rate))
  const wrong = checkDesired({ services: [service('v4', rate, mostBurst(rate) + 1)], sources: new Map() })
  expect(wrong.map(({ path }) => path)).toEqual(['services[0].rateLimit.burst'])
  expect(checkDesired({ services: [service('v4', rate, mostBurst(rate))], sources: new Map() })).toEqual([])
})

needing(needs.root, needs.bpf).test('the program and this package agree on who has to wait', () => {
  const { tables, masks } = sizeMaps({ services: 4, backends: 4, connections: 1024, rateLimitedClients: 1024 })
  using lb = loadLbXdp({
    config: {
      hashKey0: testKey.key0,
      hashKey1: testKey.key1,
      services4Mask: masks.services4,
      services6Mask: masks.services6,
      ratesMask: masks.rates,
      jiffiesPerSecond: 250,
    },
    maps: Object.fromEntries(
      Object.entries({ ...tables, memberCounters: tables.members }).map(([name, maxEntries]) => [name, { maxEntries }]),
    ),
  })
  using maps = openMaps(lb.maps, testKey)
  const services = ServiceMaps.adopt(maps)
  services.reconcile({ services: [service('v4', 1, 100), service('v6', 1, 100)], sources: new Map() })
  expect(readService(maps, 1)?.rateLimit).toEqual({ newConnectionsPerSecond: 1, burst: 100, prefix: 24 })
  expect(readService(maps, 2)?.rateLimit).toEqual({ newConnectionsPerSecond: 1, burst: 100, prefix: 64 })
  for (const [family, { vip, client, neighbour, stranger }] of Object.entries(families)) {
    const before = countedPrefixes(maps, rateTime())
    const outcome = (from: string): string =>
      explainFlow(maps, { client: from, clientPort: 40_000, address: vip, port: 80, protocol: 'TCP' }).outcome
    const ip = family === 'v4' ? ipv4({ src: client, dst: vip }) : ipv6({ src: client, dst: vip })
    const data = build(link, ip, tcp({ srcPort: 40_000, dstPort: 80, flags: ['syn'] }))
    expect(outcome(client)).toBe('member')
    lb.programs.lbXdp.testRun({ data, repeat: 1000 })
    expect([client, neighbour, stranger].map(outcome)).toEqual(['rate-limit', 'rate-limit', 'member'])
    expect(countedPrefixes(maps, rateTime())).toBe(before + 1)
  }
})
