import { expect, test } from '@jest/globals'
import { host, link, lo, route } from '../../test/hosts.ts'
import { detect } from '../detect/detect.ts'
import { requireSelection } from '../selection/parse.ts'
import type { LinkFacts, RouteFacts } from '../snapshot/types.ts'
import { deviceChanges } from './changes.ts'
import { type Held, hold, nothingHeld } from './hold.ts'

const auto = requireSelection(['auto'])
const eth0 = link(2, 'eth0')
const way = route(2, '0.0.0.0/0')
const on = (links: readonly LinkFacts[], routes: readonly RouteFacts[]) => detect(host([lo, ...links], routes), auto)
const before: Held = hold(on([eth0], [way]), nothingHeld, 0).held

test('a device whose routes have gone is kept for a while, and told so', () => {
  const now = hold(on([eth0], []), before, 1000, 500)
  expect(now.detection.devices).toEqual(['eth0'])
  expect(now.dueAt).toBe(1500)
  expect(now.detection.explanations.find(({ device }) => device === 'eth0')).toMatchObject({
    chosen: true,
    rule: 'held',
    why: 'no global unicast route leads out of it, since a moment ago; it is kept for a while',
  })
  const still = hold(on([eth0], []), now.held, 1499, 500)
  expect([still.detection.devices, still.dueAt]).toEqual([['eth0'], 1500])
  const then = hold(on([eth0], []), still.held, 1500, 500)
  expect([then.detection.devices, then.dueAt]).toEqual([[], undefined])
  expect(hold(on([eth0], []), then.held, 1501, 500).detection.devices).toEqual([])
})

test('routes that come back end the wait; the next one begins anew', () => {
  const lost = hold(on([eth0], []), before, 1000, 500)
  const back = hold(on([eth0], [way]), lost.held, 1400, 500)
  expect([back.detection.devices, back.dueAt]).toEqual([['eth0'], undefined])
  expect(hold(on([eth0], []), back.held, 2000, 500).dueAt).toBe(2500)
})

test.each([
  ['gone', []],
  ['a port of a bridge', [{ ...eth0, master: 9 }, link(9, 'br0', { kind: 'bridge' })]],
  ['another of the same name', [link(7, 'eth0')]],
])('a device that is %s is let go at once', (_, links) => {
  const now = hold(on(links, [way]), before, 1000, 500)
  expect([now.detection.devices, now.dueAt]).toEqual([[], undefined])
})

test('a device that never was chosen is not kept', () => {
  expect(hold(on([eth0, link(3, 'eth1')], [way]), before, 0).detection.devices).toEqual(['eth0'])
})

test('changes say why', () => {
  const [none, one] = [on([], []), on([eth0], [way])]
  const port = on([{ ...eth0, master: 9 }, link(9, 'br0', { kind: 'bridge' })], [way])
  const change = (a: typeof one, b: typeof one) => deviceChanges(a, b).map((each) => Object.values(each).join(', '))
  expect(change(none, one)).toEqual(['eth0, 2, appeared, it has a default route (IPv4)'])
  expect(change(one, none)).toEqual(['eth0, 2, gone, there is no such device any more'])
  expect(change(one, port)).toEqual(['eth0, 2, gone, it is a port of bridge br0'])
  expect(change(one, on([link(2, 'lan0')], [way]))).toEqual([
    'eth0, 2, gone, its name is lan0 now',
    'lan0, 2, appeared, it has a default route (IPv4)',
  ])
  expect(change(one, on([link(5, 'eth0')], [route(5, '0.0.0.0/0')]))).toEqual([
    'eth0, 2, gone, there is no such device any more',
    'eth0, 5, appeared, it has a default route (IPv4)',
  ])
  expect(change(one, one)).toEqual([])
})
