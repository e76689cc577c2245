import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import type { Config } from '../config/config.ts'
import { announcementsOf, desiredRoutes } from './desired.ts'
import { leavingAddresses, leavingAfter, withLeaving } from './leaving.ts'

const web = `    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }, { address: "2001:db8:ff::10", port: 80 }]
      bgp: { med: 50, communities: ["65001:100"], peers: [tor] }
      backends: [{ address: 10.1.0.11, port: 80 }, { address: "2001:db8:1::11", port: 80, weight: 0 }]
`
const dns = `    - name: dns
      frontends: [{ address: 192.0.2.10, port: 53 }, { address: 192.0.2.53, port: 53 }]
      backends: [{ address: 10.1.0.12, port: 53, weight: 0 }]
`

function config(services: string, bgp = 'drainSeconds: 5, '): Config {
  const peers = 'peers: [{ name: tor, address: 10.0.0.254, asn: 65000 }]'
  return parseConfig(
    'lb.yaml',
    `apiVersion: skep.dev/v1\nkind: LoadBalancer\nspec:\n  devices: [eth0]\n  bgp: { asn: 65001, routerId: 10.0.0.1, ${bgp}${peers} }\n  services:\n${services}`,
  )
}

test('an address is announced for each service that has a usable backend of its family', () => {
  const routes = desiredRoutes(config(web + dns), new Set())
  expect(routes.map(({ prefix, service, state, why }) => [prefix, service, state, why])).toEqual([
    ['192.0.2.10/32', 'web', 'announced', '1 of 1 backends usable'],
    ['2001:db8:ff::10/128', 'web', 'withheld', '0 of 1 backends usable'],
    ['192.0.2.10/32', 'dns', 'withheld', '0 of 1 backends usable'],
    ['192.0.2.53/32', 'dns', 'withheld', '0 of 1 backends usable'],
  ])
  const attributes = { med: 50, communities: [65001 * 65536 + 100] }
  expect(announcementsOf(routes)).toEqual([
    { prefixes: ['192.0.2.10/32'], reason: 'service web', attributes, scope: { peers: ['tor'] } },
  ])
})

test('services that are not named are not announced', () => {
  expect(desiredRoutes(config(web + dns, 'services: [dns], '), new Set()).map(({ service }) => service)).toEqual([
    'dns',
    'dns',
  ])
})

test('an address that goes is served and marked until its time has come; one that another frontend has stays', () => {
  const [before, after] = [config(web + dns), config(dns)]
  const leaving = leavingAfter(before, after, [], 1000)
  expect([...leavingAddresses(leaving)]).toEqual(['2001:db8:ff::10'])
  const all = leavingAfter(config(web), { ...after, services: [] }, [], 1000)
  const effective = withLeaving({ ...after, services: [] }, all)
  expect(effective.services).toEqual(before.services.slice(0, 1))
  const routes = desiredRoutes(effective, leavingAddresses(all))
  expect(routes[0]).toMatchObject({ state: 'draining', carries: { communities: ['65001:100', 'graceful-shutdown'] } })
  expect(announcementsOf(routes)[0]?.attributes).toEqual({
    med: 50,
    localPref: 0,
    communities: [65001 * 65536 + 100, 0xffff0000],
  })
  expect(leavingAfter(after, after, leaving, 5999)).toEqual(leaving)
  expect(leavingAfter(after, after, leaving, 6000)).toEqual([])
  expect(leavingAfter(after, before, leaving, 2000)).toEqual([])
})

test('a frontend that leaves a service that stays is served by that service', () => {
  const more = web.replace('frontends: [', 'frontends: [{ address: 192.0.2.99, port: 80 }, ')
  const less = config(web)
  const effective = withLeaving(less, leavingAfter(config(more), less, [], 0))
  expect(effective.services.map(({ name, frontends }) => [name, frontends.length])).toEqual([['web', 3]])
})

test('without a time to drain nothing leaves slowly', () => {
  expect(leavingAfter(config(web), config(dns, 'drainSeconds: 0, '), [], 0)).toEqual([])
})
