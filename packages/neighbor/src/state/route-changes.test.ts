import { expect, test } from '@jest/globals'
import type { MonitorEvent, Neighbor, NeighborState } from 'netlink-ts'
import { RouteChanges } from './route-changes.ts'

function neighbor(state: NeighborState, lladdr?: string, action: 'add' | 'change' | 'remove' = 'change'): MonitorEvent {
  const value: Neighbor = {
    index: 3,
    family: 'ipv4',
    address: '10.1.0.11',
    state,
    flags: [],
    ...(lladdr === undefined ? {} : { lladdr }),
  }
  return { type: 'neighbor', action, value }
}

const a = '02:00:00:00:00:01'
const b = '02:00:00:00:00:02'

test('a neighbour that is found, confirmed or goes stale sends no packet another way', () => {
  const changes = new RouteChanges()
  const events = [
    neighbor('incomplete', undefined, 'add'),
    neighbor('reachable', a),
    neighbor('stale', a),
    neighbor('probe', a),
  ]
  expect(events.map((event) => changes.matters(event))).toEqual([false, false, false, false])
})

test.each([
  ['has another address', neighbor('reachable', b)],
  ['fails', neighbor('failed')],
  ['goes', neighbor('reachable', a, 'remove')],
])('a neighbour that %s does', (_, event) => {
  const changes = new RouteChanges()
  changes.matters(neighbor('reachable', a, 'add'))
  expect(changes.matters(event)).toBe(true)
})

test('one that had failed and is back takes the packets again that went another way', () => {
  const changes = new RouteChanges()
  const events = [
    neighbor('failed', undefined, 'add'),
    neighbor('incomplete'),
    neighbor('failed'),
    neighbor('reachable', a),
  ]
  expect(events.map((event) => changes.matters(event))).toEqual([false, false, false, true])
  const gone = [neighbor('failed'), neighbor('failed', undefined, 'remove'), neighbor('reachable', a, 'add')]
  expect(gone.map((event) => changes.matters(event))).toEqual([true, false, false])
})

test('what was missed counts, also when nothing is left of it', () => {
  const changes = new RouteChanges()
  const resync = (...missed: MonitorEvent[]): MonitorEvent =>
    ({ type: 'resync', reason: 'overrun', changes: missed }) as MonitorEvent
  expect(changes.matters(resync())).toBe(true)
  expect(changes.matters(resync(neighbor('reachable', a, 'add')))).toBe(true)
  expect(changes.matters(neighbor('stale', a))).toBe(false)
  expect(changes.matters(neighbor('reachable', b))).toBe(true)
})
