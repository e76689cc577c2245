import { describe, expect, test } from '@jest/globals'
import { someServices } from '../test/contract.ts'
import { testKey } from '../test/maps.ts'
import { capacity, fullMessage } from './capacity.ts'
import { memoryMaps } from './maps.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Desired } from './service.ts'
import { defaultCapacities, sizeMaps } from './sizing.ts'

describe('gauges', () => {
  test('count what is taken of every bounded table', () => {
    const { tables } = sizeMaps({ services: 16, backends: 100, ringSlots: 16384, sources: 3 })
    const services = ServiceMaps.adopt(memoryMaps(tables, testKey))
    services.reconcile(someServices(10))
    const fills = capacity(services.actual).map(({ map, used, size }) => [map, used, size])
    expect(fills).toEqual([
      ['services4', 6, 32 * 4],
      ['services6', 5, 64 * 2],
      ['services', 5, 16],
      ['members', 40, 100],
      ['member_ids', 64, 37 * 16],
      ['rings', 4096, 16384],
      ['records', 0, 524288],
      ['ranges', 0, 131072],
      ['sources', 2, 3],
    ])
  })

  test('warn from 80 percent on, and name the option to raise', () => {
    const services = ServiceMaps.adopt(memoryMaps({ ...sizeMaps().tables, members: 51 }, testKey))
    services.reconcile(someServices(10))
    const members = capacity(services.actual).find(({ map }) => map === 'members')
    expect(members).toMatchObject({ used: 40, size: 50, percent: 80, warning: true, option: 'backends' })
    services.reconcile(someServices(9))
    expect(capacity(services.actual).some(({ warning }) => warning)).toBe(false)
  })

  test('tell what is full in one line', () => {
    const services = ServiceMaps.adopt(memoryMaps({ ...sizeMaps().tables, members: 51 }, testKey))
    expect(fullMessage(services.actual, 'members', '60 more members')).toBe(
      'no room for 60 more members: 0 of 50 members in members are taken; raise capacities.backends',
    )
  })
})

describe('sizes', () => {
  test('hash tables are powers of two and at most half full, also if all services are of one family', () => {
    for (const services of [1, 100, 4096, 10_000]) {
      const { tables, masks } = sizeMaps({ services, sources: 7 })
      const keys = 2 * services + 7
      for (const [table, perBucket] of [['services4', 4] as const, ['services6', 2] as const]) {
        expect(Math.log2(tables[table]) % 1).toBe(0)
        expect(tables[table] * perBucket).toBeGreaterThanOrEqual(2 * keys)
        expect(masks[table]).toBe(tables[table] - 1)
      }
    }
  })

  test('what was asked for fits', () => {
    const { tables } = sizeMaps({ services: 5, backends: 40, sources: 2 })
    const services = ServiceMaps.adopt(memoryMaps(tables, testKey))
    expect(services.reconcile(someServices(10)).problems).toEqual([])
  })

  test.each([
    [1, 1000],
    [10, 1],
    [3, 200],
  ])('%d services of %d backends each fit, and come to fit again in rings of other sizes', (count, each) => {
    const services = ServiceMaps.adopt(
      memoryMaps(sizeMaps({ services: count, backends: count * each }).tables, testKey),
    )
    const backends = Array.from({ length: each }, (_, i) => ({ address: `10.1.${i >>> 8}.${i & 255}`, port: 80 }))
    for (const some of [each, Math.ceil(each / 4), each]) {
      const desired: Desired = {
        services: Array.from({ length: count }, (_, i) => ({
          name: `service-${i}`,
          frontends: [{ address: '10.0.0.1', port: 1 + i, protocol: 'TCP' }],
          backends: backends.slice(0, some),
        })),
        sources: new Map(backends.map(({ address }) => [address, '192.168.0.1'])),
      }
      expect(services.reconcile(desired).problems).toEqual([])
    }
  })

  test('what is left out is the default', () => {
    expect(sizeMaps({})).toEqual(sizeMaps(defaultCapacities))
    expect(sizeMaps({}).tables.services).toBe(defaultCapacities.services + 1)
  })

  test('connections make NAT lines of eight words, half full, and as many entries', () => {
    const { natLines, natEntries, masks } = sizeMaps({ connections: 1000 })
    expect([natLines, natEntries, masks.nat]).toEqual([256, 2048, 255])
  })

  test('the memory is what the maps take, rings and who had their slots', () => {
    const small = sizeMaps({ services: 10, backends: 10, connections: 8 })
    const large = sizeMaps({ services: 10, backends: 10, connections: 8, ringSlots: 11 * 1024 + 32_000 })
    expect(large.bytes - small.bytes).toBe(64_000 + 128_000)
  })
})
