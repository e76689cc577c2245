import { expect, test } from '@jest/globals'
import type { Backend, Frontend } from '@skep/services'
import { plan } from './plan.ts'
import { defaultCapacities, emptyState } from './state.ts'

test('what @skep/services compiles is what sockets are told, as it is', () => {
  const backend: Backend = { id: 7, address: '10.1.0.7', port: 8080, protocol: 'TCP', state: 'active' }
  const frontend: Frontend = {
    address: '10.96.0.1',
    port: 80,
    protocol: 'TCP',
    scope: 'internal',
    kind: 'ClusterIP',
    service: 'default/web',
    portName: 'http',
    members: [{ backend: 7, weight: 1 }],
    whenEmpty: 'reject',
    algorithm: 'maglev',
    forwarding: 'snat',
    leftOut: [],
  }
  const desired = { frontends: [frontend], backends: new Map([[7, backend]]), nodeAddresses: [] }
  const { frontends, backends, problems } = plan(desired, emptyState(defaultCapacities), defaultCapacities)
  expect(problems).toEqual([])
  expect([...frontends.keys()]).toEqual(['TCP 10.96.0.1 80'])
  expect([...backends]).toEqual([[7, { address: '10.1.0.7', port: 8080 }]])
})
