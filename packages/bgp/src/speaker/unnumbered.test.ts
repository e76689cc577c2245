import { expect, test } from '@jest/globals'
import { MemoryNetwork } from '../../test/memory-transport.ts'
import { until } from '../../test/until.ts'
import type { Discovery, DiscoveryEvents } from '../discovery/discovery.ts'
import { BgpError } from '../error.ts'
import { Speaker } from './speaker.ts'

const own = 'fe80::1'
const other = 'fe80::254'

/** A link on which somebody is heard when a test says so. */
class Link implements Discovery {
  readonly watched = new Map<string, DiscoveryEvents>()

  watch(device: string, events: DiscoveryEvents): Disposable {
    this.watched.set(device, events)
    return { [Symbol.dispose]: () => void this.watched.delete(device) }
  }

  say(address: string): void {
    this.watched.get('eth0')!.heard({ address, device: 2 })
  }
}

function setUp() {
  const network = new MemoryNetwork()
  const link = new Link()
  const said: string[] = []
  const skep = new Speaker({
    asn: 65001,
    routerId: '10.0.0.1',
    listen: { addresses: [own] },
    peers: [{ name: 'tor-1', address: 'auto', device: 'eth0', asn: 65000, connectRetry: 60 }],
    transport: network.at(own),
    discovery: link,
    onEvent: ({ what }) => said.push(what),
  })
  const router = (address: string, passive: boolean): Speaker => {
    const peer = { name: 'skep', address: own, asn: 65001, passive, connectRetry: 1, extendedNextHop: true }
    const made = new Speaker({
      asn: 65000,
      routerId: '10.0.0.254',
      listen: { addresses: [address] },
      peers: [peer],
      transport: network.at(address),
    })
    made.start()
    return made
  }
  skep.start()
  return { link, said, skep, router }
}

const up = (speaker: Speaker): Promise<unknown> =>
  until(
    () => speaker.peer('tor-1').state,
    (state) => state === 'established',
  )

test('a peer is connected to as soon as the router on its device is heard, and takes IPv4 over its IPv6', async () => {
  const { link, said, skep, router } = setUp()
  using there = router(other, true)
  skep.rib.announce({ owner: 'a', reason: 'b', prefixes: ['192.0.2.0/24'] })
  await until(
    () => said,
    (all) => all.includes('cannot connect: no router is heard on eth0'),
  )
  expect(skep.peer('tor-1').address).toBe('auto')
  link.say(other)
  await up(skep)
  expect(skep.peer('tor-1')).toMatchObject({ address: other, agreed: { extendedNextHop: true } })
  expect(skep.reachablePeers()).toMatchObject([{ name: 'tor-1', address: other, device: 'eth0' }])
  await until(
    () => there.received('skep').ipv4,
    ([route]) => route?.nextHop.address === own,
  )
  skep.stop()
  expect(link.watched.size).toBe(0)
})

test('the router may connect, once it is known; another one is nobody while the first is heard', async () => {
  const { link, said, skep, router } = setUp()
  {
    using _early = router(other, false)
    await until(
      () => said,
      (all) => all.includes('connected to us, and is no peer of ours'),
    )
  }
  link.say(other)
  link.say('fe80::bad')
  expect(skep.peer('tor-1').address).toBe(other)
  using _there = router(other, false)
  await up(skep)
  skep.stop()
})

test('what is to be learnt needs a device', () => {
  const peers = [{ name: 'x', address: 'auto', asn: 1 }]
  expect(() => new Speaker({ asn: 1, routerId: '10.0.0.1', peers })).toThrow(BgpError)
})
