import { expect, test } from '@jest/globals'
import { parseCidr } from '@skep/packet'
import { PrefixList } from '../wire/prefixes.ts'
import { AdjIn } from './adj-in.ts'

const list = (...texts: string[]): PrefixList => PrefixList.of('ipv4', texts.map(parseCidr))
const received = {
  attributes: { origin: 'igp', asPath: [{ kind: 'sequence', asns: [65000] }] },
  nextHop: { address: '10.0.0.254' },
} as const

function shown(routes: AdjIn): string[] {
  return [...routes.routes()]
    .map(({ prefix, stale, attributes }) => `${prefix}${stale ? ' stale' : ''} ${attributes.med ?? '-'}`)
    .toSorted()
}

test('routes are counted and shown with what they carry', () => {
  const routes = new AdjIn('ipv4')
  routes.announce(list('10.0.0.0/8', '192.0.2.0/24'), received)
  routes.announce(list('192.0.2.0/24'), { ...received, attributes: { ...received.attributes, med: 5 } })
  expect([routes.size, shown(routes)]).toEqual([2, ['10.0.0.0/8 -', '192.0.2.0/24 5']])
  routes.withdraw(list('10.0.0.0/8', '10.9.0.0/16'))
  expect(shown(routes)).toEqual(['192.0.2.0/24 5'])
  routes.clear()
  expect([routes.size, shown(routes)]).toEqual([0, []])
})

test('what a peer sends again after its restart stays, the rest goes', () => {
  const routes = new AdjIn('ipv4')
  routes.announce(list('10.0.0.0/8', '192.0.2.0/24'), received)
  routes.markStale()
  routes.announce(list('192.0.2.0/24', '198.51.100.0/24'), received)
  expect(shown(routes)).toEqual(['10.0.0.0/8 stale -', '192.0.2.0/24 -', '198.51.100.0/24 -'])
  routes.dropStale()
  expect(shown(routes)).toEqual(['192.0.2.0/24 -', '198.51.100.0/24 -'])
})
