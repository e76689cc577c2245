import { expect, test } from '@jest/globals'
import { parseCommunity } from '../wire/community-text.ts'
import { peersOf } from './apply.ts'
import { parseBgpConfig } from './load.ts'

// What MetalLB 0.9's documentation and Cilium 1.11's show, in one.
const inner = `peers:
- my-asn: 64500
  peer-asn: 64501
  peer-address: 10.0.0.1
  peer-port: 1179
  hold-time: 120s
  router-id: 1.2.3.4
  source-address: 10.0.0.5
  password: "yourPassword"
  node-selectors:
  - match-labels:
      rack: frontend
    match-expressions:
    - key: network-speed
      operator: NotIn
      values: [slow]
- my-asn: 64500
  peer-asn: 64500
  peer-address: 2001:db8::1
bgp-communities:
  vpn-only: 1234:1
address-pools:
- name: production
  protocol: bgp
  addresses:
  - 198.51.100.0/24
  - 192.0.2.8-192.0.2.15
  avoid-buggy-ips: true
  auto-assign: false
  bgp-advertisements:
  - aggregation-length: 32
    localpref: 100
    communities: [64512:1, no-export, vpn-only]
  - aggregation-length: 29
- name: rest
  protocol: bgp
  addresses: ["2001:db8:1::/120"]
`

const configMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: bgp-config
  namespace: kube-system
data:
  config.yaml: |
${inner.replaceAll(/^(?=.)/gm, '    ')}`

test('MetalLB’s ConfigMap is taken, whole or its text alone', () => {
  const config = parseBgpConfig('bgp.yaml', configMap)
  expect(parseBgpConfig('bgp.yaml', inner)).toEqual(config)
  expect(config.peers).toMatchObject([
    {
      name: '10.0.0.1',
      address: '10.0.0.1',
      asn: 64501,
      localAsn: 64500,
      port: 1179,
      holdTime: 120,
      routerId: '1.2.3.4',
      sourceAddress: '10.0.0.5',
      password: 'yourPassword',
      nodeSelectors: [
        {
          matchLabels: { rack: 'frontend' },
          matchExpressions: [{ key: 'network-speed', operator: 'NotIn', values: ['slow'] }],
        },
      ],
    },
    { name: '2001:db8::1', asn: 64500, nodeSelectors: [] },
  ])
  const [production, rest] = config.pools
  expect(production).toMatchObject({
    name: 'production',
    ranges: [
      { first: '198.51.100.0', last: '198.51.100.255' },
      { first: '192.0.2.8', last: '192.0.2.15' },
    ],
    autoAssign: false,
    avoidBuggyIps: true,
  })
  expect(production!.advertisements).toEqual([
    {
      aggregation: { ipv4: 32 },
      attributes: { localPref: 100, communities: ['64512:1', 'no-export', '1234:1'].map(parseCommunity) },
    },
    { aggregation: { ipv4: 29 }, attributes: { localPref: 0 } },
  ])
  expect(rest).toMatchObject({
    autoAssign: true,
    avoidBuggyIps: false,
    advertisements: [{ attributes: { localPref: 0 } }],
  })
})

function problems(text: string): string[] {
  try {
    parseBgpConfig('bgp.yaml', text)
    return []
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}

test.each([
  [
    'hold-time: 120s',
    'hold-time: 2s',
    'bgp.yaml:6:14: peers[0].hold-time: 2 s is not a hold time; write 0, or 3s and more',
  ],
  [
    'hold-time: 120s',
    'hold-time: soon',
    'bgp.yaml:6:14: peers[0].hold-time: "soon" is not a duration; write one like 120s or 1m30s',
  ],
  [
    'peer-asn: 64501',
    'peer-asn: 0',
    'bgp.yaml:3:13: peers[0].peer-asn: 0 is not an AS number; write a whole number from 1 to 4294967295',
  ],
  [
    'my-asn: 64500\n  peer-asn: 64501',
    'peer-asn: 64501',
    'bgp.yaml:2:3: peers[0].my-asn: is missing; write a whole number from 1 to 4294967295',
  ],
  [
    'protocol: bgp',
    'protocol: layer2',
    'bgp.yaml:24:13: address-pools[0].protocol: "layer2" is announced by no BGP speaker; write bgp',
  ],
  [
    'aggregation-length: 29',
    'aggregation-length: 28',
    'bgp.yaml:34:25: address-pools[0].bgp-advertisements[1].aggregation-length: 28 is wider than 192.0.2.8–192.0.2.15: it would draw packets for addresses that are not the pool’s',
  ],
  [
    'vpn-only]',
    'vpn-olny]',
    'bgp.yaml:33:39: address-pools[0].bgp-advertisements[0].communities[2]: "vpn-olny" is no community and no alias of one; write 65000:100, a name like no-export, large ones like 65000:1:2, extended ones like rt:65000:100',
  ],
  [
    '192.0.2.8-192.0.2.15',
    '198.51.100.9-198.51.100.10',
    'bgp.yaml:27:5: address-pools[0].addresses[1]: overlaps with 198.51.100.0–198.51.100.255 of pool production',
  ],
  [
    'peer-address: 2001:db8::1',
    'peer-address: 10.0.0.1',
    'bgp.yaml:19:17: peers[1].peer-address: 10.0.0.1 is another peer’s address, on the same nodes; a peer is known by it',
  ],
  [
    'operator: NotIn',
    'operator: Gt',
    'bgp.yaml:15:17: peers[0].node-selectors[0].match-expressions[0].operator: "Gt" is not known; known are: In, NotIn, Exists, DoesNotExist',
  ],
  ['password: ', 'passwort: ', 'bgp.yaml:9:3: peers[0].passwort: unknown key; did you mean "password"?'],
])('%s → %s is told with its line', (right, wrong, message) => {
  expect(problems(inner.replace(right, wrong))).toContain(message)
})

test('a peer may be another one for other nodes', () => {
  const config = parseBgpConfig(
    'bgp.yaml',
    `peers:
- { my-asn: 1, peer-asn: 2, peer-address: 10.0.0.1, node-selectors: [{ match-labels: { rack: a } }] }
- { my-asn: 3, peer-asn: 2, peer-address: 10.0.0.1, node-selectors: [{ match-labels: { zone: one } }] }
`,
  )
  const on = (labels: Record<string, string>): unknown =>
    peersOf(config, labels).map(({ name, localAsn }) => [name, localAsn])
  expect(on({ rack: 'a' })).toEqual([['10.0.0.1', 1]])
  expect(on({ zone: 'one' })).toEqual([['10.0.0.1#2', 3]])
  expect(on({ rack: 'a', zone: 'one' })).toEqual([['10.0.0.1', 1]])
  expect(on({})).toEqual([])
})

test('lines are those of the file, also within a ConfigMap', () => {
  expect(problems(configMap.replace('peer-asn: 64501', 'peer-asn: x'))).toEqual([
    'bgp.yaml:10:17: peers[0].peer-asn: "x" is not an AS number; write a whole number from 1 to 4294967295',
  ])
  expect(problems('kind: ConfigMap\ndata: {}')).toEqual([
    'bgp.yaml:2:7: data: has no config.yaml; write the configuration below it',
  ])
})
