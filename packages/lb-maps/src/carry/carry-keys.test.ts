import { expect, test } from '@jest/globals'
import { testKey } from '../../test/maps.ts'
import { type LbMaps, memoryMaps } from '../maps.ts'
import { readServices } from '../reader.ts'
import { ServiceMaps } from '../reconcile.ts'
import { shares } from '../shares.ts'
import type { Desired } from '../service.ts'
import { sizeMaps } from '../sizing.ts'
import { carryKeys } from './carry-keys.ts'
import { carryRecords } from './carry-records.ts'

const small = sizeMaps({ services: 64, backends: 512, sources: 7 }).tables
const large = sizeMaps({ services: 1000, backends: 4000, sources: 7 }).tables

/** Of both families by turns. */
function someServices(count: number): Desired {
  const address = (i: number, of: string) =>
    i % 2 === 0 ? `${of}.${i >> 8}.${i & 255}` : `2001:db8:${of.replace('.', ':')}::${i}`
  const services = Array.from({ length: count }, (_, i) => ({
    name: `s${i}`,
    frontends: [{ address: address(i, '10.1'), port: 80, protocol: 'TCP' as const }],
    backends: [{ address: address(i, '10.2'), port: 8080 }],
  }))
  const sources = new Map(
    services.map(({ backends }, i) => [backends[0]!.address, i % 2 === 0 ? '10.3.0.1' : 'fd00::1']),
  )
  return { services, sources }
}

/** What a start with larger tables does. */
function grown(maps: LbMaps): LbMaps {
  const to = memoryMaps(large, testKey)
  for (const name of ['services', 'rings', 'moves', 'memberIds', 'members', 'sources', 'records'] as const)
    to[name].words.set(maps[name].words)
  for (const name of ['services4', 'services6'] as const) carryKeys(name, maps[name], to[name], testKey)
  return to
}

test('services in larger tables are the same: nothing is to be written, and there is room for more', () => {
  const from = memoryMaps(small, testKey)
  const desired = someServices(30)
  ServiceMaps.adopt(from).reconcile(desired)
  const to = grown(from)
  const services = ServiceMaps.adopt(to)
  expect(services.preview(desired).steps).toEqual([])
  expect(readServices(to)).toEqual(readServices(from))
  const more = someServices(300)
  expect(
    ServiceMaps.adopt(from)
      .preview(more)
      .problems.map(({ code }) => code),
  ).toContain('FULL')
  expect(services.reconcile(more).problems.filter(({ code }) => code === 'FULL')).toEqual([])
  const { frontends } = more.services[200]!
  expect(shares(to, frontends[0]!).length).toBeGreaterThan(0)
})

test('records: what is there stays, what is missing comes, into its line', () => {
  const word = (tag: number, number: number): bigint => BigInt(tag) | (BigInt(number) << 32n)
  const [from, to] = [new BigUint64Array(16), new BigUint64Array(32)]
  from.set([word(1, 1), 0n, word(3, 1), word(4, 1)])
  carryRecords(from, to)
  expect(to.slice(0, 16)).toEqual(from)
  to[0] = word(1, 2)
  to[3] = word(5, 2)
  carryRecords(from, to)
  expect(Array.from(to.subarray(0, 8))).toEqual([word(1, 2), word(4, 1), word(3, 1), word(5, 2), 0n, 0n, 0n, 0n])
})
