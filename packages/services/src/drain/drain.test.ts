import { expect, test } from '@jest/globals'
import type { Source } from '../table/inputs.ts'
import { ServiceTable, type TableState } from '../table/table.ts'
import { loadBalancer, namespace, pod, service, slice, type EndpointSpec } from '../test/build.ts'
import { routes } from '../test/view.ts'
import { drainEvents, drainProgress, lettingGo } from './progress.ts'

const timeout = { annotations: { 'service.skep.dev/drain-timeout': '30s' } }
const leaving: EndpointSpec = { address: '10.0.0.1', is: 'terminating', pod: 'p1' }

function tableOf(objects: readonly Source[], now: number, state: TableState = {}): ServiceTable {
  const table = new ServiceTable({ nodeName: 'n1' }, state)
  for (const object of objects) table.set(object)
  table.update(now)
  return table
}

function route(table: ServiceTable): string {
  return routes(table)[0]!.split(' → ')[1]!
}

test('a terminating backend keeps its connections until its endpoint is gone', () => {
  const table = tableOf([service('web'), slice('web', [leaving, '10.0.0.2'])], 0)
  expect(route(table)).toBe('(10.0.0.1:8080) 10.0.0.2:8080')
  expect(table.backend('TCP 10.0.0.1:8080')?.state).toBe('terminating')
  expect(table.nextDeadline).toBeUndefined()
  table.set(slice('web', ['10.0.0.2']))
  expect(table.update(5).backends.removed.map(({ address }) => address)).toEqual(['10.0.0.1'])
  expect(route(table)).toBe('10.0.0.2:8080')
})

test('a service may let go of it earlier: at the deadline it is gone, and does not come back', () => {
  const table = tableOf([service('web', {}, timeout), slice('web', [leaving, '10.0.0.2'])], 100)
  expect(table.nextDeadline).toBe(130)
  expect(table.update(129).backends.removed).toEqual([])
  expect(table.update(130).backends.removed.map(({ address }) => address)).toEqual(['10.0.0.1'])
  expect(table.nextDeadline).toBeUndefined()
  table.set(slice('web', [leaving, '10.0.0.2', '10.0.0.3']))
  table.update(131)
  expect(route(table)).toBe('10.0.0.2:8080 10.0.0.3:8080')
})

test('the time counts from when it was first seen terminating, also over a restart', () => {
  const objects = [service('web', {}, timeout), slice('web', [leaving, '10.0.0.2'])]
  const before = tableOf(objects, 100)
  const draining = [...before.drains].map(({ backend, since }) => [backend, since] as const)
  expect(tableOf(objects, 120, { draining }).nextDeadline).toBe(130)
  expect(route(tableOf(objects, 140, { draining }))).toBe('10.0.0.2:8080')
})

test('what drained before a restart and has ended meanwhile is forgotten: it drains anew', () => {
  const draining = [['TCP 10.0.0.1:8080', 100]] as const
  const table = tableOf([service('web', {}, timeout), slice('web', ['10.0.0.1', '10.0.0.2'])], 120, { draining })
  table.set(slice('web', [leaving, '10.0.0.2']))
  table.update(200)
  expect(table.nextDeadline).toBe(230)
  const { id } = table.backend('TCP 10.0.0.1:8080')!
  expect(lettingGo(table, table.update(229).backends.removed)).toEqual(new Set())
  expect(lettingGo(table, table.update(230).backends.removed)).toEqual(new Set([id]))
})

test('a timeout that is made shorter than the drain has lasted lets go at once; one that ends by itself is not let go', () => {
  const table = tableOf([service('web', {}, timeout), slice('web', [leaving, '10.0.0.2'])], 100)
  const { id } = table.backend('TCP 10.0.0.1:8080')!
  table.set(service('web', {}, { annotations: { 'service.skep.dev/drain-timeout': '5s' } }))
  expect(lettingGo(table, table.update(110).backends.removed)).toEqual(new Set([id]))
  const other = tableOf([service('web', {}, timeout), slice('web', [leaving, '10.0.0.2'])], 100)
  other.set(slice('web', ['10.0.0.2']))
  expect(lettingGo(other, other.update(110).backends.removed)).toEqual(new Set())
})

test('a backend that comes back from draining drains anew the next time', () => {
  const table = tableOf([service('web', {}, timeout), slice('web', [leaving, '10.0.0.2'])], 100)
  table.set(slice('web', ['10.0.0.1', '10.0.0.2']))
  table.update(110)
  table.set(slice('web', [leaving, '10.0.0.2']))
  table.update(120)
  expect(table.nextDeadline).toBe(150)
})

test('the namespace’s drain timeout is its services’, and the option’s everybody’s', () => {
  const own = namespace('default', { 'service.skep.dev/drain-timeout': '10s' })
  const objects = [service('web'), slice('web', [leaving, '10.0.0.2'])]
  expect(tableOf([...objects, own], 0).nextDeadline).toBe(10)
  const table = new ServiceTable({ nodeName: 'n1', drainTimeoutSeconds: 20 })
  for (const object of objects) table.set(object)
  table.update(0)
  expect(table.nextDeadline).toBe(20)
})

