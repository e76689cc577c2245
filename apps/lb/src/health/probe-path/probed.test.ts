import { expect, test } from '@jest/globals'
import { parseConfig } from '../../config/load.ts'
import type { Route } from '@skep/lb-engine'
import { probedBackends } from './probed.ts'

interface Wanted {
  readonly dsr?: string
  readonly snat?: string
  readonly check?: string
  readonly frontends?: string
  readonly backend?: string
}

const eth0 = { device: 'eth0', index: 2, local: false } as const
const routes: Readonly<Record<string, Route>> = {
  '10.1.0.11': { ...eth0, source: '10.1.0.1' },
  '10.2.0.11': { ...eth0, source: '10.1.0.1', gateway: '10.1.0.254' },
  '2001:db8:1::11': { ...eth0, source: '2001:db8:1::1' },
  '192.0.2.10': { ...eth0, source: '10.0.0.1', gateway: '10.0.0.254' },
  '10.1.0.1': { device: 'lo', index: 1, local: true, source: '10.1.0.1' },
}

function probed({ dsr = 'ipip', snat = '', check = 'http: {}', frontends, backend = '10.1.0.11' }: Wanted) {
  const mode = dsr === 'snat' ? 'mode: snat' : `mode: dsr\n  dsr: { dispatch: ${dsr} }`
  const text = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  ${mode}
  snat: { ${snat} }
  services:
    - name: web
      frontends: [${frontends ?? '{ address: 192.0.2.10, port: 80 }'}]
      healthCheck: { ${check} }
      backends: [{ address: "${backend}", port: 80 }]
`
  return probedBackends(parseConfig('lb.yaml', text), (address) => routes[address] ?? new Error('no route'))
}

test('a probe goes to the service, from an own address, to the backend on the way of its packets', () => {
  expect(probed({})).toEqual([
    {
      service: 'web/ipv4',
      vip: '192.0.2.10',
      port: 80,
      protocol: 'TCP',
      backend: '10.1.0.11',
      dispatch: 'ipip',
      source: '10.1.0.1',
      outerSource: '10.1.0.1',
      device: 2,
      nextHop: '10.1.0.11',
    },
  ])
  expect(probed({ dsr: 'l2', backend: '10.2.0.11' })).toMatchObject([{ dispatch: 'l2', nextHop: '10.1.0.254' }])
  expect(probed({ snat: 'sources: [10.9.0.1]' })).toMatchObject([{ source: '10.9.0.1', outerSource: '10.9.0.1' }])
})

test('backends that admit only the prefix of tunnels see an address of it', () => {
  const dsr = 'ipip, tunnelSources: [10.255.0.0/16, "2001:db8:fffe::/64"]'
  expect(probed({ dsr })).toMatchObject([{ source: '10.1.0.1', outerSource: '10.255.0.0' }])
})

test('one family in the other: the inner source is of the family of the service', () => {
  expect(probed({ backend: '2001:db8:1::11' })).toMatchObject([
    { service: 'web/ipv6', vip: '192.0.2.10', source: '10.0.0.1', outerSource: '2001:db8:1::1' },
  ])
})

test('the frontend of the same family and port is asked, over UDP where the check is UDP', () => {
  const frontends = '{ address: "2001:db8::10", port: 80 }, { address: 192.0.2.10, port: 80, protocol: UDP }'
  expect(probed({ frontends, check: 'udp: { send: x }' })).toMatchObject([{ vip: '192.0.2.10', protocol: 'UDP' }])
})

test.each<[string, Wanted]>([
  ['source NAT', { dsr: 'snat' }],
  ['an option in the packet', { dsr: 'opt' }],
  ['a port that is no frontend’s', { check: 'http: { port: 8080 }' }],
  ['through: direct', { check: 'http: {}, through: direct' }],
  ['a script', { check: 'script: { command: [/bin/true] }' }],
  ['a backend without a route', { backend: '10.7.0.1' }],
  ['a backend that is this host', { backend: '10.1.0.1' }],
])('asked at its own address: %s', (_, wanted) => {
  expect(probed(wanted)).toEqual([])
})
