import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Netlink } from 'netlink-ts'
import { addAddresses, type Lab, lab } from '../test/lab.ts'
import { followNextHops } from './follow.ts'

const SMALL = 4096
let net: Lab
beforeEach(() => {
  net = lab(() => {})
})
afterEach(() => net[Symbol.dispose]())

/** The same, whose monitors have room for few events. */
function withSmallBuffer(whole: Netlink): Netlink {
  return new Proxy(whole, {
    get(target, key) {
      if (key === 'monitor')
        return (...[kinds, options]: Parameters<Netlink['monitor']>) =>
          target.monitor(kinds, { ...options, receiveBuffer: SMALL })
      return Reflect.get(target, key, target) as unknown
    },
  })
}

test('events that the kernel had no room for are made up for: the next hop of another route is found', async () => {
  const { here, there, index } = net
  addAddresses(there, 'e1', ['10.0.0.3/24'])
  here.route.add({ destination: '10.2.0.0/16', via: '10.0.0.2' })
  await using witness = here.monitor(['neighbor'], { receiveBuffer: SMALL })
  const usable: string[] = []
  for await (const { hop, to } of followNextHops(withSmallBuffer(here), ['10.2.0.7'])) {
    if (to.phase !== 'usable') continue
    usable.push(hop.address)
    if (usable.length === 2) break
    // Nobody reads meanwhile: this is one turn of the loop.
    const flood = (from: number): void => {
      for (let i = from; i < from + 100; i++)
        here.neighbor.add({ index, address: `10.0.0.${i}`, lladdr: '02:00:00:00:00:77', state: 'stale' })
    }
    flood(20)
    here.route.replace({ destination: '10.2.0.0/16', via: '10.0.0.3' })
    flood(120)
  }
  expect(usable).toEqual(['10.0.0.2', '10.0.0.3'])
  for await (const event of witness) if (event.type === 'resync' && event.reason === 'overrun') return
  throw new Error('it all fitted')
}, 60_000)
