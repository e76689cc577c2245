import { expect, test } from '@jest/globals'
import type { ServicesOptions } from '../options.ts'
import { loadBalancer, node, pod, service, slice } from '../test/build.ts'
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

test('ClusterIP: from inside; from outside with the option alone', () => {
  const inside = 'internal 10.96.0.1:80/TCP → 10.0.0.1:8080 10.0.0.2:8080'
  expect(served([service('web'), both])).toEqual([inside])
  expect(served([service('web'), both], { externalClusterIp: true })).toEqual([
    inside.replace('internal', 'external'),
    inside,
  ])
})

test('NodePort: at any address of the node, from inside and outside', () => {
  const ports = [{ name: 'http', port: 80, nodePort: 30080 }]
  const all = '10.0.0.1:8080 10.0.0.2:8080'
  const expected = [
    `external 0.0.0.0:30080/TCP → ${all}`,
    `internal 0.0.0.0:30080/TCP → ${all}`,
    `internal 10.96.0.1:80/TCP → ${all}`,
  ]
  expect(served([service('web', { type: 'NodePort', ports }), both])).toEqual(expected)
  expect(served([service('web', { type: 'NodePort', ports }), both], { nodePort: false })).toEqual(expected.slice(2))
})

test('LoadBalancer and external addresses', () => {
  const all = '10.0.0.1:8080 10.0.0.2:8080'
  const withExternal = loadBalancer('web', {
    externalIPs: ['198.51.100.1'],
    allocateLoadBalancerNodePorts: false,
    ports: [{ name: 'http', port: 80 }],
  })
  expect(served([withExternal, both])).toEqual([
    `external 192.0.2.1:80/TCP → ${all}`,
    `external 198.51.100.1:80/TCP → ${all}`,
    `internal 10.96.0.1:80/TCP → ${all}`,
    `internal 192.0.2.1:80/TCP → ${all}`,
    `internal 198.51.100.1:80/TCP → ${all}`,
  ])
  expect(served([withExternal, both], { externalIps: false })).toHaveLength(3)
})

test('a load balancer that is a proxy (KEP-1860) is not short-circuited; one without an address is none', () => {
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'Proxy' }, { hostname: 'lb.example' }] } }
  const table = tableOf([loadBalancer('web', {}, { status }), both])
  expect(routes(table).filter((one) => one.includes('192.0.2'))).toEqual([])
  expect(table.service('default/web')?.notes[0]).toMatch('192.0.2.1 has ipMode Proxy')
})

test('a loadBalancerClass is for whoever gives addresses out: what the status has is served', () => {
  expect(served([loadBalancer('web', { loadBalancerClass: 'example.com/x' }), both])).toHaveLength(5)
})

test('HostPort: pods of this node, at any address of the node or at one', () => {
  const ports = [
    { hostPort: 8081, containerPort: 80 },
    { hostPort: 5353, hostIP: '127.0.0.1', containerPort: 53, protocol: 'UDP' },
    { containerPort: 9 },
  ]
  const own = pod('p', { ips: ['10.0.0.9', 'fd00::9'], ports })
  const expected = [
    'external 0.0.0.0:8081/TCP → 10.0.0.9:80',
    'external [::]:8081/TCP → [fd00::9]:80',
    'internal 0.0.0.0:8081/TCP → 10.0.0.9:80',
    'internal 127.0.0.1:5353/UDP → 10.0.0.9:53',
    'internal [::]:8081/TCP → [fd00::9]:80',
  ]
  expect(served([own])).toEqual(expected)
  expect(served([own], { hostPort: false })).toEqual([])
  expect(served([pod('p', { ports, node: 'n2' })])).toEqual([])
  expect(served([pod('p', { ports, hostNetwork: true })])).toEqual([])
  expect(served([pod('p', { ports, phase: 'Failed' })])).toEqual([])
  expect(served([pod('p', { ports, ips: [] })])).toEqual([])
  expect(served([pod('p', { ips: ['10.0.0.9', 'fd00::9'], ports, deleted: '2026-01-01T00:00:00Z' })])).toEqual(expected)
})

