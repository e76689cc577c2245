import { expect, test } from '@jest/globals'
import type { Backend, Frontend } from '@skep/services'
import { outsideDesired, ownPods } from './desired.ts'

const backend = (id: number, address: string, nodeName: string): Backend => {
  return { id, address, port: 80, protocol: 'TCP', nodeName, state: 'active' }
}
const backends = [backend(1, '10.0.1.2', 'here'), backend(2, '10.0.2.2', 'there'), backend(3, '172.30.0.12', 'there')]

const frontend = (members: readonly number[], more: Partial<Frontend> = {}): Frontend => ({
  address: '0.0.0.0',
  port: 30_080,
  protocol: 'TCP',
  scope: 'external',
  kind: 'NodePort',
  service: 'default/web',
  portName: '',
  members: members.map((id) => ({ backend: id, weight: 1 })),
  leftOut: [],
  whenEmpty: 'drop',
  algorithm: 'maglev',
  forwarding: 'snat',
  ...more,
})

const desired = (frontends: readonly Frontend[]) =>
  outsideDesired({
    frontends,
    backends,
    gone: [],
    addresses: ['127.0.0.1', '172.30.0.11'],
    cluster: ['172.30.0.11', '172.30.0.12'],
    natPorts: { from: 49_152, to: 65_535 },
    ringSize: undefined,
  })

test('a NodePort is at the node’s addresses, but not at loopback', () => {
  const { services, hostAddresses } = desired([frontend([1, 2])])
  expect(hostAddresses).toEqual(['172.30.0.11'])
  expect(services.map(({ frontends }) => frontends.map(({ address, port }) => `${address}:${port}`))).toEqual([
    ['172.30.0.11:30080'],
  ])
})

test.each([
  ['all others', [1, 2], {}, 'snat'],
  ['DSR', [2], { forwarding: 'dsr' }, 'dsr-option'],
  ['externalTrafficPolicy: Local', [1], { keepsClient: true }, 'dsr-option'],
  ['DSR to a node itself', [2, 3], { forwarding: 'dsr' }, 'snat'],
])('%s: how packets reach the backends', (_, members, more, mode) => {
  expect(desired([frontend(members, more as Partial<Frontend>)]).services.map((one) => one.mode)).toEqual([mode])
})

test('own pods are this node’s, without the node itself', () => {
  expect(ownPods(backends, 'here', ['172.30.0.11'])).toEqual(['10.0.1.2'])
  expect(ownPods(backends, 'there', ['172.30.0.12'])).toEqual(['10.0.2.2'])
})
