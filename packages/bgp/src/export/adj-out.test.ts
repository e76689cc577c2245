import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { Receiver } from '../../test/receiver.ts'
import { view } from '../../test/view.ts'
import { Rib } from '../rib/rib.ts'
import { AdjOut } from './adj-out.ts'

function follow(rib: Rib, out: AdjOut): void {
  rib.follow({
    changed: (family, id) => family === 'ipv4' && out.changed(id),
    released: (template) => out.forget(template),
  })
}

const many = Array.from({ length: 5000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)

test('prefixes with the same attributes share messages, of 4096 bytes at most', () => {
  const rib = new Rib()
  rib.announce({ owner: 'o', reason: 'a', prefixes: many.filter((_, i) => i % 2 === 0), attributes: { med: 1 } })
  rib.announce({ owner: 'o', reason: 'b', prefixes: many.filter((_, i) => i % 2 === 1), attributes: { med: 2 } })
  const out = new AdjOut(rib, 'ipv4', view)
  const receiver = new Receiver().take(out.flush())
  expect([receiver.routes.size, out.size, out.pending]).toEqual([5000, 5000, 0])
  // 4 bytes each; 4096 − 19 − 4 − 27 bytes of attributes hold 1011 of the 2500 of each kind.
  expect([receiver.updates.length, out.messages]).toEqual([6, 6])
  follow(rib, out)
  rib.withdraw({ owner: 'o' })
  receiver.take(out.flush())
  expect([receiver.routes.size, out.size, receiver.updates.length]).toEqual([0, 0, 6 + 5])
})

test('no message is too long, whatever its attributes leave of it', () => {
  const hosts = Array.from({ length: 3000 }, (_, i) => `10.0.${i >> 8}.${i & 255}/32`)
  for (let count = 0; count < 10; count++)
    for (const [family, external] of [
      ['ipv4', true],
      ['ipv4', false],
    ] as const) {
      const rib = new Rib()
      const communities = Array.from({ length: count }, (_, i) => i)
      rib.announce({ owner: 'o', reason: 'r', prefixes: hosts, attributes: { communities } })
      // The receiver refuses what is longer than 4096 bytes.
      const receiver = new Receiver(external).take(new AdjOut(rib, family, { ...view, external }).flush())
      expect([receiver.routes.size, receiver.updates.length]).toEqual([3000, 4])
    }
})

test('IPv6 too', () => {
  const rib = new Rib()
  const six = Array.from({ length: 3000 }, (_, i) => `2001:db8:${(i + 1).toString(16)}::/48`)
  rib.announce({ owner: 'o', reason: 'a', prefixes: six, attributes: { communities: [1, 2, 3] } })
  const out = new AdjOut(rib, 'ipv6', view)
  rib.follow({ changed: (family, id) => family === 'ipv6' && out.changed(id), released: (one) => out.forget(one) })
  const receiver = new Receiver().take(out.flush())
  expect([...receiver.routes.keys()].toSorted()).toEqual(six.toSorted())
  expect(receiver.updates.length).toBe(6)
  rib.withdraw({ owner: 'o', prefixes: six.slice(1) })
  expect([...receiver.take(out.flush()).routes.keys()]).toEqual(six.slice(0, 1))
})

test('what has not changed is not sent; a refresh sends all again', () => {
  const rib = new Rib()
  const route = { owner: 'o', reason: 'r', prefixes: ['10.0.0.0/8'] }
  rib.announce(route)
  const out = new AdjOut(rib, 'ipv4', view)
  follow(rib, out)
  const receiver = new Receiver().take(out.flush())
  rib.withdraw(route)
  rib.announce(route)
  expect(receiver.take(out.flush()).updates).toHaveLength(1)
  // Another owner's route that is no better changes nothing, and neither does its end.
  rib.announce({ ...route, owner: 'p' })
  rib.withdraw({ owner: 'p' })
  expect(receiver.take(out.flush()).updates).toHaveLength(1)
  out.refresh()
  expect(receiver.take(out.flush()).updates).toHaveLength(2)
})

test('what changes while messages are made is told by the next ones', () => {
  const rib = new Rib()
  rib.announce({
    owner: 'o',
    reason: 'r',
    prefixes: Array.from({ length: 40_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`),
  })
  const out = new AdjOut(rib, 'ipv4', view)
  follow(rib, out)
  const receiver = new Receiver()
  const flush = out.flush()
  receiver.take([flush.next().value!])
  rib.withdraw({ owner: 'o' })
  receiver.take(flush)
  expect(receiver.routes.size).toBeLessThan(40_000)
  expect(receiver.take(out.flush()).routes.size).toBe(0)
  expect(rib.family('ipv4').prefixes.size).toBe(0)
})

test('a session that ends while messages are made leaves nothing behind', () => {
  const rib = new Rib()
  rib.announce({
    owner: 'o',
    reason: 'r',
    prefixes: Array.from({ length: 40_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`),
  })
  const out = new AdjOut(rib, 'ipv4', view)
  const flush = out.flush()
  flush.next()
  flush.return()
  out[Symbol.dispose]()
  rib.withdraw({ owner: 'o' })
  expect(rib.family('ipv4').prefixes.size).toBe(0)
})

const prefix = fc.nat(30).map((i) => `10.${i}.0.0/16`)
const owner = fc.constantFrom('a', 'b', 'c')
const attributes = fc.record({ med: fc.nat(2), localPref: fc.constantFrom(100, 200) })
const scope = fc.constantFrom({}, { peers: ['tor-1'] }, { peers: ['tor-2'] })
const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('announce' as const),
      owner,
      prefixes: fc.array(prefix),
      attributes,
      scope,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), owner, prefixes: fc.array(prefix) }) },
  fc.record({ do: fc.constant('replace' as const), owner, prefixes: fc.array(prefix), attributes, scope }),
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'refresh' as const) }) },
)

test('whatever is done, a peer ends with the best route of each prefix, and no memory is lost', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const rib = new Rib()
      const out = new AdjOut(rib, 'ipv4', view)
      follow(rib, out)
      const receiver = new Receiver()
      for (const one of operations) {
        if (one.do === 'announce') rib.announce({ ...one, reason: 'r' })
        else if (one.do === 'withdraw') rib.withdraw(one)
        else if (one.do === 'replace') rib.replace(one.owner, [{ ...one, reason: 'r' }])
        else if (one.do === 'refresh') out.refresh()
        else receiver.take(out.flush())
      }
      receiver.take(out.flush())
      const best = new Map<string, string>()
      const better = [...rib.routes()]
        .filter(({ scope: { peers } }) => peers?.includes('tor-1') ?? true)
        .toSorted((a, b) => b.attributes.localPref! - a.attributes.localPref! || a.attributes.med! - b.attributes.med!)
      for (const {
        prefix: text,
        attributes: { med },
      } of better)
        if (!best.has(text)) best.set(text, `via 10.0.0.1 path 65001 med ${med}`)
      expect(new Map(receiver.routes)).toEqual(best)
      expect(out.size).toBe(best.size)
      for (const name of ['a', 'b', 'c']) rib.withdraw({ owner: name })
      expect(receiver.take(out.flush()).routes.size).toBe(0)
      expect(rib.family('ipv4').prefixes.size).toBe(0)
    }),
  )
})