test.each(['Succeeded', 'Failed'])(
  'a pod that has ended (%s) is gone at once, though its slice still lists it',
  (phase) => {
    const table = tableOf([service('web'), slice('web', [leaving, '10.0.0.2']), pod('p1')], 0)
    expect(route(table)).toBe('(10.0.0.1:8080) 10.0.0.2:8080')
    table.set(pod('p1', { phase }))
    expect(table.update(1).backends.removed.map(({ address }) => address)).toEqual(['10.0.0.1'])
    // Another pod of that name is another endpoint.
    table.set(pod('p1', { phase, uid: 'earlier' }))
    table.update(2)
    expect(route(table)).toBe('(10.0.0.1:8080) 10.0.0.2:8080')
  },
)

test('the last ready endpoint that begins to terminate is used on, and gives way to the first that is ready', () => {
  const table = tableOf([service('web', { sessionAffinity: 'ClientIP' }), slice('web', ['10.0.0.1'])], 0)
  table.set(slice('web', [leaving]))
  table.update(1)
  expect(route(table)).toBe('10.0.0.1:8080')
  table.set(slice('web', [leaving, { address: '10.0.0.2', is: 'unready' }]))
  table.update(2)
  expect(route(table)).toBe('(10.0.0.2:8080) 10.0.0.1:8080')
  table.set(slice('web', [leaving, '10.0.0.2']))
  table.update(3)
  // Weight 0 also for clients that affinity would send there.
  expect(route(table)).toBe('(10.0.0.1:8080) 10.0.0.2:8080')
  expect([...table.frontends()][0]?.affinitySeconds).toBe(10_800)
})

test('the health-check port counts ready endpoints of this node alone, each pod once', () => {
  const spec = {
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 31000,
    clusterIPs: ['10.96.0.1', 'fd00:96::1'],
    ipFamilies: ['IPv4', 'IPv6'],
    ports: ['http', 'admin'].map((name, i) => ({ name, port: 80 + i })),
  }
  const ports = ['http', 'admin'].map((name) => ({ name, port: 8080, protocol: 'TCP' }))
  const at = (address: string, is: EndpointSpec['is'] = 'ready', node = 'n1'): EndpointSpec => ({ address, is, node })
  const count = (endpoints: EndpointSpec[], six: EndpointSpec[] = []): number | undefined => {
    const sixes = slice('web', six, { name: 'web-6', family: 'IPv6', ports })
    const table = tableOf([loadBalancer('web', spec), slice('web', endpoints, { ports }), sixes], 0)
    return [...table.healthChecks()][0]?.localEndpoints
  }
  expect(count([at('10.0.0.1'), at('10.0.0.2'), at('10.0.0.3', 'ready', 'n2')])).toBe(2)
  expect(count([at('10.0.0.1'), at('10.0.0.2', 'terminating')], [at('fd00::1'), at('fd00::2', 'terminating')])).toBe(1)
  expect(count([at('10.0.0.1', 'terminating')])).toBe(0)
  expect(count([at('10.0.0.1', 'published')])).toBe(1)
  const other = tableOf([loadBalancer('web', { ...spec, externalTrafficPolicy: 'Cluster' })], 0)
  expect([...other.healthChecks()]).toEqual([])
})

test('a service of Local traffic without a health-check port says so', () => {
  const table = tableOf([loadBalancer('web', { externalTrafficPolicy: 'Local' })], 0)
  expect(table.service('default/web')?.problems[0]?.path).toBe('spec.healthCheckNodePort')
})

test('progress and events of a drain: begun, empty, over', () => {
  const table = tableOf([service('web', {}, timeout), slice('web', ['10.0.0.1', '10.0.0.2'])], 0)
  let open = 2
  const look = (): ReturnType<typeof drainProgress> => drainProgress(table, () => open)
  const none = look()
  table.set(slice('web', [leaving, '10.0.0.2']))
  table.update(10)
  const begun = look()
  const row = { service: 'default/web', backend: 'TCP 10.0.0.1:8080' }
  expect(begun).toEqual([{ ...row, since: 10, deadline: 40, accepts: false, isOver: false, openConnections: 2 }])
  const text = (before: typeof begun, after: typeof begun, now: number): string[] =>
    drainEvents(before, after, now).map(({ reason, message }) => `${reason}: ${message}`)
  expect(text(none, begun, 10)).toEqual([
    'DrainStarted: TCP 10.0.0.1:8080 drains: 2 connections to wait for, 30 s at most',
  ])
  open = 1
  const less = look()
  expect(text(begun, less, 11)).toEqual([])
  open = 0
  expect(text(less, look(), 12)).toEqual(['Drained: TCP 10.0.0.1:8080 has no connections left'])
  table.update(40)
  expect(text(less, look(), 40)).toEqual([
    'DrainTimedOut: TCP 10.0.0.1:8080 is let go after 30 s with 1 connection: its drain timeout is over',
  ])
  expect(look()).toMatchObject([{ isOver: true }])
  expect(text(look(), [], 50)).toEqual([])
  expect(text(less, [], 20)).toEqual(['EndpointGone: TCP 10.0.0.1:8080 is gone after 10 s with 1 connection'])
})

test('a backend that goes away with connections keeps its id to itself until they are over', () => {
  const table = new ServiceTable({ nodeName: 'n1' }, { holds: ({ address }) => address === '10.0.0.1' })
  table.set(service('web'))
  table.set(slice('web', ['10.0.0.1']))
  table.update(0)
  table.set(slice('web', []))
  table.update(1)
  expect([table.ids.used, table.ids.held]).toEqual([1, 1])
  table.ids.release(1)
  expect(table.ids.used).toBe(0)
})
