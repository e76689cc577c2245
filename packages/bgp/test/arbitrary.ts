import { formatAddress, parseCidr } from '@skep/packet'
import * as fc from 'fast-check'
import type { PathAttributes } from '../src/wire/attributes/attributes.ts'
import type { Reach } from '../src/wire/attributes/multiprotocol.ts'
import type { Family } from '../src/wire/family.ts'
import type { Open } from '../src/wire/open/open.ts'
import { PrefixList } from '../src/wire/prefixes.ts'
import type { Update } from '../src/wire/update.ts'

export const uint16: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff })
export const uint32: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffffffff })
const asn = fc.oneof(fc.integer({ min: 1, max: 0xffff }), fc.integer({ min: 1, max: 0xffffffff }))
const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size })
export const ipv4: fc.Arbitrary<string> = fc
  .tuple(fc.integer({ min: 1, max: 126 }), bytes(3))
  .map(([first, rest]) => formatAddress(Uint8Array.of(first, ...rest)))
const ipv6: fc.Arbitrary<string> = bytes(14).map((rest) => formatAddress(Uint8Array.of(0x20, 0x01, ...rest)))

/** Leaves out keys at random. */
function some<T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(shape, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
}

export function prefixes(family: Family, maxLength = 20): fc.Arbitrary<PrefixList> {
  const [size, width] = family === 'ipv4' ? [4, 32] : [16, 128]
  const one = fc
    .tuple(bytes(size), fc.integer({ min: 0, max: width }))
    .map(([address, bits]) => parseCidr(`${formatAddress(address)}/${bits}`))
  return fc.array(one, { minLength: 1, maxLength }).map((all) => PrefixList.of(family, all))
}

const afiSafi = fc.record({ afi: fc.constantFrom(1, 2, 25), safi: fc.constantFrom(1, 2, 128) })
const unique = fc.uniqueArray(afiSafi, { maxLength: 3, selector: ({ afi, safi }) => `${afi}/${safi}` })

export const open: fc.Arbitrary<Open> = fc
  .record({
    asn,
    holdTime: fc.oneof(fc.constant(0), fc.integer({ min: 3, max: 0xffff })),
    identifier: ipv4,
    capabilities: some({
      routeRefresh: fc.constant(true),
      enhancedRouteRefresh: fc.constant(true),
      extendedNextHop: fc.array(afiSafi, { minLength: 1, maxLength: 2 }),
      gracefulRestart: fc.record({
        restarting: fc.boolean(),
        seconds: fc.integer({ min: 0, max: 4095 }),
        families: fc.array(fc.record({ afi: fc.constant(1), safi: fc.constant(1), forwarding: fc.boolean() }), {
          maxLength: 2,
        }),
      }),
      unknown: fc.array(
        fc.record({ code: fc.integer({ min: 128, max: 250 }), value: fc.uint8Array({ maxLength: 90 }) }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
    }),
    multiprotocol: unique,
  })
  .map(({ multiprotocol, capabilities, ...rest }) => ({
    ...rest,
    capabilities: { ...capabilities, multiprotocol, as4: rest.asn },
  }))

const segment = fc.record({
  kind: fc.constantFrom('set' as const, 'sequence' as const),
  asns: fc.array(asn, { minLength: 1, maxLength: 6 }),
})

/** Attributes that a route needs, and any of the others. */
export const attributes: fc.Arbitrary<PathAttributes> = fc
  .tuple(
    fc.record({
      origin: fc.constantFrom('igp' as const, 'egp' as const, 'incomplete' as const),
      asPath: fc.array(segment, { maxLength: 4 }),
    }),
    some<Omit<PathAttributes, 'origin' | 'asPath' | 'nextHop'>>({
      med: uint32,
      localPref: uint32,
      atomicAggregate: fc.constant(true),
      aggregator: fc.record({ asn, address: ipv4 }),
      communities: fc.array(uint32, { minLength: 1, maxLength: 80 }),
      originatorId: ipv4,
      clusterList: fc.array(ipv4, { minLength: 1, maxLength: 3 }),
      extendedCommunities: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 5 }),
      largeCommunities: fc.array(fc.record({ global: uint32, local1: uint32, local2: uint32 }), {
        minLength: 1,
        maxLength: 5,
      }),
      unknown: fc.array(
        fc.record({ flags: fc.constant(0xe0), code: fc.constant(200), value: fc.uint8Array({ maxLength: 300 }) }),
        {
          minLength: 1,
          maxLength: 1,
        },
      ),
    }),
  )
  .map(([needed, others]) => ({ ...needed, ...others }))

const reach: fc.Arbitrary<Reach> = fc.oneof(
  fc.record({
    family: fc.constant('ipv4' as const),
    nextHop: fc.record({ address: ipv4 }),
    prefixes: prefixes('ipv4'),
  }),
  fc.record({
    family: fc.constant('ipv4' as const),
    nextHop: fc.record({ address: ipv6 }),
    prefixes: prefixes('ipv4'),
  }),
  fc.record({
    family: fc.constant('ipv6' as const),
    nextHop: fc.oneof(fc.record({ address: ipv6 }), fc.record({ address: ipv6, linkLocal: fc.constant('fe80::1') })),
    prefixes: prefixes('ipv6'),
  }),
)

export const update: fc.Arbitrary<Update> = fc.oneof(
  fc.record({
    withdrawn: fc.tuple(prefixes('ipv4'), prefixes('ipv6')),
    reach: fc.constant([]),
    attributes: fc.constant({}),
  }),
  fc
    .record({ withdrawn: fc.oneof(fc.constant([]), fc.tuple(prefixes('ipv4'))), reach: fc.tuple(reach), attributes })
    .map(({ attributes: rest, ...update }) => ({
      ...update,
      attributes: {
        ...rest,
        ...(update.reach[0].family === 'ipv4' &&
          !update.reach[0].nextHop.address.includes(':') && { nextHop: update.reach[0].nextHop.address }),
      },
    })),
)
