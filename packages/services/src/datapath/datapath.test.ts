import { expect, test } from '@jest/globals'
import { checkDesired } from '@skep/lb-maps'
import { defaultCapacities, emptyState, plan, type SockDesired } from '@skep/sock-lb'
import * as fc from 'fast-check'
import type { Backend } from '../model/backend.ts'
import type { Source } from '../table/inputs.ts'
import { ServiceTable } from '../table/table.ts'
import { loadBalancer, node, slice } from '../test/build.ts'
import { happening } from '../test/world.ts'
import { forLoadBalancer, type ForLoadBalancer, type LoadBalancerFacts } from './load-balancer.ts'
import { forSockets } from './sockets.ts'

const facts: LoadBalancerFacts = { nodeAddresses: ['172.16.0.1', 'fd00::1'], sourceTowards: () => '172.16.0.100' }

function tableOf(objects: readonly Source[]): ServiceTable {
  const table = new ServiceTable({ nodeName: 'n1' })
  for (const object of objects) table.set(object)
  table.update(0)
  return table
}

function convert(table: ServiceTable, more: Partial<LoadBalancerFacts> = {}): ForLoadBalancer {
  const byId = new Map([...table.backends()].map((one) => [one.id, one]))
  return forLoadBalancer(table.frontends(), (id) => byId.get(id), { ...facts, ...more })
}

const web = loadBalancer('web')
const two = slice('web', ['10.0.0.1', { address: '10.0.0.2', is: 'terminating' }])

test('external frontends become services of the load balancer; node ports one at each own address', () => {
  const { desired, deviations } = convert(tableOf([web, two]))
  expect(deviations).toEqual([])
  expect(checkDesired(desired)).toEqual([])
  const backends = [
    { address: '10.0.0.1', port: 8080, weight: 1 },
    { address: '10.0.0.2', port: 8080, weight: 0 },
  ]
  const common = { name: 'default/web', mode: 'snat', algorithm: 'maglev', backends }
  expect(desired.services).toEqual([
    { ...common, frontends: [{ address: '172.16.0.1', port: 30080, protocol: 'TCP' }] },
    { ...common, frontends: [{ address: '192.0.2.1', port: 80, protocol: 'TCP' }] },
  ])
  expect([...desired.sources]).toEqual([
    ['10.0.0.1', '172.16.0.100'],
    ['10.0.0.2', '172.16.0.100'],
  ])
})

test('an exact address goes before any address', () => {
  const status = { loadBalancer: { ingress: [{ ip: '172.16.0.1' }] } }
  const exact = loadBalancer('exact', { clusterIPs: ['10.96.0.2'], ports: [{ name: 'http', port: 30080 }] }, { status })
  const { desired, deviations } = convert(tableOf([web, two, exact]))
  expect(checkDesired(desired)).toEqual([])
  expect(desired.services.map(({ name, frontends }) => `${name} ${frontends[0]?.address}`)).toEqual([
    'default/exact 172.16.0.1',
    'default/web 192.0.2.1',
  ])
  expect(deviations).toEqual([
    {
      frontend: 'external 172.16.0.1:30080/TCP',
      service: 'default/web',
      message: 'another frontend has exactly this address and port',
    },
  ])
})

test('DSR by option, and by tunnel where the ports are the same', () => {
  const annotations = { 'service.cilium.io/forwarding-mode': 'dsr', 'service.cilium.io/type': 'LoadBalancer' }
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }
  const dsr = tableOf([loadBalancer('web', {}, { annotations, status }), two])
  expect(convert(dsr).desired.services[0]?.mode).toBe('dsr-option')
  expect(convert(dsr).desired.sources.size).toBe(0)
  const tunnel = convert(dsr, { dsr: 'dsr-ipip' })
  expect(tunnel.desired.services[0]?.mode).toBe('snat')
  expect(tunnel.deviations[0]?.message).toBe('dsr-ipip cannot change the port to 8080: packets are translated (snat)')
  const same = slice('web', ['10.0.0.1'], { ports: [{ name: 'http', port: 80 }] })
  const fits = convert(tableOf([loadBalancer('web', {}, { annotations, status }), same]), { dsr: 'dsr-l2' })
  expect([fits.desired.services[0]?.mode, fits.deviations]).toEqual(['dsr-l2', []])
})

