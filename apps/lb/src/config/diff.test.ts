import { expect, test } from '@jest/globals'
import { diffConfigs } from './diff.ts'
import { parseConfig } from './load.ts'

const text = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends: [{ address: 10.1.0.11, port: 8080 }, { address: 10.1.0.12, port: 8080 }]
    - name: dns
      frontends: [{ address: 192.0.2.10, port: 53, protocol: UDP }]
      backends: [{ address: 10.1.0.21, port: 53 }]
`

function diff(change: (text: string) => string): string[] {
  return diffConfigs(parseConfig('a', text), parseConfig('b', change(text)))
}

test('nothing differs but the order', () => {
  expect(diff((text) => text)).toEqual([])
  expect(diff((text) => text.replace(/(\{ address: 10.1.0.11, port: 8080 \}), (\{.*?\})\]/, '$2, $1]'))).toEqual([])
})

test('services, frontends, backends, weights and settings', () => {
  const change = (text: string) =>
    text
      .replace('[eth0]', '[eth0, eth1]\n  capacity: { connections: 2048 }')
      .replace('10.1.0.12, port: 8080', '10.1.0.13, port: 8080, weight: 3')
      .replace('10.1.0.11, port: 8080', '10.1.0.11, port: 8080, weight: 0, drainingSince: 2030-01-31T14:00:00+02:00')
      .replace('name: dns', 'name: names')
  expect(diff(change)).toEqual([
    '~ devices: eth0 → eth0, eth1',
    '~ capacity.connections: 262144 → 2048',
    '- service dns',
    '~ service web',
    '  - backend 10.1.0.12:8080',
    '  ~ weight of backend 10.1.0.11:8080: 1 → 0',
    '  ~ drainingSince of backend 10.1.0.11:8080: none → 2030-01-31T12:00:00Z',
    '  + backend 10.1.0.13:8080 weight 3',
    '+ service names: 192.0.2.10:53/UDP, 1 backends',
  ])
})

test('a health check that comes, and one that changes', () => {
  const withCheck = (check: string) => text.replace('      backends', `      healthCheck: ${check}\n      backends`)
  expect(diff(() => withCheck('{ tcp: {} }'))[1]).toMatch(/^ {2}~ healthCheck: none → .*"rise":2/)
  const [a, b] = ['{ tcp: {} }', '{ tcp: {}, rise: 3 }'].map((check) => parseConfig('a', withCheck(check)))
  expect(diffConfigs(a!, a!)).toEqual([])
  expect(diffConfigs(a!, b!)[1]).toMatch(/"rise":2.* → .*"rise":3/)
})

test('a state, and a drain time', () => {
  const change = (text: string) =>
    text
      .replace('10.1.0.11, port: 8080', '10.1.0.11, port: 8080, state: maintenance')
      .replace('      backends', '      drain: { timeoutSeconds: 30 }\n      backends')
  expect(diff(change)).toEqual([
    '~ service web',
    '  ~ drain: none → 30 s',
    '  ~ state of backend 10.1.0.11:8080: active → maintenance',
  ])
})
