import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { anonymousNamespace, type Netlink, type NetworkNamespace, openNetlink } from 'netlink-ts'
import { requireSelection } from '../selection/parse.ts'
import { type DeviceEvent, followDevices, type FollowOptions } from './follow.ts'

let stack: AsyncDisposableStack
let ns: NetworkNamespace
let netlink: Netlink
let end: AbortController
let events: AsyncGenerator<DeviceEvent, void>

beforeEach(() => {
  stack = new AsyncDisposableStack()
  ns = stack.use(anonymousNamespace())
  netlink = stack.use(openNetlink({ ns }))
  end = new AbortController()
})

afterEach(async () => {
  end.abort()
  await events.next()
  await stack.disposeAsync()
})

/** Begins; returns what is chosen at first. */
async function begin(entries: readonly string[] = ['auto'], options: FollowOptions = {}): Promise<readonly string[]> {
  events = followDevices(netlink, requireSelection(entries), { signal: end.signal, ...options })
  const { value } = await events.next()
  expect(value?.changes).toEqual([])
  return value?.detection.devices ?? []
}

/** The next changes, in words. */
async function next(): Promise<string[]> {
  const { value } = await events.next()
  return value?.changes.map(({ change, device, why }) => `${device} ${change}: ${why}`) ?? []
}

function veth(name: string): void {
  netlink.link.add({ kind: 'veth', name, up: true, peer: { name: `${name}-peer`, up: true } })
}

/** A device whose routes need not be default routes. */
function uplink(name: string, address: string, vni = 1): void {
  netlink.link.add({ kind: 'vxlan', name, vni, port: 4789, up: true })
  netlink.address.add({ device: name, address, flags: ['nodad'] })
}

const SMALL = 4096

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

describe('devices are followed', () => {
  test('one that gets a route appears, one that goes is gone; the others stay', async () => {
    uplink('up0', '10.0.0.1/24')
    expect(await begin()).toEqual(['up0'])
    uplink('up1', '10.1.0.1/24', 2)
    expect(await next()).toEqual(['up1 appeared: it has a route to 10.1.0.0/24 (IPv4)'])
    netlink.link.delete({ name: 'up0' })
    expect(await next()).toEqual(['up0 gone: there is no such device any more'])
  })

  test('a route in another table is enough', async () => {
    veth('eth0')
    expect(await begin()).toEqual([])
    netlink.route.add({ destination: 'default', device: 'eth0', table: 100 })
    expect(await next()).toEqual(['eth0 appeared: it has a default route in table 100 (IPv4)'])
  })

  test('a device that becomes the port of a bridge is let go at once, and comes back', async () => {
    uplink('up0', '10.0.0.1/24')
    netlink.link.add({ kind: 'bridge', name: 'br0', up: true })
    expect(await begin()).toEqual(['up0'])
    netlink.link.set({ name: 'up0', master: 'br0' })
    expect(await next()).toEqual(['up0 gone: it is a port of bridge br0'])
    netlink.link.set({ name: 'up0', master: null })
    expect(await next()).toEqual(['up0 appeared: it has a route to 10.0.0.0/24 (IPv4)'])
  })

  test('routes that go and come back change nothing; routes that stay away do', async () => {
    uplink('up0', '10.0.0.1/24')
    expect(await begin(['auto'], { holdMs: 300 })).toEqual(['up0'])
    netlink.link.set({ name: 'up0', up: false })
    netlink.link.set({ name: 'up0', up: true })
    netlink.address.delete({ device: 'up0', address: '10.0.0.1/24' })
    netlink.address.add({ device: 'up0', address: '10.0.0.1/24' })
    uplink('up1', '10.1.0.1/24', 2)
    expect(await next()).toEqual(['up1 appeared: it has a route to 10.1.0.0/24 (IPv4)'])
    netlink.address.delete({ device: 'up0', address: '10.0.0.1/24' })
    expect(await next()).toEqual(['up0 gone: no global unicast route leads out of it'])
  })

  test('a name with + before it is taken when it comes; a pattern takes whatever comes, and an exclusion leaves out', async () => {
    expect(await begin(['+wg0', 'eth+', '-eth9*'])).toEqual([])
    netlink.link.add({ kind: 'bridge', name: 'wg0' })
    expect(await next()).toEqual(['wg0 appeared: "+wg0" names it'])
    netlink.link.add({ kind: 'bridge', name: 'eth9' })
    netlink.link.add({ kind: 'bridge', name: 'eth3' })
    expect(await next()).toEqual(['eth3 appeared: "eth+" names it'])
  })

  test('a device made anew under its name is another one', async () => {
    uplink('up0', '10.0.0.1/24')
    await begin()
    netlink.link.delete({ name: 'up0' })
    uplink('up0', '10.0.0.1/24')
    const told = await next()
    // Both at once, or one after the other where the kernel was slow.
    if (told.length === 1) told.push(...(await next()))
    expect(told).toEqual([
      'up0 gone: there is no such device any more',
      'up0 appeared: it has a route to 10.0.0.0/24 (IPv4)',
    ])
  })

  test('in a flood of routes a new device is seen all the same', async () => {
    uplink('up0', '10.0.0.1/8')
    await begin()
    for (let i = 0; i < 2000; i++)
      netlink.route.add({ destination: `172.${16 + (i >> 8)}.${i & 255}.0/24`, device: 'up0', table: 7 })
    uplink('up1', '10.1.0.1/24', 2)
    for (let i = 0; i < 2000; i++)
      netlink.route.delete({ destination: `172.${16 + (i >> 8)}.${i & 255}.0/24`, device: 'up0', table: 7 })
    expect(await next()).toEqual(['up1 appeared: it has a route to 10.1.0.0/24 (IPv4)'])
  })

  test('events that the kernel had no room for are made up for', async () => {
    uplink('up0', '10.0.0.1/8')
    await using witness = netlink.monitor(['route'], { receiveBuffer: SMALL })
    events = followDevices(withSmallBuffer(netlink), requireSelection(['auto']), { signal: end.signal })
    await events.next()
    // Nobody reads meanwhile: this is one turn of the loop.
    const change = (kind: 'add' | 'delete', i: number): void =>
      netlink.route[kind]({ destination: `172.${16 + (i >> 8)}.${i & 255}.0/24`, device: 'up0', table: 7 })
    for (let i = 0; i < 500; i++) change('add', i)
    uplink('up1', '10.1.0.1/24', 2)
    for (let i = 0; i < 500; i++) change('delete', i)
    expect(await next()).toEqual(['up1 appeared: it has a route to 10.1.0.0/24 (IPv4)'])
    for await (const event of witness) if (event.type === 'resync' && event.reason === 'overrun') return
    throw new Error('it all fitted')
  })

  test('the signal ends it', async () => {
    await begin()
    const last = events.next()
    end.abort()
    expect(await last).toEqual({ done: true, value: undefined })
  })
})
