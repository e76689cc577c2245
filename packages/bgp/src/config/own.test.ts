import { expect, test } from '@jest/globals'
import { namedCommunities } from '../wire/community-text.ts'
import { loadBgpConfig, parseBgpConfig } from './load.ts'

const text = `apiVersion: skep.dev/v1
kind: BGP
spec:
  asn: 65001
  routerId: 10.0.0.1
  listen: { addresses: [0.0.0.0, "::"], port: 1179 }
  communities: { office: "65001:1:2" }
  peers:
    - name: tor-1
      address: 10.0.0.254
      asn: 65000
      labels: { rack: a }
      gracefulRestart: 120
      ttlSecurity: 1
    - { name: unnumbered, address: "fe80::1", device: eth0, asn: 65000, extendedNextHop: true, bfd: { intervalMs: 50 } }
  pools:
    - name: public
      addresses: [192.0.2.0/24, "2001:db8::/64"]
      advertisements:
        - { aggregationLength: 24, aggregationLengthV6: 64, peers: [tor-1] }
        - { communities: [no-export] }
  announce:
    - prefixes: [10.1.2.3/16]
      reason: the office
      med: 5
      communities: [office, "rt:65001:7"]
      peers: [tor-1, { matchLabels: { rack: a } }]
      nodeSelectors: [{ matchLabels: { zone: one } }]
`

test('our own YAML says the same by other names', () => {
  const config = parseBgpConfig('bgp.yaml', text)
  expect(config).toMatchObject({
    asn: 65001,
    routerId: '10.0.0.1',
    listen: { addresses: ['0.0.0.0', '::'], port: 1179 },
    peers: [
      { name: 'tor-1', address: '10.0.0.254', labels: { rack: 'a' }, gracefulRestart: 120, ttlSecurity: 1 },
      { name: 'unnumbered', address: 'fe80::1', device: 'eth0', extendedNextHop: true, bfd: { intervalMs: 50 } },
    ],
    pools: [
      {
        name: 'public',
        advertisements: [
          { aggregation: { ipv4: 24, ipv6: 64 }, peers: ['tor-1'] },
          { attributes: { communities: [namedCommunities['no-export']] } },
        ],
      },
    ],
    announcements: [
      {
        prefixes: ['10.1.0.0/16'],
        reason: 'the office',
        attributes: {
          med: 5,
          largeCommunities: [{ global: 65001, local1: 1, local2: 2 }],
          extendedCommunities: [0x0002_fde9_0000_0007n],
        },
        scope: { peers: ['tor-1', { matchLabels: { rack: 'a' } }], nodes: [{ matchLabels: { zone: 'one' } }] },
      },
    ],
  })
})

