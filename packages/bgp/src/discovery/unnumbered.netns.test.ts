import { expect } from '@jest/globals'
import { needing, needs, topology } from '@skep/testbed'
import { frr } from '../../test/frr.ts'
import { until } from '../../test/until.ts'
import { Speaker } from '../speaker/speaker.ts'
import { tcpTransport } from '../speaker/tcp-transport.ts'
import { routerDiscovery } from './router-discovery.ts'

const { test } = needing(needs.root, needs.binary('vtysh'))

for (const connects of [false, true])
  test(`FRR and we find each other by the link alone, ${connects ? 'it connects' : 'we connect'}; IPv4 goes over IPv6 both ways`, () =>
    meet(connects))

async function meet(connects: boolean): Promise<void> {
  await using net = await topology({ hosts: { skep: {}, router: {} }, links: [{ ends: { skep: [], router: [] } }] })
  const [here, there] = [net.host('skep'), net.host('router')]
  await using router = await frr({
    host: there,
    address: '',
    neighbor: '',
    device: 'eth0',
    unnumbered: true,
    connects,
    announces: ['198.51.100.0/24', '2001:db8:2::/48'],
  })
  const { namespace } = here
  using skep = new Speaker({
    asn: 65001,
    routerId: '10.0.0.1',
    listen: { addresses: ['::'] },
    peers: [{ name: 'router', address: 'auto', device: 'eth0', asn: 65000, connectRetry: 1, passive: connects }],
    transport: tcpTransport({ namespace }),
    discovery: routerDiscovery({ namespace }),
  })
  skep.rib.announce({ owner: 'service', reason: 'web', prefixes: ['192.0.2.10/32', '2001:db8:1::/48'] })
  skep.start()
  const [own, theirs] = [here, there].map((host) =>
    [...host.netlink.address.list()]
      .map(({ address }) => address.replace(/\/.*/, ''))
      .find((one) => one.startsWith('fe80:')),
  )
  const { address, local } = await until(
    () => skep.peer('router'),
    ({ state }) => state === 'established',
  )
  expect({ address, local }).toEqual({ address: theirs, local: own })
  // FRR sends our own back, too.
  const told = await until(
    () => skep.received('router').ipv4.find(({ prefix }) => prefix === '198.51.100.0/24'),
    (route) => route !== undefined,
  )
  expect([told!.nextHop.address, told!.nextHop.linkLocal]).toContain(theirs)
  const routes = await until(
    async () => ({ ...(await router.routes('ipv4')), ...(await router.routes('ipv6')) }),
    (all) => '192.0.2.10/32' in all && '2001:db8:1::/48' in all,
  )
  expect([routes['192.0.2.10/32']!.nextHop, routes['2001:db8:1::/48']!.nextHop]).toEqual([own, own])
  // FRR has installed it: IPv4 by an IPv6 next hop.
  const installed = await until(
    () => there.netlink.route.list({ family: 'ipv4' }).find(({ destination }) => destination === '192.0.2.10/32'),
    (route) => route !== undefined,
  )
  expect(installed?.via).toBe(own)
}
