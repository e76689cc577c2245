import { expect, test } from '@jest/globals'
import { explain, formatExplanation } from '../explain.ts'
import type { Source } from '../table/inputs.ts'
import { ServiceTable } from '../table/table.ts'
import { loadBalancer, pod, service, slice } from '../test/build.ts'
import { routes } from '../test/view.ts'

const old = { created: '2026-01-01T00:00:00Z' }
const young = { created: '2026-02-01T00:00:00Z' }
const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }

function at(name: string, ip: string, more: object, spec: object = {}): Source {
  const ports = [{ name: 'http', port: 80 }]
  return loadBalancer(name, { clusterIPs: [ip], ports, ...spec }, { status, ...more })
}

function external(table: ServiceTable): string[] {
  return routes(table).filter((one) => one.startsWith('external'))
}

const a = at('a', '10.96.0.1', young)
const b = at('b', '10.96.0.2', old)
const slices = [slice('a', ['10.0.0.1']), slice('b', ['10.0.0.2'])]

test('of two services with one address the older one has it, in whatever order they come, and the other says so', () => {
  for (const objects of [
    [a, b, ...slices],
    [...slices, b, a],
  ]) {
    const table = new ServiceTable({ nodeName: 'n1' })
    for (const object of objects) {
      table.set(object)
      table.update(0)
    }
    expect(external(table)).toEqual(['external 192.0.2.1:80/TCP → 10.0.0.2:8080'])
    expect(routes(table)).toContain('internal 10.96.0.1:80/TCP → 10.0.0.1:8080')
    const lines = formatExplanation(explain(table, 'default/a', 0)!)
    expect(lines).toContain(
      '  external 192.0.2.1:80/TCP (LoadBalancer, Cluster): default/b has it: it is older (2026-01-01T00:00:00Z)',
    )
  }
})

test('who is left gets the address when the other goes, in the same round', () => {
  const table = new ServiceTable({ nodeName: 'n1' })
  for (const object of [a, b, ...slices]) table.set(object)
  table.update(0)
  table.delete(b)
  const { frontends } = table.update(1)
  expect(external(table)).toEqual(['external 192.0.2.1:80/TCP → 10.0.0.1:8080'])
  // The address is never away.
  expect(frontends.removed.map(({ address }) => address)).toEqual(['10.96.0.2'])
  expect(table.service('default/b')).toBeUndefined()
})

test('different ports of one address are no conflict', () => {
  const other = at('a', '10.96.0.1', young, { ports: [{ name: 'http', port: 81 }] })
  const table = new ServiceTable({ nodeName: 'n1' })
  for (const object of [other, b, ...slices]) table.set(object)
  table.update(0)
  expect(external(table)).toHaveLength(2)
  expect([...table.claims.conflicts()]).toEqual([])
})

test('nobody takes a cluster address away by an external one, however old', () => {
  const thief = service('thief', { clusterIPs: ['10.96.0.9'], externalIPs: ['10.96.0.1'] }, old)
  const table = new ServiceTable({ nodeName: 'n1', externalClusterIp: true })
  for (const object of [thief, service('web', {}, young), slice('web', ['10.0.0.1']), slice('thief', ['10.6.6.6'])])
    table.set(object)
  table.update(0)
  expect(routes(table).filter((one) => one.includes(' 10.96.0.1:80'))).toEqual([
    'external 10.96.0.1:80/TCP → 10.0.0.1:8080',
    'internal 10.96.0.1:80/TCP → 10.0.0.1:8080',
  ])
})

test('a node port goes before a pod’s host port, and says so to the pod', () => {
  const nodePort = service('web', { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }, young)
  const table = new ServiceTable({ nodeName: 'n1' })
  for (const object of [pod('p', { ports: [{ hostPort: 30080, containerPort: 80 }] }), nodePort]) table.set(object)
  table.update(0)
  expect(external(table)).toEqual(['external 0.0.0.0:30080/TCP → reject'])
  expect(explain(table, 'default/p', 0)?.frontends[0]?.lostTo).toBe('default/web has it: NodePort goes before HostPort')
})

test('an address that a service has twice is served once', () => {
  const twice = at('a', '10.96.0.1', old, { externalIPs: ['192.0.2.1'] })
  const table = new ServiceTable({ nodeName: 'n1' })
  table.set(twice)
  table.update(0)
  expect([...table.frontends()].filter((one) => one.scope === 'external').map(({ kind }) => kind)).toEqual([
    'LoadBalancer',
  ])
})

test('of two services with one health-check port one is answered for', () => {
  const local = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }
  const table = new ServiceTable({ nodeName: 'n1' })
  for (const object of [at('a', '10.96.0.1', young, local), at('b', '10.96.0.2', old, local)]) table.set(object)
  table.update(0)
  expect([...table.healthChecks()].map((one) => one.service)).toEqual(['default/b'])
  expect(explain(table, 'default/a', 0)?.problems).toEqual([
    { path: 'spec.healthCheckNodePort', message: 'default/b has it: it is older (2026-01-01T00:00:00Z)' },
  ])
})
