import { describe, expect, test } from '@jest/globals'
import { refusal, valid } from '../../test/config.ts'
import { loadConfig } from './load.ts'

describe('refused, with line, path, value and what would be right:', () => {
  test.each([
    [
      'unknown key',
      /port: 80/,
      'prot: 80',
      'lb.yaml:9:11: spec.services[0].frontends[0].prot: unknown key; did you mean "port"?',
    ],
    [
      'unknown key, other case',
      /devices/,
      'Devices',
      'lb.yaml:4:3: spec.Devices: unknown key; did you mean "devices"?',
    ],
    [
      'unknown key far from all',
      /devices: \[eth0\]/,
      'devices: [eth0]\n  zzz: 1',
      'lb.yaml:5:3: spec.zzz: unknown key; known are: devices, mode, dsr, acceleration, snat, neighbors, capacity, hashKey, announce, bgp, metrics, services',
    ],
    [
      'bad address',
      /10\.1\.0\.11/,
      '10.1.0.300',
      'lb.yaml:11:22: spec.services[0].backends[0].address: "10.1.0.300" is not an IP address: 300 is over 255',
    ],
    [
      'a name as address',
      /10\.1\.0\.11/,
      'backend-1',
      'lb.yaml:11:22: spec.services[0].backends[0].address: "backend-1" is not an IP address: a name is not looked up here',
    ],
    [
      'an address that YAML reads as a number',
      /10\.1\.0\.11/,
      '10.1',
      'lb.yaml:11:22: spec.services[0].backends[0].address: 10.1 is not an IP address; write one like 10.0.0.1 or "2001:db8::1"',
    ],
    [
      'port 65536',
      /port: 80\n/,
      'port: 65536\n',
      'lb.yaml:9:17: spec.services[0].frontends[0].port: 65536 is not a port',
    ],
    [
      'a port in quotes',
      /port: 80\n/,
      'port: "80"\n',
      'lb.yaml:9:17: spec.services[0].frontends[0].port: "80" is not a port',
    ],
    [
      'no port',
      / {10}port: 80\n/,
      '',
      'lb.yaml:8:11: spec.services[0].frontends[0].port: is missing; write a whole number from 1 to 65535, or 0 for every port',
    ],
    [
      'weight −1',
      /weight: 2/,
      'weight: -1',
      'lb.yaml:12:53: spec.services[0].backends[1].weight: -1 is not a weight; write a whole number from 0 to 255',
    ],
    [
      'a state that is none',
      /weight: 2/,
      'state: terminated',
      'lb.yaml:12:52: spec.services[0].backends[1].state: "terminated" is not known; did you mean "terminating"?',
    ],
    [
      'a time without a zone',
      /weight: 2/,
      'addedAt: "2030-01-31T12:00:00"',
      'spec.services[0].backends[1].addedAt: "2030-01-31T12:00:00" is not a time; write one like 2030-01-31T12:00:00Z',
    ],
    [
      'a time that no calendar has',
      /weight: 2/,
      'drainingSince: 2030-13-31T12:00:00Z',
      'spec.services[0].backends[1].drainingSince: "2030-13-31T12:00:00Z" is not a time',
    ],
    [
      'a drain time of more than a week',
      /( {6})backends:/,
      '$1drain: { timeoutSeconds: 604801 }\n$1backends:',
      'spec.services[0].drain.timeoutSeconds: 604801 is not a number of seconds; write a whole number from 0 to 604800',
    ],
    [
      'weight 256',
      /weight: 2/,
      'weight: 256',
      'lb.yaml:12:53: spec.services[0].backends[1].weight: 256 is not a weight',
    ],
    [
      'v6 backend of a v4 frontend',
      /10\.1\.0\.11/,
      '"2001:db8:1::11"',
      'lb.yaml:11:22: spec.services[0].backends[0].address: "2001:db8:1::11" is an IPv6 backend, but the service has no IPv6 frontend; only ipip carries one family inside the other, so add one or take this out',
    ],
    [
      'v6 frontend of v4 backends',
      /192\.0\.2\.10/,
      '2001:db8::10',
      'lb.yaml:8:20: spec.services[0].frontends[0].address: "2001:db8::10" is an IPv6 frontend, but the service has no IPv6 backend',
    ],
    [
      'duplicate backend',
      /10\.1\.0\.12/,
      '10.1.0.11',
      'lb.yaml:12:11: spec.services[0].backends[1]: 10.1.0.11:8080 is already a backend at spec.services[0].backends[0]; give one of them the higher weight',
    ],
    [
      'duplicate frontend',
      / {6}backends:/,
      '        - { address: 192.0.2.10, port: 80, protocol: TCP }\n      backends:',
      'lb.yaml:10:11: spec.services[0].frontends[1]: 192.0.2.10:80/TCP is already a frontend at spec.services[0].frontends[0]; take one of them out',
    ],
    [
      'a backend that is a frontend',
      /10\.1\.0\.11/,
      '192.0.2.10',
      'lb.yaml:11:22: spec.services[0].backends[0].address: "192.0.2.10" is the address of the frontend at spec.services[0].frontends[0]; a backend needs an address of its own',
    ],
    ['a loopback address', /10\.1\.0\.11/, '127.0.0.1', 'is a loopback address, which never leaves the host'],
    ['a multicast address', /192\.0\.2\.10/, '224.0.0.5', '"224.0.0.5" is a multicast address'],
    ['a link-local address', /192\.0\.2\.10/, 'fe80::1', '"fe80::1" is link-local'],
    [
      'an unknown algorithm',
      /name: web/,
      'name: web\n      algorithm: maglef',
      'lb.yaml:7:18: spec.services[0].algorithm: "maglef" is not known; did you mean "maglev"?',
    ],
    ['another kind', /LoadBalancer/, 'Service', 'lb.yaml:2:7: kind: "Service" is not known; known are: LoadBalancer'],
    ['a bad name', /name: web/, 'name: Web 1', 'lb.yaml:6:13: spec.services[0].name: "Web 1" is not a name'],
    ['a bad device', /\[eth0\]/, '[eth0, eth/1]', 'lb.yaml:4:19: spec.devices[1]: "eth/1" is not a device'],
    [
      'a backwards range',
      /devices/,
      'snat: { portRange: 300-200 }\n  devices',
      'lb.yaml:4:22: spec.snat.portRange: "300-200" leaves the usable ports',
    ],
    ['a narrow range', /devices/, 'snat: { portRange: 2000-2010 }\n  devices', '"2000-2010" has too few ports'],
    [
      'a short hash key',
      /devices/,
      'hashKey: abc\n  devices',
      'lb.yaml:4:12: spec.hashKey: "abc" is not a hash key; write 32 hex digits',
    ],
    ['no services', /services:[^]*/, '\n', 'lb.yaml:4:3: spec.services: is missing; write [ … ]'],
    [
      'services that are no list',
      /services:[^]*/,
      'services: 7\n',
      'lb.yaml:5:13: spec.services: 7 is not a list of services',
    ],
    [
      'a capacity that is too small',
      /devices/,
      'capacity: { backends: 1 }\n  devices',
      'lb.yaml:4:25: spec.capacity.backends: 1 is too small for the 2 backends',
    ],
    [
      'more records for a service than there are',
      /( +)backends:/,
      '$1records: 300000\n$1backends:',
      'spec.services[0].records: 300000 are more than the 262144 of spec.capacity.records, which all services share; raise that',
    ],
    [
      'a key that stands twice',
      /port: 80\n/,
      'port: 80\n          port: 81\n',
      'lb.yaml:10:11: Map keys must be unique',
    ],
    [
      'no YAML',
      /devices: \[eth0\]/,
      'devices: [eth0',
      'lb.yaml:5:3: Flow sequence in block collection must be sufficiently indented',
    ],
    [
      'an alias of nothing',
      /web/,
      '*web',
      'lb.yaml:6:13: Unresolved alias (the anchor must be set before the alias): web',
    ],
    ['two documents', /$/, '---\nkind: x\n', 'a second document begins here'],
    ['nothing', /[^]*/, '', 'lb.yaml:1:1: the file is empty; start with apiVersion: skep.dev/v1'],
    [
      'a text that is no mapping',
      /[^]*/,
      'hello',
      'lb.yaml:1:1: this is only "hello", and a configuration is a mapping; start with apiVersion: skep.dev/v1, kind: LoadBalancer',
    ],
    ['a list', /[^]*/, '- name: web', 'lb.yaml:1:1: this is a list, and a configuration is a mapping'],
    ['no name', /- name: web/, '- algorithm: maglev', 'spec.services[0].name: is missing; write up to 63 of'],
    ['no kind', /kind: LoadBalancer\n/, '', 'lb.yaml:1:1: kind: is missing; write LoadBalancer'],
    ['no spec', /spec:[^]*/, '', 'spec: is missing; write devices: …'],
    [
      'a device twice',
      /\[eth0\]/,
      '[eth0, eth1, eth0]',
      'lb.yaml:4:25: spec.devices[2]: "eth0" stands at spec.devices[0] already; take one of them out',
    ],
  ])('%s', (_what, from, to, expected) => {
    expect(refusal(valid.replace(from, to)).join('\n')).toContain(expected)
  })

  test('every error, in the order of the file', () => {
    const text = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  acceleration: fast
  services:
    - name: a
      frontends: [{ address: 192.0.2.10, port: -1 }, { address: 192.0.2.11, port: 80 }]
      backends: [{ address: 10.1.0.300, port: 8080, wieght: 1 }]
    - name: a
      frontends: [{ address: 192.0.2.11, port: 80, protocol: TCP }]
      backends: [{ address: "2001:db8::1", port: 8080, weight: -1 }, { address: "2001:db8::2", port: 8080 }]
`
    expect(refusal(text).map((line) => line.replace(/^lb.yaml:(\d+):\d+: ([^ ]+): .*/, '$1 $2'))).toEqual([
      '5 spec.acceleration',
      '8 spec.services[0].frontends[0].port',
      '9 spec.services[0].backends[0].address',
      '9 spec.services[0].backends[0].wieght',
      '10 spec.services[1].name',
      '11 spec.services[1].frontends[0]',
      '11 spec.services[1].frontends[0].address',
      '12 spec.services[1].backends[0].weight',
      '12 spec.services[1].backends[1].address',
    ])
  })

  test('a file that cannot be read', () => {
    expect(() => loadConfig('/nowhere/lb.yaml')).toThrow('/nowhere/lb.yaml:1:1: cannot be read (ENOENT)')
  })
})
