import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import { ConfigError, formatProblem } from '@skep/config-file'
import { announceDevicesExist } from './rules.ts'

function text(groups: string): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  announce: { vrrp: ${groups} }
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }, { address: "2001:db8::10", port: 80 }]
      backends: [{ address: 10.1.0.11, port: 80 }, { address: "2001:db8:1::11", port: 80 }]
`
}

function problems(groups: string): string[] {
  try {
    parseConfig('lb.yaml', text(groups))
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(formatProblem).map((line) => line.replace(/^lb\.yaml:\d+:\d+: spec\.announce\.vrrp/, ''))
  }
}

test('what is left out has the defaults of keepalived', () => {
  const { announce } = parseConfig('lb.yaml', text('[{ id: 51, device: eth0 }]'))
  expect(announce?.vrrp[0]).toEqual({
    id: 51,
    device: 'eth0',
    priority: 100,
    advertisementSeconds: 1,
    preempt: true,
    preemptDelaySeconds: 0,
    peers: [],
    sources: [],
    services: 'all',
    checksum: 'pseudo-header',
    track: { decrement: 10 },
    garp: { repeat: 5, delaySeconds: 5, refreshSeconds: 0, refreshRepeat: 1 },
  })
  expect(parseConfig('lb.yaml', text('[]')).announce?.vrrp).toEqual([])
})

test.each([
  ['[{ id: 0, device: eth0 }]', '[0].id: 0 is not a virtual router id; write a whole number from 1 to 255'],
  ['[{ id: 51 }]', '[0].device: is missing; write one, like eth0'],
  ['[{ id: 51, device: "eth*" }]', '[0].device: "eth*" is not the name of a device; write one, like eth0'],
  ['[{ id: 51, device: eth0, priority: 0 }]', '[0].priority: 0 is not a priority; write a whole number from 1 to 255'],
  [
    '[{ id: 51, device: eth0, advertisementSeconds: 0.015 }]',
    '[0].advertisementSeconds: 0.015 is not an interval of advertisements; write seconds from 0.01 to 40.95, in hundredths',
  ],
  ['[{ id: 51, device: eth0, preempt: maybe }]', '[0].preempt: "maybe" is not yes or no; write true or false'],
  ['[{ id: 51, device: eth0, priorty: 150 }]', '[0].priorty: unknown key; did you mean "priority"?'],
  [
    '[{ id: 51, device: eth0, services: web }]',
    '[0].services: "web" is not a choice of services; write all, or their names in brackets: [web, dns]',
  ],
  ['[{ id: 51, device: eth0, services: [wen] }]', '[0].services[0]: "wen": no such service; did you mean "web"?'],
  [
    '[{ id: 51, device: eth0 }, { id: 51, device: eth0 }]',
    '[1].id: 51 is the id of spec.announce.vrrp[0] on eth0 too; give one another id',
  ],
  [
    '[{ id: 51, device: eth0, peers: [10.0.0.2] }]',
    '[0].peers: none is an IPv6 address, but 2001:db8::10 is announced; the peers of each family elect an owner by themselves: add the IPv6 addresses of the same load balancers',
  ],
  [
    '[{ id: 51, device: eth0, sources: [10.0.0.1, 10.0.0.2] }]',
    '[0].sources[1]: "10.0.0.2": "10.0.0.1" is the IPv4 source already; write at most one of each family',
  ],
  [
    '[{ id: 51, device: eth0, garp: { repeat: 0 } }]',
    '[0].garp.repeat: 0 is not a number of announcements; write a whole number from 1 to 100',
  ],
])('%s is refused', (groups, message) => {
  expect(problems(groups)).toEqual([message])
})

test('the same number on two devices is two groups', () => {
  expect(problems('[{ id: 51, device: eth0 }, { id: 51, device: eth1 }]')).toEqual([])
})

test('a device that this machine does not have is named', () => {
  const document = { spec: { announce: { vrrp: [{ device: 'eth0' }, { device: 'eht1' }] } } }
  expect(announceDevicesExist(['eth0', 'eth1'])(document)).toEqual([
    { path: ['spec', 'announce', 'vrrp', 1, 'device'], message: '"eht1": no such device; did you mean "eth1"?' },
  ])
  expect(announceDevicesExist([])({ spec: { announce: 'x' } })).toEqual([])
})