test('dual stack: each family has its own slices', () => {
  const dual = service('web', {
    type: 'NodePort',
    clusterIPs: ['10.96.0.1', 'fd00:96::1'],
    ipFamilies: ['IPv4', 'IPv6'],
    ports: [{ name: 'http', port: 80, nodePort: 30080 }],
  })
  const six = slice('web', ['fd00::1'], { name: 'web-6', family: 'IPv6' })
  const names = slice('web', ['web.example'], { name: 'web-f', family: 'FQDN' as 'IPv4' })
  const objects = [dual, slice('web', ['10.0.0.1']), six, names]
  expect(served(objects).filter((one) => one.startsWith('internal'))).toEqual([
    'internal 0.0.0.0:30080/TCP → 10.0.0.1:8080',
    'internal 10.96.0.1:80/TCP → 10.0.0.1:8080',
    'internal [::]:30080/TCP → [fd00::1]:8080',
    'internal [fd00:96::1]:80/TCP → [fd00::1]:8080',
  ])
  expect(served(objects, { families: ['IPv6'] }).every((one) => one.includes('['))).toBe(true)
})

test('TCP, UDP and SCTP on one number are three frontends, each with its endpoints', () => {
  const ports = ['TCP', 'UDP', 'SCTP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 53, protocol }))
  const dns = slice('dns', ['10.0.0.1'], { ports: ports.map((one, i) => ({ ...one, port: 5300 + i })) })
  expect(served([service('dns', { ports }), dns])).toEqual([
    'internal 10.96.0.1:53/SCTP → 10.0.0.1:5302',
    'internal 10.96.0.1:53/TCP → 10.0.0.1:5300',
    'internal 10.96.0.1:53/UDP → 10.0.0.1:5301',
  ])
})

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

test.each<[string, Parameters<typeof service>, RegExp]>([
  ['ExternalName', ['web', { type: 'ExternalName', externalName: 'x.example' }], /ExternalName/],
  ['headless', ['web', { clusterIPs: ['None'] }], /headless \(clusterIP: None\)/],
  [
    'labelled headless',
    ['web', {}, { labels: { 'service.kubernetes.io/headless': '' } }],
    /label service.kubernetes.io\/headless/,
  ],
  ['without an address', ['web', { clusterIPs: [] }], /no cluster address yet/],
  [
    'of another proxy',
    ['web', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'x' } }],
    /=x names another proxy/,
  ],
  [
    'of other nodes',
    ['web', {}, { annotations: { 'service.cilium.io/node': 'edge' } }],
    /only for nodes with the label/,
  ],
])('a service that is %s is skipped, and says why', (_, args, reason) => {
  const table = tableOf([service(...args), both])
  expect(routes(table)).toEqual([])
  expect(table.service('default/web')?.skipped).toMatch(reason)
  expect(table.service('default/web')?.problems).toEqual([])
  expect(table.backendCount).toBe(0)
})

test('with k8s-service-proxy-name the services of that name are ours, and no others', () => {
  const labelled = service('web', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'skep' } })
  expect(served([labelled, both], { proxyName: 'skep' })).toHaveLength(1)
  const table = tableOf([service('web'), both], { proxyName: 'skep' })
  expect(table.service('default/web')?.skipped).toMatch('lacks the label service.kubernetes.io/service-proxy-name=skep')
})

test.each<[string, string[]]>([
  ['ClusterIP', ['internal 10.96.0.1:80']],
  ['NodePort', ['external 0.0.0.0:30080', 'internal 0.0.0.0:30080']],
  ['LoadBalancer', ['external 192.0.2.1:80', 'internal 192.0.2.1:80']],
])('service.cilium.io/type %s provides nothing else', (type, expected) => {
  const annotated = loadBalancer(
    'web',
    {},
    { annotations: { 'service.cilium.io/type': type }, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
  )
  expect(served([annotated, both]).map((one) => one.split('/')[0])).toEqual(expected)
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
