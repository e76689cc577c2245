import { expect, test } from '@jest/globals'
import { view } from '../../test/view.ts'
import { Rib } from '../rib/rib.ts'
import { Choice } from './choice.ts'

const prefixes = ['10.0.0.0/8']

test('routes that look the same to the peer have one number, and numbers are freed with their templates', () => {
  const rib = new Rib()
  const choice = new Choice(rib, 'ipv4', view)
  rib.follow({ changed: () => undefined, released: (template) => choice.forget(template) })
  // Another AS sees no local preference.
  rib.announce({ owner: 'a', reason: 'r', prefixes, attributes: { localPref: 1 } })
  rib.announce({ owner: 'b', reason: 'r', prefixes, attributes: { localPref: 2 } })
  expect([choice.of(0), choice.outgoing.size]).toEqual([1, 1])
  for (let med = 0; med < 100; med++) {
    rib.announce({ owner: 'a', reason: 'r', prefixes, attributes: { med, localPref: 3 } })
    choice.of(0)
  }
  expect(choice.outgoing.size).toBe(2)
  choice.review({ ...view, name: 'tor-2' })
  expect(choice.outgoing.size).toBe(0)
})
