import { describe, expect, test } from '@jest/globals'
import { parseConfig } from './load.ts'
import { wayOf } from './modes.ts'

/** A configuration with lines of `spec` and of its one service. */
function text(spec: string, service: string): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  ${spec}
  services:
    - name: web
      ${service}
`
}

const frontend = 'frontends: [{ address: 192.0.2.10, port: 80 }]'
const backend = 'backends: [{ address: 10.1.0.11, port: 80 }]'

test.each([
  ['', '', 'snat'],
  ['mode: dsr', '', 'ipip'],
  ['{ mode: dsr, dsr: { dispatch: l2 } }', '', 'l2'],
  ['{ mode: dsr, dsr: { dispatch: l2 } }', 'dsr: { dispatch: opt }', 'opt'],
  ['mode: dsr', 'mode: snat', 'snat'],
  ['{ mode: snat, dsr: { dispatch: opt } }', 'mode: dsr', 'opt'],
  ['', 'dsr: { dispatch: l2 }', 'l2'],
])('spec %s, service %s: %s', (spec, service, way) => {
  const lines = spec
    .replaceAll(/^{ | }$/g, '')
    .replace('r, dsr:', 'r\n  dsr:')
    .replace('t, dsr:', 't\n  dsr:')
  const config = parseConfig('lb.yaml', text(lines, `${frontend}\n      ${service}\n      ${backend}`))
  expect(wayOf(config, config.services[0]!)).toBe(way)
})

describe('refused, with what would be right:', () => {
  test.each([
    [
      'another port by ipip',
      'mode: dsr',
      `${frontend}\n      backends: [{ address: 10.1.0.11, port: 8080 }]`,
      'backends[0].port: 8080 is not the port of the frontend 192.0.2.10:80/TCP, and ipip carries the packet as the client sent it; write 80, or use snat or opt',
    ],
    [
      'another family by l2',
      'mode: dsr\n  dsr: { dispatch: l2 }',
      `${frontend}\n      backends: [{ address: "2001:db8::11", port: 80 }]`,
      'is an IPv6 backend, but the service has no IPv6 frontend; only ipip carries one family inside the other',
    ],
    [
      'a port behind every port',
      '',
      `frontends: [{ address: 192.0.2.10, port: 0 }]\n      ${backend}`,
      'backends[0].port: 10.1.0.11:80 has a port, but the frontend takes any and the backend gets the one that was asked for; write 0',
    ],
    [
      'every port beside one',
      '',
      'frontends: [{ address: 192.0.2.10, port: 0 }, { address: 192.0.2.11, port: 80 }]\n      backends: [{ address: 10.1.0.11, port: 0 }]',
      'frontends[1].port: 80 stands beside a frontend with port 0',
    ],
    [
      'random choice for clients that shall stay',
      '',
      `algorithm: random\n      sessionAffinity: { clientIP: {} }\n      ${frontend}\n      ${backend}`,
      'algorithm: "random" cannot keep a client at one backend; write maglev',
    ],
    ['QUIC over TCP', '', `quic: true\n      ${frontend}\n      ${backend}`, 'quic: true is about UDP'],
    [
      'a ring of an odd size',
      '',
      `ringSize: 1000\n      ${frontend}\n      ${backend}`,
      'ringSize: 1000 is not a power of two; write 1024',
    ],
    [
      'a dispatch for source NAT',
      '',
      `mode: snat\n      dsr: { dispatch: l2 }\n      ${frontend}\n      ${backend}`,
      'dsr: {"dispatch":"l2"} is for mode dsr, and the service says snat',
    ],
    [
      'two prefixes of a family',
      'dsr: { tunnelSources: [10.255.0.0/16, 10.254.0.0/16] }',
      `${frontend}\n      ${backend}`,
      'dsr.tunnelSources[1]: "10.254.0.0/16" is a second prefix for IPv4',
    ],
    [
      'a prefix with host bits',
      'dsr: { tunnelSources: [10.255.0.1/16] }',
      `${frontend}\n      ${backend}`,
      'dsr.tunnelSources[0]: "10.255.0.1/16" has bits behind its prefix; write 10.255.0.0/16',
    ],
  ])('%s', (_, spec, service, message) => {
    expect(() => parseConfig('lb.yaml', text(spec, service))).toThrow(message)
  })
})

test('by ipip an IPv4 service may have IPv6 backends', () => {
  const service = `${frontend}\n      backends: [{ address: "2001:db8::11", port: 80 }]`
  expect(parseConfig('lb.yaml', text('mode: dsr', service)).services).toHaveLength(1)
})
