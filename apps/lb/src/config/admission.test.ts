import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { sourceRangeWarnings } from '../check/source-ranges.ts'
import { servicesOf } from './model.ts'
import { diffConfigs } from './diff.ts'
import { parseConfig } from './load.ts'
import { ConfigError } from '@skep/config-file'

const text = (about: string, spec = ''): string => `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
${spec}
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }, { address: "2001:db8::10", port: 80 }]
      ${about}
      backends: [{ address: 10.1.0.11, port: 80 }, { address: "fd00::11", port: 80 }]
`

function refusal(about: string, spec?: string): string[] {
  try {
    parseConfig('lb.yaml', text(about, spec))
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}

const place = 'spec.services[0].'

describe('whom a service admits', () => {
  test('is read, in canonical spelling, and goes to both families of frontends', () => {
    const config = parseConfig(
      'lb.yaml',
      text('sourceRanges: { allow: [192.0.2.0/24, "2001:DB8:0::/48"], deny: [192.0.2.7/32] }'),
    )
    const sourceRanges = { allow: ['192.0.2.0/24', '2001:db8::/48'], deny: ['192.0.2.7/32'] }
    expect(config.services[0]?.sourceRanges).toEqual(sourceRanges)
    const services = servicesOf(config)
    expect(services.map((service) => service.sourceRanges)).toEqual([sourceRanges, sourceRanges])
    expect(sourceRangeWarnings(config)).toEqual([])
  })

  test('everything that is wrong is told, with place, value and what would be right', () => {
    expect(
      refusal(
        'sourceRanges: { allow: [192.0.2.1/24, 192.0.2.300/32, 192.0.2.1, 7], deny: ["2001:db8::1/32", "10.0.0.0/33"], dney: [] }',
      ),
    ).toEqual([
      `lb.yaml:9:31: ${place}sourceRanges.allow[0]: "192.0.2.1/24" has bits behind its prefix; write 192.0.2.0/24`,
      `lb.yaml:9:45: ${place}sourceRanges.allow[1]: "192.0.2.300/32" is not a prefix; write one like 192.0.2.0/24, 192.0.2.1/32 or 2001:db8::/32`,
      `lb.yaml:9:61: ${place}sourceRanges.allow[2]: "192.0.2.1" is not a prefix; write one like 192.0.2.0/24, 192.0.2.1/32 or 2001:db8::/32`,
      `lb.yaml:9:72: ${place}sourceRanges.allow[3]: 7 is not a prefix; write one like 192.0.2.0/24, 192.0.2.1/32 or 2001:db8::/32`,
      `lb.yaml:9:83: ${place}sourceRanges.deny[0]: "2001:db8::1/32" has bits behind its prefix; write 2001:db8::/32`,
      `lb.yaml:9:101: ${place}sourceRanges.deny[1]: "10.0.0.0/33" is not a prefix; write one like 192.0.2.0/24, 192.0.2.1/32 or 2001:db8::/32`,
      `lb.yaml:9:117: ${place}sourceRanges.dney: unknown key; did you mean "deny"?`,
    ])
  })

  test.each([
    ['sourceRanges: {}', 'sourceRanges: {} names nobody; write allow: […], deny: […], or take it out'],
    ['sourceRanges: { allow: [] }', 'sourceRanges.allow: [] lets nobody in; write prefixes, or take it out'],
    [
      'sourceRanges: { allow: [10.0.0.0/8], deny: [10.0.0.0/8] }',
      `sourceRanges.deny[0]: "10.0.0.0/8" stands at ${place}sourceRanges.allow[0] already; take one of them out`,
    ],
    [
      'sourceRanges: { deny: ["::ffff:10.0.0.0/104"] }',
      'sourceRanges.deny[0]: "::ffff:10.0.0.0/104" is IPv4 inside IPv6, which no packet carries; write the IPv4 prefix',
    ],
  ])('%s', (about, message) => {
    expect(refusal(about)).toEqual([expect.stringContaining(place + message)])
  })

  test('more prefixes than there is room for', () => {
    const prefixes = Array.from({ length: 17 }, (_, i) => `10.0.${i}.0/24`).join(', ')
    expect(refusal(`sourceRanges: { deny: [${prefixes}] }`, '  capacity: { sourceRanges: 16 }')).toEqual([
      'lb.yaml:5:29: spec.capacity.sourceRanges: 16 is too small for the 18 prefixes of source ranges here (counted once for each frontend of their family)',
    ])
  })

  test('a frontend that an allow list of the other family closes is warned of', () => {
    const config = parseConfig('lb.yaml', text('sourceRanges: { allow: [192.0.2.0/24] }'))
    expect(sourceRangeWarnings(config)).toEqual([
      'service web: nobody is admitted at [2001:db8::10]:80/TCP, for sourceRanges.allow has no IPv6 prefix',
    ])
  })

  test('changes are told prefix by prefix, and not all of many', () => {
    const before = parseConfig('lb.yaml', text('sourceRanges: { allow: [10.0.0.0/8, 11.0.0.0/8] }'))
    const after = parseConfig('lb.yaml', text('sourceRanges: { allow: [10.0.0.0/8, 12.0.0.0/8] }'))
    expect(diffConfigs(before, after)).toEqual(['~ service web', '  - allow 11.0.0.0/8', '  + allow 12.0.0.0/8'])
    const prefixes = Array.from({ length: 100 }, (_, i) => `10.0.${i}.0/24`).join(', ')
    const many = parseConfig('lb.yaml', text(`sourceRanges: { deny: [${prefixes}] }`))
    expect(diffConfigs(before, many)).toHaveLength(15)
    expect(diffConfigs(before, many).at(-1)).toBe('    … and 90 more of sourceRanges.deny')
  })

  test('whatever stands there, each problem names its place', () => {
    const anything = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.nat(200).map((n) => `10.0.0.0/${n}`),
    )
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), fc.array(anything, { maxLength: 5 }), (allow, deny) => {
        for (const line of refusal(`sourceRanges: ${JSON.stringify({ allow, deny })}`))
          expect(line).toMatch(/^lb\.yaml:9:\d+: spec\.services\[0\]\.sourceRanges/)
      }),
    )
  })
})

describe('how often its clients may open connections', () => {
  test('has defaults', () => {
    const config = parseConfig('lb.yaml', text('rateLimit: { newConnectionsPerSecond: 100 }'))
    const limit = { newConnectionsPerSecond: 100, prefix: { ipv4: 32, ipv6: 64 } }
    expect(config.services[0]?.rateLimit).toEqual(limit)
    expect(servicesOf(config).map(({ rateLimit }) => rateLimit)).toEqual([limit, limit])
  })

  test.each([
    ['{ burst: 5 }', 'newConnectionsPerSecond: is missing; write a whole number from 1 to 100000'],
    [
      '{ newConnectionsPerSecond: 0 }',
      'newConnectionsPerSecond: 0 is not a number of connections; write a whole number from 1 to 100000',
    ],
    [
      '{ newConnectionsPerSecond: 1, burst: 1000 }',
      'burst: 1000 would take more than four minutes to earn at 1 a second; write 274 or less',
    ],
    [
      '{ newConnectionsPerSecond: 1, prefix: { ipv4: 33 } }',
      'prefix.ipv4: 33 is not a number of bits; write a whole number from 0 to 32',
    ],
  ])('%s', (about, message) => {
    expect(refusal(`rateLimit: ${about}`)).toEqual([expect.stringContaining(`${place}rateLimit.${message}`)])
  })
})
