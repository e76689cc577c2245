import { describe, expect, test } from '@jest/globals'
import { cidrContains, formatAddress, formatCidr, parseAddress, parseCidr } from '@skep/packet'
import * as fc from 'fast-check'
import { contents, sizes, testKey } from '../test/maps.ts'
import { parseWords } from './address.ts'
import { capacity } from './capacity.ts'
import { type LbMaps, memoryMaps } from './maps.ts'
import { compileRanges, isAdmitted, type SourceRanges } from './ranges.ts'
import { readService } from './reader.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Desired, Service } from './service.ts'

const web: Service = {
  name: 'web',
  frontends: [{ address: '10.0.0.1', port: 80, protocol: 'TCP' }],
  backends: [{ address: '172.16.0.1', port: 8080 }],
}

function desired(sourceRanges?: SourceRanges, service: Service = web): Desired {
  const sources = new Map([['172.16.0.1', '192.168.0.1']])
  return { services: [{ ...service, ...(sourceRanges ? { sourceRanges } : {}) }], sources }
}

function admits(maps: LbMaps, client: string, service = 1): boolean {
  const words = new Uint32Array(4)
  const family = parseWords(client, words, 0)!
  return isAdmitted(maps, service, words, family)
}

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

/** Prefixes that often share their first bits, of both families. */
function prefix(family: 4 | 6): fc.Arbitrary<string> {
  const width = family === 4 ? 32 : 128
  return fc.tuple(near(family), fc.integer({ min: 0, max: width })).map(([address, length]) => {
    const cidr = parseCidr(`${address}/${length}`)
    const masked = cidr.address.bytes.map(
      (byte, i) => byte & ((0xff00 >> Math.min(8, Math.max(0, length - 8 * i))) & 0xff),
    )
    return formatCidr({ address: { ...cidr.address, bytes: masked }, prefix: length })
  })
}

function near(family: 4 | 6): fc.Arbitrary<string> {
  return bytes(family === 4 ? 4 : 16).map((all) => {
    const few = all.map((byte, i) => (i < all.length - 1 ? [0, 0, 255, 128][byte & 3]! : byte))
    return formatAddress({ family, bytes: few })
  })
}

describe('source ranges', () => {
  test.each([4, 6] as const)('IPv%d: whoever is in an allow and in no deny', (family) => {
    const lists = fc.record({ allow: fc.option(fc.array(prefix(family))), deny: fc.option(fc.array(prefix(family))) })
    fc.assert(
      fc.property(lists, fc.array(near(family), { minLength: 10 }), ({ allow, deny }, clients) => {
        const ranges = { ...(allow ? { allow } : {}), ...(deny ? { deny } : {}) }
        const maps = memoryMaps(sizes, testKey)
        const frontend = { address: family === 4 ? '10.0.0.1' : '2001:db8::1', port: 80, protocol: 'TCP' as const }
        const { problems } = ServiceMaps.adopt(maps).reconcile(
          desired(ranges, { ...web, frontends: [frontend], backends: [] }),
        )
        expect(problems).toEqual([])
        const last = family === 4 ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'
        for (const client of clients.filter((one) => one !== last)) {
          const isIn = (list: readonly string[]): boolean =>
            list.some((one) => cidrContains(parseCidr(one), parseAddress(client)))
          expect([client, admits(maps, client)]).toEqual([client, (!allow || isIn(allow)) && !isIn(deny ?? [])])
        }
      }),
    )
  })

  test('neighbours and what lies inside another become one stretch', () => {
    const { words } = compileRanges({ allow: ['10.0.0.0/9', '10.128.0.0/9', '10.1.0.0/16'] }, 2)
    expect([...words].map((word) => word.toString(16))).toEqual([
      'a00000000000000',
      '0',
      'b00000000000000',
      '0',
      ...Array<string>(4).fill('ffffffffffffffff'),
    ])
  })

  test('a list of the other family admits nobody', () => {
    const maps = memoryMaps(sizes, testKey)
    ServiceMaps.adopt(maps).reconcile(desired({ allow: ['2001:db8::/32'] }))
    expect(readService(maps, 1)?.ranges).toBe(0)
    expect(admits(maps, '198.51.100.1')).toBe(false)
  })

  test('a list that stays is not written again, also after a restart; a new one takes its place', () => {
    const maps = memoryMaps(sizes, testKey)
    const services = ServiceMaps.adopt(maps)
    services.reconcile(desired({ deny: ['198.51.100.0/24'] }))
    const before = contents(maps)
    expect(ServiceMaps.adopt(maps).preview(desired({ deny: ['198.51.100.0/24'] })).steps).toEqual([])
    services.reconcile(desired({ deny: ['198.51.100.0/24', '10.0.0.0/8'] }))
    expect([admits(maps, '10.1.1.1'), admits(maps, '11.1.1.1')]).toEqual([false, true])
    services.reconcile(desired({ deny: ['198.51.100.0/24'] }))
    expect(contents(maps)['rings']).toEqual(before['rings'])
    services.reconcile(desired())
    expect(readService(maps, 1)?.ranges).toBeUndefined()
    expect(maps.ranges.words.every((word) => word === 0)).toBe(true)
  })

  test('where there is no room the service keeps the list that it has', () => {
    const maps = memoryMaps({ ...sizes, ranges: 4 }, testKey)
    const services = ServiceMaps.adopt(maps)
    services.reconcile(desired({ deny: ['198.51.100.0/24'] }))
    const many = Array.from({ length: 20 }, (_, i) => `10.0.${2 * i}.0/24`)
    const { problems } = services.reconcile(desired({ deny: many }))
    expect(problems).toEqual([
      {
        code: 'FULL',
        path: '10.0.0.1:80/TCP',
        message:
          'no room for 64 bounds of source ranges in one piece: 4 of 16 bounds in ranges are taken; raise capacities.sourceRanges',
      },
    ])
    expect([admits(maps, '198.51.100.1'), admits(maps, '10.0.2.1')]).toEqual([false, true])
    expect(capacity(services.actual).find(({ map }) => map === 'ranges')).toMatchObject({ used: 4, size: 16 })
  })
})
