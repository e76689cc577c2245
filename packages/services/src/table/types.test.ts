import { expect, test } from '@jest/globals'
import type { ServicesOptions } from '../options.ts'
import { loadBalancer, pod, service, slice } from '../test/build.ts'
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

test('a protocol that cannot be carried: its ports are left out, and the service says so', () => {
  const ports = ['TCP', 'SCTP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 53, protocol }))
  const objects = [service('dns', { ports }), slice('dns', ['10.0.0.1'], { ports })]
  expect(served(objects, { protocols: ['TCP', 'UDP'] })).toEqual(['internal 10.96.0.1:53/TCP → 10.0.0.1:53'])
  const { problems } = tableOf(objects, { protocols: ['TCP', 'UDP'] }).service('default/dns')!
  expect(problems).toEqual([
    {
      path: 'spec.ports[1].protocol',
      message: 'SCTP is not served, so that nobody answers at port 53; TCP and UDP are',
    },
  ])
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
