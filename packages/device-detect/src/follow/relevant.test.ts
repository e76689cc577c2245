import { expect, test } from '@jest/globals'
import type { MonitorEvent } from 'netlink-ts'
import { route } from '../../test/hosts.ts'
import { summarizeRoutes } from '../snapshot/summarize.ts'
import type { RouteFacts } from '../snapshot/types.ts'
import { needsRoutes } from './relevant.ts'

const known = summarizeRoutes([route(2, '10.0.0.0/24'), route(3, '0.0.0.0/0')])

const base = { scope: 'global', protocol: 'static', flags: [] } as const

function event(action: 'add' | 'change' | 'remove', facts: RouteFacts): MonitorEvent {
  return { type: 'route', action, value: { ...base, ...facts, nexthops: [] } }
}

test.each([
  ['one more by a device that has some', event('add', route(2, '10.9.0.0/24')), false],
  ['its first of the other family', event('add', route(2, 'fd00::/64')), true],
  ['its first default route', event('add', route(2, '0.0.0.0/0', { table: 9 })), true],
  ['another default route', event('add', route(3, '0.0.0.0/0', { table: 9 })), false],
  ['the first by a device', event('add', route(4, '10.9.0.0/24')), true],
  ['a local one', event('add', route(4, '10.9.0.1/32', { table: 255, type: 'local' })), false],
  ['a link-local one', event('add', route(4, 'fe80::/64')), false],
  ['one by a nexthop object', event('add', route(2, '10.9.0.0/24', { nexthopId: 7 })), true],
  ['one that goes', event('remove', route(2, '10.0.0.0/24')), true],
  ['a local one that goes', event('remove', route(4, '10.9.0.1/32', { table: 255, type: 'local' })), false],
  ['one that is another now', event('change', route(2, '10.0.0.0/24', { type: 'blackhole' })), true],
  ['missed events', { type: 'resync', reason: 'overrun', changes: [] } satisfies MonitorEvent, true],
])('%s: %s', (_, one, expected) => expect(needsRoutes(one, known)).toBe(expected))
