import { expect, test } from '@jest/globals'
import type { ServicesOptions } from '../options.ts'
import { loadBalancer, node, service, slice } from '../test/build.ts'
import { routes } from '../test/view.ts'
import type { Source } from './inputs.ts'
import { ServiceTable } from './table.ts'

function served(objects: readonly Source[], options: Partial<ServicesOptions> = {}): string[] {
  return routes(tableOf(objects, options))
}

function tableOf(objects: readonly Source[], options: Partial<ServicesOptions> = {}): ServiceTable {
  const table = new ServiceTable({ nodeName: 'n1', ...options })
  for (const object of objects) table.set(object)
  table.update(0)
  return table
}

const here = { address: '10.0.0.1', node: 'n1' }
const there = { address: '10.0.0.2', node: 'n2' }
const both = slice('web', [here, there])

test.each<[internal: string, external: string, Record<string, string>]>([
  [
    'Cluster',
    'Cluster',
    {
      'internal 10.96.0.1': 'all',
      'internal 192.0.2.1': 'all',
      'external 192.0.2.1': 'all',
      'external 0.0.0.0': 'all',
    },
  ],
  [
    'Local',
    'Cluster',
    {
      'internal 10.96.0.1': 'here',
      'internal 192.0.2.1': 'all',
      'external 192.0.2.1': 'all',
      'internal 0.0.0.0': 'all',
    },
  ],
  [
    'Cluster',
    'Local',
    {
      'internal 10.96.0.1': 'all',
      'internal 192.0.2.1': 'all',
      'external 192.0.2.1': 'here',
      'external 0.0.0.0': 'here',
    },
  ],
  ['Local', 'Local', { 'internal 10.96.0.1': 'here', 'internal 0.0.0.0': 'all', 'external 192.0.2.1': 'here' }],
])('internalTrafficPolicy %s, externalTrafficPolicy %s', (internalTrafficPolicy, externalTrafficPolicy, expected) => {
  const spec = { internalTrafficPolicy, externalTrafficPolicy, healthCheckNodePort: 31000 }
  const found = served([loadBalancer('web', spec), both])
  for (const [frontend, who] of Object.entries(expected)) {
    const route = found.find((one) => one.startsWith(`${frontend}:`))
    expect(route).toMatch(who === 'all' ? /→ 10.0.0.1:8080 10.0.0.2:8080$/ : /→ 10.0.0.1:8080$/)
  }
})

test('without endpoints connections are rejected; without local ones, though there are others, dropped', () => {
  const spec = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }
  const outside = (objects: Source[]): string | undefined =>
    served(objects).find((one) => one.startsWith('external 192'))
  expect(outside([loadBalancer('web', spec)])).toBe('external 192.0.2.1:80/TCP → reject')
  expect(outside([loadBalancer('web', spec), slice('web', [there])])).toBe('external 192.0.2.1:80/TCP → drop')
  const unready = slice('web', [{ ...there, is: 'unready' }])
  expect(outside([loadBalancer('web', spec), unready])).toBe('external 192.0.2.1:80/TCP → reject')
})

test('endpoints take new connections or keep old ones within each traffic policy', () => {
  const terminating = slice('web', [{ ...here, is: 'terminating' }, there])
  const spec = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }
  const found = served([loadBalancer('web', spec), terminating])
  expect(found).toContain('internal 192.0.2.1:80/TCP → (10.0.0.1:8080) 10.0.0.2:8080')
  expect(found).toContain('external 192.0.2.1:80/TCP → 10.0.0.1:8080')
})

test('a zone of the node filters, and another one filters anew', () => {
  const zoned = slice('web', [
    { address: '10.0.0.1', forZones: ['a'] },
    { address: '10.0.0.2', forZones: ['b'] },
  ])
  const table = tableOf([
    service('web', { trafficDistribution: 'PreferSameZone' }),
    zoned,
    node('n1', { zone: 'a' }),
    node('n2', { zone: 'b' }),
  ])
  expect(routes(table)).toEqual(['internal 10.96.0.1:80/TCP → 10.0.0.1:8080'])
  expect(table.service('default/web')?.status).toBe('2 → 1 by zone a')
  table.set(node('n1', { zone: 'b' }))
  expect(table.update(1).frontends.set).toHaveLength(1)
  expect(routes(table)).toEqual(['internal 10.96.0.1:80/TCP → 10.0.0.2:8080'])
  table.set(node('n1'))
  const { backends } = table.update(2)
  expect(routes(table)).toEqual(['internal 10.96.0.1:80/TCP → 10.0.0.1:8080 10.0.0.2:8080'])
  expect(table.service('default/web')?.status).toBe(
    '2 of 2; hints ignored: node n1 has no label topology.kubernetes.io/zone',
  )
  // Whom topology leaves out exists all the same: nobody's connections end.
  expect(backends.removed).toEqual([])
})

