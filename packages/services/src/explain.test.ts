import { expect, test } from '@jest/globals'
import { capacity } from './capacity.ts'
import { explain, formatExplanation } from './explain.ts'
import { IdPool } from './backends/ids.ts'
import { steps } from './plan.ts'
import type { Source } from './table/inputs.ts'
import { ServiceTable } from './table/table.ts'
import { loadBalancer, node, pod, service, slice } from './test/build.ts'

function tableOf(objects: readonly Source[], ids = new IdPool()): ServiceTable {
  const table = new ServiceTable({ nodeName: 'n1' }, { ids })
  for (const object of objects) table.set(object)
  table.update(0)
  return table
}

test('each endpoint of each frontend says by which rule it is in or out', () => {
  const endpoints = slice('web', [
    { address: '10.0.0.1', node: 'n1', zone: 'a', forZones: ['a'] },
    { address: '10.0.0.2', node: 'n2', zone: 'b', forZones: ['b'] },
    { address: '10.0.0.3', node: 'n3', zone: 'a', is: 'terminating' },
    { address: '10.0.0.4', is: 'unready', pod: 'p4' },
    { address: '10.0.0.5', is: 'terminating', pod: 'p5' },
  ])
  const spec = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000, ports: [{ name: 'http', port: 80 }] }
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2', ipMode: 'Proxy' }] } }
  const web = loadBalancer(
    'web',
    { ...spec, trafficDistribution: 'PreferSameZone' },
    { status, annotations: { 'service.cilium.io/x': '' } },
  )
  const table = tableOf([web, endpoints, node('n1', { zone: 'a' }), pod('p5', { phase: 'Failed' })])
  const lines = formatExplanation(explain(table, 'default/web', 0)!)
  expect(lines.map((line) => line.replace(/service.cilium.io\/ has.*/, '…'))).toEqual(
    [
      'default/web: Cluster: 2 → 1 by zone a; Local: 1 of 5',
      '  problem: metadata.annotations["service.cilium.io/x"]: is not known and has no effect; …',
      '  note: 192.0.2.2 has ipMode Proxy (status.loadBalancer.ingress[1]): packets to it go to the load balancer, also from here',
      '  internal 10.96.0.1:80/TCP (ClusterIP, Cluster): 2 → 1 by zone a',
      '    10.0.0.1:8080 on n1 in a: chosen: it is ready',
      '    10.0.0.2:8080 on n2 in b: left out: its hints are for other zones',
      '    10.0.0.3:8080 on n3 in a: left out: it is terminating and others are ready; connections that exist stay',
      '    10.0.0.4:8080: left out: it is not ready; connections that exist stay',
      '    10.0.0.5:8080: gone: its pod has ended',
      '  internal 192.0.2.1:80/TCP (LoadBalancer, Cluster): 2 → 1 by zone a',
      ...lines.slice(4, 9),
      '  external 192.0.2.1:80/TCP (LoadBalancer, Local): Local: 1 of 5',
      '    10.0.0.1:8080 on n1 in a: chosen: it is ready',
      '    10.0.0.2:8080 on n2 in b: left out: the traffic policy is Local and it is on another node',
      '    10.0.0.3:8080 on n3 in a: left out: the traffic policy is Local and it is on another node',
      '    10.0.0.4:8080: left out: the traffic policy is Local and it is on another node',
      '    10.0.0.5:8080: gone: its pod has ended',
    ].map((line) => line.replace('(LoadBalancer, Local): Local: ', '(LoadBalancer, Local): ')),
  )
})

test('a service that is skipped, a pod with host ports, and what does not exist', () => {
  const table = tableOf([
    service('web', { clusterIPs: ['None'] }),
    pod('p', { ports: [{ hostPort: 80, containerPort: 8080 }] }),
  ])
  expect(formatExplanation(explain(table, 'default/web', 0)!)).toEqual([
    'default/web: skipped: it is headless (clusterIP: None): DNS gives the endpoints out',
  ])
  expect(formatExplanation(explain(table, 'default/p', 0)!)).toEqual([
    'default/p: host port 80 → 8080',
    '  internal 0.0.0.0:80/TCP (HostPort): the pod itself',
    '    10.0.0.1:8080: chosen: it is ready',
    '  external 0.0.0.0:80/TCP (HostPort): the pod itself',
    '    10.0.0.1:8080: chosen: it is ready',
  ])
  expect(explain(table, 'default/nobody', 0)).toBeUndefined()
})

test('status lines tell ports and families apart where they differ', () => {
  const ports = ['http', 'admin'].map((name, i) => ({ name, port: 80 + i }))
  const status = (objects: Source[]): string | undefined => tableOf(objects).service('default/web')?.status
  expect(status([service('web', { ports }), slice('web', ['10.0.0.1'])])).toBe(
    'http/IPv4: 1 of 1; admin/IPv4: no endpoints',
  )
  expect(status([service('web'), slice('web', [{ address: '10.0.0.1', is: 'terminating' }])])).toBe(
    '1 of 1, all of them terminating',
  )
})

test('gauges warn before ids and tables are full; who finds no id says so, and gets one when one is free', () => {
  const table = tableOf([service('web'), slice('web', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'])], new IdPool(5))
  const [ids, , frontends, members] = capacity(table, { backends: 100, frontends: 1, members: 100 })
  expect(ids).toEqual({ name: 'backend-ids', used: 4, size: 5, percent: 80, warning: true, option: 'bpf-lb-map-max' })
  expect([frontends?.percent, frontends?.warning, members?.used, members?.warning]).toEqual([100, true, 4, false])
  table.set(service('more', { clusterIPs: ['10.96.0.2'] }))
  table.set(slice('more', ['10.0.1.1', '10.0.1.2']))
  table.update(1)
  expect([...table.frontends()].map((one) => one.members.length)).toEqual([4, 1])
  expect(explain(table, 'default/more', 1)?.problems).toEqual([
    { path: 'backends', message: 'some have no id: 5 of 5 are taken; raise bpf-lb-map-max' },
  ])
  table.set(slice('web', ['10.0.0.1']))
  table.update(2)
  table.update(3)
  expect([...table.frontends()].map((one) => one.members.length)).toEqual([1, 2])
  expect(table.starved.size).toBe(0)
})

test('steps put members before who has them, and take them away after', () => {
  const table = tableOf([service('web'), slice('web', ['10.0.0.1'])])
  table.set(slice('web', ['10.0.0.2']))
  expect(steps(table.update(1)).map((step) => step.do)).toEqual(['set-backend', 'set-frontend', 'remove-backend'])
  table.delete(service('web'))
  expect(steps(table.update(2)).map((step) => step.do)).toEqual(['remove-frontend', 'remove-backend'])
})