test.each([
  ['kind: BGP', 'kind: bgp', '2:7: kind: "bgp" is not known; did you mean "BGP"?'],
  [
    'asn: 65000\n',
    'asn: tor\n',
    '11:12: spec.peers[0].asn: "tor" is not an AS number; write a whole number from 1 to 4294967295',
  ],
  [
    'gracefulRestart: 120',
    'gracefulRestart: 5000',
    '13:24: spec.peers[0].gracefulRestart: 5000 is not a restart time; write a whole number from 1 to 4095',
  ],
  [
    'gracefulRestart: 120',
    'multihop: 3',
    '14:20: spec.peers[0].ttlSecurity: says how far the peer is, and so does multihop; write one of them',
  ],
  [
    'gracefulRestart: 120',
    'holdTime: 2',
    '13:17: spec.peers[0].holdTime: 2 is not a hold time; write 0, or seconds from 3 to 65535',
  ],
  ['device: eth0, ', '', '15:36: spec.peers[1].address: "fe80::1" is link-local; say with device where it is'],
  [
    'address: "fe80::1", device: eth0',
    'address: auto',
    '15:36: spec.peers[1].address: is to be learnt from the router on a device; say with device on which',
  ],
  ['address: 10.0.0.254', 'address: automatic', '10:16: spec.peers[0].address: "automatic" is not an IP address'],
  [
    'intervalMs: 50',
    'intervalMs: 5',
    '15:115: spec.peers[1].bfd.intervalMs: 5 is not a number of ms; write a whole number from 10 to 60000',
  ],
  [
    'name: unnumbered',
    'name: tor-1',
    '15:15: spec.peers[1].name: "tor-1" is another peer’s name; write one of its own',
  ],
  [
    'peers: [tor-1] }',
    'peers: [tor-2] }',
    '20:69: spec.pools[0].advertisements[0].peers[0]: no peer is called "tor-2"; there are tor-1, unnumbered',
  ],
  [
    'aggregationLength: 24',
    'aggregationLength: 20',
    '20:32: spec.pools[0].advertisements[0].aggregationLength: 20 is wider than 192.0.2.0–192.0.2.255: it would draw packets for addresses that are not the pool’s',
  ],
  [
    '10.1.2.3/16',
    '10.1.2.3',
    '23:18: spec.announce[0].prefixes[0]: "10.1.2.3" is not a CIDR: the prefix length is missing; write it like 10.0.0.0/24 or 2001:db8::/64',
  ],
  [
    '"65001:1:2"',
    '"65001:x"',
    '7:26: spec.communities.office: "65001:x" is no community; write 65000:100, a name like no-export, large ones like 65000:1:2, extended ones like rt:65000:100',
  ],
  [
    'address: 10.0.0.254',
    'address: 224.0.0.5',
    '10:16: spec.peers[0].address: "224.0.0.5" is a multicast address; write the address of one router',
  ],
  ['address: 10.0.0.254', 'address: 0.0.0.0', '10:16: spec.peers[0].address: "0.0.0.0" is no address at all'],
  ['asn: 65000\n', 'asn: 23456\n', '11:12: spec.peers[0].asn: 23456 stands for AS numbers that have no room'],
  [
    'ttlSecurity: 1',
    'nextHops: { ipv6: 10.0.0.1 }',
    '14:17: spec.peers[0].nextHops: ipv6 is "10.0.0.1", an IPv4 address; IPv6 routes have an IPv6 one',
  ],
  [
    'ttlSecurity: 1',
    'nextHops: { ipv4: "fd00::1" }',
    '14:17: spec.peers[0].nextHops: ipv4 is "fd00::1", an IPv6 address; that takes extendedNextHop: true (RFC 8950)',
  ],
  [
    'ttlSecurity: 1',
    `password: "${'x'.repeat(81)}"`,
    '14:17: spec.peers[0].password: is not a password; write 1 to 80 bytes of text',
  ],
  [
    '10.1.2.3/16',
    '"fe80::/64"',
    '23:18: spec.announce[0].prefixes[0]: "fe80::/64" is link-local, which routers do not',
  ],
  ['10.1.2.3/16', '224.0.0.0/8', '23:18: spec.announce[0].prefixes[0]: "224.0.0.0/8" is multicast'],
  [
    '[10.1.2.3/16]',
    '["2001:db8::/32"]\n      nextHop: 10.0.0.1',
    '24:16: spec.announce[0].nextHop: "10.0.0.1" is an IPv4 address, and 2001:db8::/32 has an IPv6 next hop',
  ],
  ['  announce:', '  anounce:', '22:3: spec.anounce: unknown key; did you mean "announce"?'],
  ['  pools:\n', '  pools: 5\n  x:\n', '16:10: spec.pools: 5 is not a list'],
])('%j → %j is told with its line', (right, wrong, message) => {
  expect(() => parseBgpConfig('bgp.yaml', text.replace(right, wrong))).toThrow(`bgp.yaml:${message}`)
})

test('a peer on each device may be learnt', () => {
  const learnt = (device: string): string => `{ name: on-${device}, address: auto, device: ${device}, asn: 65000 }`
  const spec = (...devices: string[]): string =>
    `apiVersion: skep.dev/v1\nkind: BGP\nspec: { asn: 65001, routerId: 10.0.0.1, peers: [${devices.map(learnt).join(', ')}] }`
  expect(parseBgpConfig('bgp.yaml', spec('eth0', 'eth1')).peers).toMatchObject([{ device: 'eth0' }, { device: 'eth1' }])
  expect(() => parseBgpConfig('bgp.yaml', spec('eth0', 'eth0'))).toThrow('auto on eth0 is another peer’s address')
})

test('what is no YAML, no mapping or no file is told', () => {
  expect(() => parseBgpConfig('bgp.yaml', 'spec: [')).toThrow('bgp.yaml:1:8: ')
  expect(() => parseBgpConfig('bgp.yaml', 'hello')).toThrow(
    'bgp.yaml:1:1: "hello" is no configuration; start with apiVersion: skep.dev/v1, kind: BGP',
  )
  expect(() => loadBgpConfig('/nowhere/bgp.yaml')).toThrow('/nowhere/bgp.yaml:1:1: cannot be read (ENOENT)')
})
