import * as fc from 'fast-check'
import type { SourceRanges } from '../src/ranges.ts'
import type { Backend, Desired, Frontend, Service } from '../src/service.ts'

/** A small world, so that states made independently have much in common and much that differs. */
const vips = { 4: ['10.0.0.1', '10.0.0.2', '10.0.0.3'], 6: ['2001:db8::1', '2001:db8:0:1::2'] } as const
const sources = { 4: ['192.168.0.1', '192.168.0.2', '10.0.0.3'], 6: ['fd00::1', 'fd00::2'] } as const

function backendAddress(version: 4 | 6, host: number): string {
  return version === 4 ? `172.16.0.${host}` : `fd00:1::${host.toString(16)}`
}

function frontend(version: 4 | 6): fc.Arbitrary<Frontend> {
  return fc.record({
    address: fc.constantFrom(...vips[version]),
    port: fc.integer({ min: 80, max: 82 }),
    protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
  })
}

function backend(version: 4 | 6): fc.Arbitrary<Backend> {
  return fc.record(
    {
      address: fc.integer({ min: 1, max: 25 }).map((host) => backendAddress(version, host)),
      port: fc.constantFrom(8080, 8081),
      weight: fc.constantFrom(0, 1, 1, 1, 2, 5),
    },
    { requiredKeys: ['address', 'port'] },
  )
}

/** Around the clients that packets come from (traffic.ts). */
const prefixes = [
  ...[0, 1, 2, 3, 4, 5].flatMap((host) => [`198.51.100.${host}/32`, `2001:db8:c::${host}/128`]),
  '198.51.100.0/30',
  '198.51.100.2/31',
  '198.51.100.4/30',
  '0.0.0.0/0',
  '128.0.0.0/1',
  '2001:db8:c::/126',
  '2001:db8:c::2/127',
  '2001:db8:c::4/126',
  '::/0',
  '8000::/1',
]

const anyRanges: fc.Arbitrary<SourceRanges> = fc
  .record({ allow: fc.option(somePrefixes(), { nil: undefined }), deny: fc.option(somePrefixes(), { nil: undefined }) })
  .map(({ allow, deny }) => ({ ...(allow ? { allow } : {}), ...(deny ? { deny } : {}) }))

function somePrefixes(): fc.Arbitrary<string[]> {
  return fc.array(fc.constantFrom(...prefixes), { maxLength: 12 })
}

function service(version: 4 | 6): fc.Arbitrary<Service> {
  return fc
    .record({
      name: fc.constant('service'),
      frontends: fc.array(frontend(version), { minLength: 1, maxLength: 2 }),
      backends: fc.uniqueArray(backend(version), {
        maxLength: 40,
        size: 'max',
        selector: ({ address, port }) => `${address} ${port}`,
      }),
      ringSize: fc.constantFrom(128, 128, 256),
      admits: fc.option(anyRanges, { nil: undefined, freq: 2 }),
      rate: fc.constantFrom(undefined, 10, 20),
    })
    .map(({ admits, rate, ...rest }) => ({
      ...rest,
      ...(admits ? { sourceRanges: admits } : {}),
      ...(rate ? { rateLimit: { newConnectionsPerSecond: rate } } : {}),
    }))
}

/** Any desired state of the small world that passes the checks. */
export const anyDesired: fc.Arbitrary<Desired> = fc
  .record({
    services: fc.array(fc.oneof(service(4), service(6)), { maxLength: 7 }),
    towards: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 26, maxLength: 26 }),
    mayShare: fc.boolean(),
  })
  .map(({ services, towards, mayShare }) => consistent(services, towards, mayShare))

/** Frontends once each, and own addresses that are no VIPs; `mayShare`: that may be, for no reply comes to these ports. */
function consistent(services: readonly Service[], towards: readonly number[], mayShare: boolean): Desired {
  const seen = new Set<string>()
  const kept = services.flatMap((one) => {
    const frontends = one.frontends.filter((own) => {
      const text = Object.values(own).join(' ')
      return !seen.has(text) && seen.add(text)
    })
    return frontends.length > 0 ? [{ ...one, frontends }] : []
  })
  const isVip = (address: string): boolean => kept.some((one) => one.frontends.some((own) => own.address === address))
  const own = ([4, 6] as const).flatMap((version) =>
    towards.map((choice, host): [string, string] => {
      const wanted = sources[version][choice % sources[version].length]!
      return [backendAddress(version, host), isVip(wanted) && !mayShare ? sources[version][0] : wanted]
    }),
  )
  const program = mayShare
    ? { program: { natPorts: { min: 32_768, max: 65_535 } }, hostAddresses: [vips[4][1], vips[4][1], sources[4][0]] }
    : {}
  return { services: kept, sources: new Map(own), ...program }
}
