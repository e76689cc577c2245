import { expect, test } from '@jest/globals'
import { type Netlink, NetlinkError, type Route, type Rule } from 'netlink-ts'
import { KnownCells } from './known-cells.ts'

const route: Route = {
  family: 'ipv4',
  destination: '10.1.0.0/16',
  type: 'unicast',
  table: 254,
  protocol: 'static',
  scope: 'global',
  flags: [],
}
const rule = { family: 'ipv4', to: '10.1.7.0/24', priority: 100, invert: false, action: 'table' } as Rule
const door = (list: () => Rule[]) => ({ rule: { list } }) as unknown as Pick<Netlink, 'rule'>

test('rules are asked for when routes have been read again, and part the addresses too', () => {
  let asked = 0
  const cells = new KnownCells(
    door(() => {
      asked++
      return [rule]
    }),
  )
  const routes = [route]
  const first = cells.of(routes)
  expect(first?.startOf('10.1.7.1')).not.toBe(first?.startOf('10.1.6.1'))
  expect([cells.of(routes) === first, asked]).toEqual([true, 1])
  cells.of([...routes])
  expect(asked).toBe(2)
})

test('nothing is known where there are too many routes, or rules cannot be read', () => {
  const refusing = door(() => {
    throw new NetlinkError('REFUSED', 'rule.list', 'no policy routing')
  })
  expect(new KnownCells(refusing).of([route])).toBeUndefined()
  expect(new KnownCells(door(() => [])).of(undefined)).toBeUndefined()
})
