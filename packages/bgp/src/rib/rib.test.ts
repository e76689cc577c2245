import { expect, test } from '@jest/globals'
import { parseCommunity } from '../wire/community-text.ts'
import { aggregate } from './aggregate.ts'
import { Rib } from './rib.ts'
import { draining, type RouteAttributes } from './route.ts'
import { formatCidr } from '@skep/packet'

const service = { owner: 'service', reason: 'default/web', prefixes: ['192.0.2.10/32'] }

function list(rib: Rib): string[] {
  return [...rib.routes()].map(({ prefix, owner, reason }) => `${prefix} ${owner} ${reason}`).toSorted()
}

test('a feature never withdraws what another announces', () => {
  const rib = new Rib()
  rib.announce({ owner: 'pod-cidr', reason: 'node-1', prefixes: ['10.1.0.0/24', 'fd00:1::/64'] })
  rib.announce({ owner: 'service', reason: 'default/web', prefixes: ['10.1.0.0/24', '192.0.2.10/32'] })
  expect(rib.withdraw({ owner: 'service' })).toBe(2)
  expect(list(rib)).toEqual(['10.1.0.0/24 pod-cidr node-1', 'fd00:1::/64 pod-cidr node-1'])
})

test('a prefix with several reasons stays until the last is gone', () => {
  const rib = new Rib()
  const net = formatCidr(aggregate('192.0.2.10/32', { ipv4: 24 }))
  rib.announce({ ...service, prefixes: [net] })
  rib.announce({ ...service, reason: 'default/dns', prefixes: [aggregate('192.0.2.99/32', { ipv4: 24 })] })
  rib.withdraw({ ...service, prefixes: [net] })
  expect(list(rib)).toEqual(['192.0.2.0/24 service default/dns'])
  rib.withdraw({ owner: 'service', reason: 'default/dns' })
  expect([list(rib), rib.size]).toEqual([[], 0])
})

test('replace makes all that an owner announces, and tells only what has changed', () => {
  const rib = new Rib()
  const changed: string[] = []
  rib.announce({ owner: 'other', reason: 'x', prefixes: ['10.9.0.0/16'] })
  rib.replace('service', [service, { reason: 'default/dns', prefixes: ['192.0.2.11/32'] }])
  rib.follow({ changed: (family, id) => changed.push(rib.family(family).prefixes.text(id)), released: () => undefined })
  rib.replace('service', [service, { reason: 'default/mail', prefixes: ['192.0.2.12/32'] }])
  expect(changed.toSorted()).toEqual(['192.0.2.11/32', '192.0.2.12/32'])
  expect(list(rib)).toEqual([
    '10.9.0.0/16 other x',
    '192.0.2.10/32 service default/web',
    '192.0.2.12/32 service default/mail',
  ])
  changed.length = 0
  rib.replace('service', [
    { ...service, attributes: { med: 5 } },
    { reason: 'default/mail', prefixes: ['192.0.2.12/32'] },
  ])
  expect(changed).toEqual(['192.0.2.10/32'])
})

test('what is no prefix is refused with its text', () => {
  expect(() => new Rib().announce({ ...service, prefixes: ['192.0.2.300/32'] })).toThrow(
    'announce: "192.0.2.300/32" is not a CIDR: 300 is over 255; write four numbers from 0 to 255, like 10.0.0.1',
  )
})

test.each<[RouteAttributes, string]>([
  [{ nextHop: 'self' }, 'announce: nextHop self cannot be sent; give an address like 10.0.0.1'],
  [{ med: -1 }, 'announce: med -1 cannot be sent; give a whole number from 0 to 4294967295'],
  [{ communities: [2 ** 32] }, 'announce: communities 4294967296 cannot be sent'],
  [{ extendedCommunities: [-1n] }, 'announce: extendedCommunities -1 cannot be sent; give 64 bits'],
  [{ asPath: [{ kind: 'sequence', asns: [1.5] }] }, 'announce: asPath 1.5 cannot be sent'],
  [{ aggregator: { asn: 1, address: 'fd00::1' } }, 'announce: aggregator fd00::1 cannot be sent; give an IPv4 address'],
])('attributes that no message can carry are refused: %p', (attributes, message) => {
  const rib = new Rib()
  expect(() => rib.announce({ ...service, attributes })).toThrow(message)
  expect(rib.size).toBe(0)
})

test('draining marks a route with GRACEFUL_SHUTDOWN, once, and prefers it least', () => {
  const mark = parseCommunity('graceful-shutdown')!
  const once = draining({ communities: [1], med: 7 })
  expect(once).toEqual({ communities: [1, mark], med: 7, localPref: 0 })
  expect(draining(once)).toEqual(once)
})
