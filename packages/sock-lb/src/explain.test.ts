import { expect, test } from '@jest/globals'
import { explain, type Question } from './explain.ts'
import type { Behaviour } from './load.ts'
import { plan } from './plan.ts'
import { defaultCapacities, emptyState, type State } from './state.ts'
import type { SockFrontend } from './desired.ts'

const behaviour: Behaviour = { hostNetns: 1n, hostNamespaceOnly: true, protectBind: true }
const usual = {
  protocol: 'TCP',
  scope: 'internal',
  kind: 'ClusterIP',
  service: 'default/web',
  portName: '',
  whenEmpty: 'reject',
  port: 80,
} as const

function state(): State {
  const members = [
    { backend: 1, weight: 2 },
    { backend: 2, weight: 1 },
    { backend: 3, weight: 0 },
  ]
  const frontends: SockFrontend[] = [
    { ...usual, address: '10.96.0.1', members, affinitySeconds: 60 },
    { ...usual, address: '0.0.0.0', port: 30080, kind: 'NodePort', members, affinitySeconds: 60 },
    { ...usual, address: '10.96.0.2', service: 'default/none', members: [], whenEmpty: 'drop' },
  ]
  const backends = new Map(
    [1, 2, 3].map((id) => [id, { id, address: `10.1.0.${id}`, port: 8080, protocol: 'TCP' as const }]),
  )
  const subjects = [
    { netns: 5n, treat: 'host' },
    { cgroup: 77n, level: 2, treat: 'leave' },
  ] as const
  return plan(
    { frontends, backends, nodeAddresses: ['192.0.2.1'], subjects },
    emptyState(defaultCapacities),
    defaultCapacities,
  ).next
}

const host: Question = { address: '10.96.0.1', port: 80, protocol: 'TCP', netns: 1n }

test.each<[string, Partial<Question>, string, RegExp]>([
  ['the host', {}, 'translated', /is a frontend by its address/],
  [
    'a pod, where only the host is served',
    { netns: 9n },
    'left alone',
    /namespace 9 is a pod's.*bpf-lb-sock-hostns-only/,
  ],
  ['who is treated as the host', { netns: 5n }, 'translated', /netns 5: treated as the host/],
  ['a process in a cgroup that is left alone', { cgroups: [70n, 77n] }, 'left alone', /cgroup 77 2: left alone/],
  ['that cgroup at another level', { cgroups: [77n] }, 'translated', /by its address/],
  [
    'a NodePort at an address of the node',
    { address: '192.0.2.1', port: 30080 },
    'translated',
    /an address of this node/,
  ],
  [
    'a NodePort at a stranger’s address',
    { address: '192.0.2.2', port: 30080 },
    'not a service',
    /192\.0\.2\.2 is none of those/,
  ],
  ['the other protocol', { protocol: 'UDP' }, 'not a service', /TCP 10\.96\.0\.1 80 is one/],
  ['a service without backends', { address: '10.96.0.2' }, 'refused', /no backend: EHOSTUNREACH/],
])('%s', (_, some, verdict, line) => {
  const explained = explain({ ...host, ...some }, state(), behaviour)
  expect(explained.verdict).toBe(verdict)
  expect(explained.lines.join('\n')).toMatch(line)
})

test('the backends are shown with their shares', () => {
  const { backends, lines } = explain(host, state(), behaviour)
  expect(backends).toEqual([
    { id: 1, address: '10.1.0.1', port: 8080, slots: 2 },
    { id: 2, address: '10.1.0.2', port: 8080, slots: 1 },
  ])
  expect(lines).toContain('one backend for each network namespace, until it is silent for 60 s')
  expect(lines).toContain('1 more are draining')
})
