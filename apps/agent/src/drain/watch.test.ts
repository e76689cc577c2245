import { afterEach, expect, jest, test } from '@jest/globals'
import { endpointSlices, type Kind, type KubeObject, parseObject, services } from '@skep/kube'
import { type DrainEvent, ServiceTable } from '@skep/services'
import { DrainWatch } from './watch.ts'

afterEach(() => {
  jest.useRealTimers()
})

function read<T extends KubeObject>(kind: Kind<T>, value: unknown): T {
  const parsed = parseObject(kind, value)
  if ('refusal' in parsed) throw new Error(parsed.refusal.faults[0]?.message)
  return parsed.object
}

/** A service of two endpoints, the first of which terminates or not. */
function tableWith(terminating: boolean, table: ServiceTable = new ServiceTable({ nodeName: 'n1' })): ServiceTable {
  const metadata = { namespace: 'default', name: 'web' }
  table.set(read(services, { metadata, spec: { clusterIPs: ['10.96.0.1'], ports: [{ port: 80 }] } }))
  const leaving = { addresses: ['10.0.0.1'], conditions: { ready: !terminating, serving: true, terminating } }
  const labels = { 'kubernetes.io/service-name': 'web' }
  const endpoints = [leaving, { addresses: ['10.0.0.2'] }]
  const slice = { metadata: { ...metadata, labels }, addressType: 'IPv4', ports: [{ port: 80 }], endpoints }
  table.set(read(endpointSlices, slice))
  table.update(Date.now() / 1000)
  return table
}

test('connections are counted again while there is something that drains, and only then', () => {
  jest.useFakeTimers()
  const told: DrainEvent[] = []
  let [open, counted] = [2, 0]
  const table = tableWith(true)
  const count = (ids: ReadonlySet<number>) => {
    counted++
    return new Map([...ids].map((id) => [id, open]))
  }
  using watch = new DrainWatch({ table, count, tell: (event) => void told.push(event), everyMs: 1000 })
  watch.look()
  expect(watch.progress).toMatchObject([{ backend: 'TCP 10.0.0.1:80', openConnections: 2 }])
  open = 0
  jest.advanceTimersByTime(1000)
  expect(told.map(({ reason }) => reason)).toEqual(['DrainStarted', 'Drained'])
  tableWith(false, table)
  jest.advanceTimersByTime(1000)
  expect([watch.progress, counted]).toEqual([[], 2])
  jest.advanceTimersByTime(10_000)
  expect(counted).toBe(2)
})

test('a kernel that does not list its sockets is said, and nothing ends by it', () => {
  const count = () => {
    throw new Error('no udp_diag')
  }
  using watch = new DrainWatch({ table: tableWith(true), count, tell: () => undefined })
  watch.look()
  expect(watch.progress).toMatchObject([{ openConnections: 0 }])
  expect(watch.trouble).toBe('connections of backends that drain cannot be counted: no udp_diag')
})
