import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { host, link, route } from '../../test/hosts.ts'
import { requireSelection } from '../selection/parse.ts'
import type { LinkFacts, RouteFacts, Snapshot } from '../snapshot/types.ts'
import { detect } from './detect.ts'

const names = ['lo', 'eth0', 'eth1', 'ens1', 'docker0', 'lxc1', 'br0', 'wg0', 'bond0']
const kinds = [undefined, 'veth', 'bridge', 'bond', 'vlan', 'dummy', 'vrf', 'wireguard']
const destinations = ['0.0.0.0/0', '::/0', '10.0.0.0/8', 'fd00::/64', '127.0.0.0/8', 'fe80::/64', '224.0.0.0/4']

const links: fc.Arbitrary<LinkFacts[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      kind: fc.constantFrom(...kinds),
      slave: fc.boolean(),
      master: fc.option(fc.nat(9), { nil: undefined }),
    }),
    { selector: ({ name }) => name },
  )
  .map((all) =>
    all.map(({ name, kind, slave, master }, i) =>
      link(i + 1, name, {
        ...(kind === undefined ? {} : { kind }),
        ...(master === undefined || master === i + 1 ? {} : { master }),
        flags: [...(slave ? ['SLAVE' as const] : []), ...(name === 'lo' ? ['LOOPBACK' as const] : [])],
      }),
    ),
  )

const routes: fc.Arbitrary<RouteFacts[]> = fc.array(
  fc
    .tuple(
      fc.nat(9),
      fc.constantFrom(...destinations),
      fc.constantFrom(254, 255, 100),
      fc.constantFrom('unicast' as const, 'local' as const),
    )
    .map(([index, destination, table, type]) => route(index, destination, { table, type })),
)

const entries = fc.array(fc.constantFrom('auto', 'eth0', 'ens1', 'eth+', '*', '+wg0', '-eth0', '-docker*', '-*0'), {
  maxLength: 5,
})
const chosen = fc.tuple(links, routes, entries).map(([some, ways, list]) => ({ some, ways, list: [...list, 'auto'] }))
const names_ = (snapshot: Snapshot): string[] => snapshot.links.map(({ name }) => name)

test('every device is explained once, and the chosen ones are those explained so', () => {
  fc.assert(
    fc.property(chosen, ({ some, ways, list }) => {
      const on = host(some, ways)
      const { devices, explanations } = detect(on, requireSelection(list))
      expect(explanations.map(({ device }) => device)).toEqual(names_(on))
      expect(devices).toEqual(explanations.filter((one) => one.chosen).map(({ device }) => device))
      for (const { why, chosen: is, rule } of explanations) {
        expect(why).not.toBe('')
        expect(is).toBe(rule === 'named' || rule === 'route')
      }
    }),
  )
})

test('the order of devices, routes and entries decides nothing', () => {
  fc.assert(
    fc.property(chosen, ({ some, ways, list }) => {
      const forth = detect(host(some, ways), requireSelection(list))
      const back = detect(host(some.toReversed(), ways.toReversed()), requireSelection(list.toReversed()))
      expect(back.devices).toEqual(forth.devices)
    }),
  )
})

test('what is to be left out is never chosen; what is named and not left out always is', () => {
  fc.assert(
    fc.property(chosen, ({ some, ways, list }) => {
      const { devices } = detect(host(some, ways), requireSelection(list))
      const present = some.map(({ name }) => name)
      if (list.includes('-eth0')) expect(devices).not.toContain('eth0')
      if (list.includes('-docker*')) expect(devices).not.toContain('docker0')
      const [leftOut, wanted] = [list.includes('-*0'), list.includes('+wg0')]
      if (wanted && !leftOut && present.includes('wg0')) expect(devices).toContain('wg0')
      if (list.includes('ens1') && present.includes('ens1')) expect(devices).toContain('ens1')
    }),
  )
})

test('one more route takes no device away, and changes nothing about the others', () => {
  fc.assert(
    fc.property(chosen, fc.nat(9), ({ some, ways, list }, index) => {
      const before = detect(host(some, ways), requireSelection(list))
      const after = detect(host(some, [...ways, route(index, '0.0.0.0/0')]), requireSelection(list))
      const others = ({ explanations }: typeof before) => explanations.filter((one) => one.index !== index)
      expect(others(after)).toEqual(others(before))
      expect(after.devices).toEqual(expect.arrayContaining([...before.devices]))
    }),
  )
})

test('names alone choose exactly these', () => {
  fc.assert(
    fc.property(links, routes, fc.subarray(names, { minLength: 1 }), (some, ways, wanted) => {
      const { devices, problems } = detect(host(some, ways), requireSelection(wanted))
      const present = some.map(({ name }) => name)
      expect(devices).toEqual(present.filter((name) => wanted.includes(name)))
      expect(problems).toHaveLength(wanted.filter((name) => !present.includes(name)).length)
    }),
  )
})
