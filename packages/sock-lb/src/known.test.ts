import { expect, test } from '@jest/globals'
import { knownBackends } from './known.ts'
import { plan } from './plan.ts'
import { defaultCapacities, emptyState } from './state.ts'
import type { SockBackend, SockFrontend } from './desired.ts'

const backend = (id: number, protocol: SockBackend['protocol']): SockBackend => {
  return { id, address: `10.0.0.${id}`, port: 8080, protocol }
}

const frontend = (
  protocol: SockFrontend['protocol'],
  members: readonly (readonly [number, number])[],
): SockFrontend => {
  return {
    address: '10.96.0.1',
    port: 53,
    protocol,
    scope: 'internal',
    kind: 'ClusterIP',
    service: 'default/dns',
    portName: '',
    members: members.map(([id, weight]) => ({ backend: id, weight })),
    whenEmpty: 'reject',
  }
}

test('what was desired is known from the maps: each backend once, with its protocol, draining ones too', () => {
  const backends = [backend(1, 'TCP'), backend(2, 'UDP'), backend(3, 'UDP')]
  const desired = {
    frontends: [
      frontend('TCP', [[1, 1]]),
      frontend('UDP', [
        [2, 3],
        [3, 0],
      ]),
    ],
    backends: new Map(backends.map((one) => [one.id, one])),
    nodeAddresses: [],
  }
  const { next } = plan(desired, emptyState(defaultCapacities), defaultCapacities)
  expect(knownBackends(next).toSorted((a, b) => a.id - b.id)).toEqual(backends)
  expect(knownBackends(emptyState(defaultCapacities))).toEqual([])
})
