import { expect, test } from '@jest/globals'
import { Receiver } from '../../test/receiver.ts'
import { view } from '../../test/view.ts'
import { Rib } from '../rib/rib.ts'
import type { Announcement } from '../rib/route.ts'
import { AdjOut } from './adj-out.ts'
import { exportRoutes } from './policy.ts'
import type { PeerView } from './view.ts'

function told(announcement: Partial<Announcement>, changes: Partial<PeerView> = {}): unknown {
  const rib = new Rib()
  const peer = { ...view, ...changes }
  rib.announce({ owner: 'o', reason: 'r', prefixes: ['192.0.2.1/32', 'fd00::/64'], ...announcement })
  const receiver = new Receiver(peer.external)
  for (const family of ['ipv4', 'ipv6'] as const) receiver.take(new AdjOut(rib, family, peer).flush())
  return Object.fromEntries(receiver.routes)
}

test.each<[string, Partial<Announcement>, Partial<PeerView>, unknown]>([
  ['another AS', {}, {}, { '192.0.2.1/32': 'via 10.0.0.1 path 65001', 'fd00::/64': 'via 2001:db8::1 path 65001' }],
  [
    'our AS',
    { attributes: { med: 3 } },
    { external: false },
    { '192.0.2.1/32': 'via 10.0.0.1 path  med 3 pref 100', 'fd00::/64': 'via 2001:db8::1 path  med 3 pref 100' },
  ],
  [
    'a preference, which stays within the AS',
    { attributes: { localPref: 200 } },
    {},
    { '192.0.2.1/32': 'via 10.0.0.1 path 65001', 'fd00::/64': 'via 2001:db8::1 path 65001' },
  ],
  [
    'ASes behind ours, and a next hop',
    {
      prefixes: ['192.0.2.1/32'],
      attributes: { asPath: [{ kind: 'sequence', asns: [65001, 4200000000] }], nextHop: '10.0.0.9' },
    },
    {},
    { '192.0.2.1/32': 'via 10.0.0.9 path 65001 65001 4200000000' },
  ],
  [
    'a session over IPv6 that takes IPv6 next hops for IPv4',
    {},
    { nextHops: { ipv6: 'fe80::1' }, extendedNextHop: true },
    { '192.0.2.1/32': 'via fe80::1 path 65001', 'fd00::/64': 'via fe80::1 path 65001' },
  ],
  [
    'a session over IPv6 that does not',
    {},
    { nextHops: { ipv6: 'fd00::1' } },
    { 'fd00::/64': 'via fd00::1 path 65001' },
  ],
  ['a session over IPv4', {}, { nextHops: { ipv4: '10.0.0.1' } }, { '192.0.2.1/32': 'via 10.0.0.1 path 65001' }],
  [
    'lists of nothing',
    { prefixes: ['192.0.2.1/32'], attributes: { communities: [], largeCommunities: [], extendedCommunities: [] } },
    {},
    { '192.0.2.1/32': 'via 10.0.0.1 path 65001' },
  ],
  ['other peers, by name', { scope: { peers: ['tor-2'] } }, {}, {}],
  [
    'this peer, by its labels',
    { prefixes: ['192.0.2.1/32'], scope: { peers: ['tor-2', { matchLabels: { rack: 'a' } }] } },
    {},
    { '192.0.2.1/32': 'via 10.0.0.1 path 65001' },
  ],
  ['other nodes', { scope: { nodes: [{ matchLabels: { zone: 'two' } }] } }, {}, {}],
  [
    'a drain',
    { prefixes: ['192.0.2.1/32'], attributes: { communities: [1] } },
    { draining: true, external: false },
    { '192.0.2.1/32': 'via 10.0.0.1 path  0:1 graceful-shutdown pref 0' },
  ],
])('%s', (_, announcement, changes, right) => {
  expect(told(announcement, changes)).toEqual(right)
})

test('what is withheld says why', () => {
  const why = (family: 'ipv4' | 'ipv6', nextHop: string | undefined, changes: Partial<PeerView> = {}): unknown =>
    exportRoutes(family, { attributes: nextHop === undefined ? {} : { nextHop }, scope: {} }, { ...view, ...changes })
  expect(why('ipv4', undefined, { nextHops: {} })).toEqual({
    withheld: 'the session has no ipv4 address of ours to be the next hop; set one',
  })
  expect(why('ipv6', '10.0.0.1')).toEqual({ withheld: 'the next hop 10.0.0.1 is not an IPv6 address' })
  expect(why('ipv4', 'fd00::1')).toEqual({
    withheld: 'the next hop fd00::1 is an IPv6 address, which the peer does not take for IPv4 (RFC 8950)',
  })
  const long = { attributes: { communities: Array.from({ length: 1100 }, (_, i) => i) }, scope: {} }
  expect(exportRoutes('ipv4', long, view)).toEqual({
    withheld: 'its attributes have 4424 bytes, and 4000 have room in a message',
  })
})