test('what the datapath cannot do is said: SCTP, long affinity, affinity at random, an address for replies', () => {
  const annotations = { 'service.cilium.io/lb-algorithm': 'random' }
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }
  const ports = ['TCP', 'SCTP'].map((protocol) => ({ name: protocol, port: 80, protocol }))
  const affine = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_400 } }, ports }
  const { desired, deviations } = convert(tableOf([loadBalancer('web', affine, { annotations, status })]))
  expect(checkDesired(desired)).toEqual([])
  expect(desired.services).toMatchObject([{ algorithm: 'maglev', sessionAffinity: { timeoutSeconds: 32_767 } }])
  expect(deviations.map(({ message }) => message)).toEqual([
    'SCTP is not served at the devices',
    'affinity lasts 32767 s, not 86400 s: the datapath can keep no longer time',
    'affinity needs maglev, which is used in place of random',
  ])
  const own = convert(tableOf([web, two]), { sourceTowards: () => '172.16.0.1' })
  expect(own.desired.services).toHaveLength(1)
  expect(own.deviations[0]?.message).toBe('replies to translated packets come to 172.16.0.1, also at this port')
  const natPorts = { min: 32_768, max: 65_535 }
  const apart = convert(tableOf([web, two]), { sourceTowards: () => '172.16.0.1', natPorts })
  expect([apart.desired.services.length, apart.deviations, checkDesired(apart.desired)]).toEqual([2, [], []])
})

test('a backend that is gone has its connections given to others at once', () => {
  const table = tableOf([web, slice('web', ['10.0.0.1', '10.0.0.2'])])
  table.set(slice('web', ['10.0.0.1']))
  const gone = table.update(1).backends.removed
  const { desired } = convert(table, { gone })
  expect(checkDesired(desired)).toEqual([])
  expect(desired.services[0]?.backends.at(-1)).toEqual({ address: '10.0.0.2', port: 8080, weight: 0, state: 'gone' })
})

test('of more backends than can be those that drain are left out first', () => {
  const many = slice('web', [{ address: '10.0.0.1', is: 'terminating' }, '10.0.0.2', '10.0.0.3'])
  const { desired, deviations } = convert(tableOf([web, many]), { mostBackends: 2 })
  expect(desired.services[0]?.backends.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.0.3'])
  expect(deviations[0]?.message).toBe('2 of its 3 backends are used: more cannot be')
})

test('weights are shares of a ring', () => {
  const weighted = (name: string, address: string, weight: string): Source =>
    slice('web', [address], { name, annotations: { 'service.cilium.io/weight': weight } })
  const all = [weighted('a', '10.0.0.1', '1000'), weighted('b', '10.0.0.2', '500'), weighted('c', '10.0.0.3', '1')]
  const { desired } = convert(tableOf([web, ...all, weighted('d', '10.0.0.4', '0')]))
  expect(desired.services[0]?.backends.map(({ weight }) => weight)).toEqual([255, 128, 1, 0])
})

test('whatever the cluster is like, the load balancer takes what it is given', () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 40 }),
      fc.constantFrom('dsr-ipip' as const, 'dsr-option' as const),
      (all, dsr) => {
        const table = new ServiceTable({ nodeName: 'n1', forwarding: 'hybrid', externalClusterIp: true })
        let gone: readonly Backend[] = []
        for (const [i, { object, isDeleted }] of all.entries()) {
          if (isDeleted) table.delete(object)
          else table.set(object)
          if (i % 3 === 0) gone = table.update(i).backends.removed
        }
        gone = [...gone, ...table.update(all.length).backends.removed]
        const ports = [{}, { natPorts: { min: 30_081, max: 65_535 } }]
        for (const sourceTowards of [facts.sourceTowards, () => '172.16.0.1', () => undefined])
          for (const natPorts of ports)
            expect(checkDesired(convert(table, { gone, dsr, sourceTowards, ...natPorts }).desired)).toEqual([])
      },
    ),
  )
})

test('sockets keep a backend that topology leaves out, and lose one whose endpoint is gone', () => {
  const zoned = (zones: readonly string[]): Source =>
    slice(
      'web',
      zones.map((zone, i) => ({ address: `10.0.0.${i + 1}`, forZones: [zone] })),
    )
  const table = tableOf([web, zoned(['a', 'b'])])
  const capacities = defaultCapacities
  const before = plan(sockDesired(table), emptyState(capacities), capacities)
  expect(before.problems).toEqual([])
  table.set(node('n1', { zone: 'a' }))
  table.update(1)
  const filtered = plan(sockDesired(table), before.next, capacities)
  expect([filtered.services.size > 0, filtered.endsSockets]).toEqual([true, false])
  table.set(zoned(['a']))
  table.update(2)
  expect(plan(sockDesired(table), filtered.next, capacities).endsSockets).toBe(true)
})

function sockDesired(table: ServiceTable): SockDesired {
  return { ...forSockets(table.frontends(), table.backendsById), nodeAddresses: ['172.16.0.1', '127.0.0.1'] }
}

test('whatever the cluster is like, the table at the socket takes what it is given', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (all) => {
      const table = new ServiceTable({ nodeName: 'n1' })
      for (const { object, isDeleted } of all) {
        if (isDeleted) table.delete(object)
        else table.set(object)
      }
      table.update(0)
      expect(plan(sockDesired(table), emptyState(defaultCapacities), defaultCapacities).problems).toEqual([])
    }),
  )
})