test('settings of a service reach its frontends', () => {
  const annotations = {
    'service.cilium.io/lb-algorithm': 'random',
    'service.cilium.io/forwarding-mode': 'hybrid',
    'service.cilium.io/src-ranges-policy': 'deny',
  }
  const ports = ['TCP', 'UDP'].map((protocol) => ({ name: protocol, port: 53, protocol }))
  const set = loadBalancer(
    'web',
    { ports, sessionAffinity: 'ClientIP', loadBalancerSourceRanges: [' 192.0.2.77/24 ', '2001:db8::/32'] },
    { annotations, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
  )
  const frontends = [...tableOf([set]).frontends()]
  const common = { algorithm: 'random', affinitySeconds: 10_800 }
  const sourceRanges = { deny: ['192.0.2.0/24', '2001:db8::/32'] }
  const find = (address: string, scope: string, protocol: string): object | undefined =>
    frontends.find((one) => one.address === address && one.scope === scope && one.protocol === protocol)
  expect(find('192.0.2.1', 'external', 'TCP')).toMatchObject({ ...common, sourceRanges, forwarding: 'dsr' })
  expect(find('192.0.2.1', 'external', 'UDP')).toMatchObject({ ...common, sourceRanges, forwarding: 'snat' })
  expect(find('192.0.2.1', 'internal', 'TCP')).not.toHaveProperty('sourceRanges')
  expect(find('10.96.0.1', 'internal', 'TCP')).toMatchObject(common)
})

test('affinity lasts as long as the service says, and not at all where it is switched off', () => {
  const config = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }
  expect([...tableOf([service('web', config)]).frontends()][0]).toMatchObject({ affinitySeconds: 60 })
  expect([...tableOf([service('web', config)], { sessionAffinity: false }).frontends()][0]).not.toHaveProperty(
    'affinitySeconds',
  )
})

test('source ranges count for all types with the option, for none without', () => {
  const ranged = loadBalancer('web', { loadBalancerSourceRanges: ['192.0.2.0/24'] })
  const count = (options: Partial<ServicesOptions>): number =>
    [...tableOf([ranged], options).frontends()].filter((one) => one.sourceRanges).length
  expect(count({})).toBe(1)
  expect(count({ sourceRangesAllTypes: true })).toBe(2)
  expect(count({ sourceRanges: false })).toBe(0)
})

test('ranges that nothing is left of admit nobody, rather than everybody', () => {
  const table = tableOf([loadBalancer('web', { loadBalancerSourceRanges: ['::ffff:10.0.0.0/104'] })])
  expect([...table.frontends()].find((one) => one.sourceRanges)?.sourceRanges).toEqual({ allow: [] })
  expect(table.service('default/web')?.problems[0]?.path).toBe('spec.loadBalancerSourceRanges[0]')
})

test('weights of slices are shares; one that is none is said, and is 100', () => {
  const light = slice('web', ['10.0.0.1'], { annotations: { 'service.cilium.io/weight': '10' } })
  const wrong = slice('web', ['10.0.0.2'], { name: 'web-2', annotations: { 'service.cilium.io/weight': 'heavy' } })
  const table = tableOf([service('web'), light, wrong])
  expect([...table.frontends()][0]?.members.map(({ weight }) => weight)).toEqual([10, 100])
  expect(table.service('default/web')?.problems[0]?.message).toMatch('"heavy" is not a weight, 100 is used')
})

test('an address of a family that the service does not have is left out, with the reason; the rest is served', () => {
  const table = tableOf([service('web', { externalIPs: ['2001:db8::1', '198.51.100.1'] }), both])
  expect(routes(table)).toHaveLength(3)
  expect(table.service('default/web')?.problems).toEqual([
    {
      path: 'spec.externalIPs[0]',
      message: '2001:db8::1 is IPv6, but the service has only IPv4 (spec.ipFamilies): it is left out',
    },
  ])
})
