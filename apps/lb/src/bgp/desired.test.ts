import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import type { Backend, Config } from '../config/config.ts'
import { weigh } from '../health/weigh.ts'
import { announcementsOf, desiredRoutes } from './desired.ts'
import { leavingAddresses, leavingAfter, withLeaving } from './leaving.ts'

const nothing = {
  leaving: new Set<string>(),
  told: new Set<string>(),
  unreachable: new Map<string, string>(),
  unserved: new Map<string, string>(),
}

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
  const routes = desiredRoutes(config(web + dns), nothing)
  expect(routes.map(({ prefix, service, state, why }) => [prefix, service, state, why])).toEqual([
    ['192.0.2.10/32', 'web', 'announced', '1 of 1 backends usable'],
    ['2001:db8:ff::10/128', 'web', 'withheld', '0 of 1 backends usable: 1 with weight 0'],
    ['192.0.2.10/32', 'dns', 'withheld', '0 of 1 backends usable: 1 with weight 0'],
    ['192.0.2.53/32', 'dns', 'withheld', '0 of 1 backends usable: 1 with weight 0'],
  ])
  const attributes = { med: 50, communities: [65001 * 65536 + 100] }
  expect(announcementsOf(routes)).toEqual([
    { prefixes: ['192.0.2.10/32'], reason: 'service web', attributes, scope: { peers: ['tor'] } },
  ])
})

test('a checked backend counts once it is up; in a panic it is served, but not announced; one that was told stays until its check has answered', () => {
  const checked = web.replace('      bgp:', '      healthCheck: { http: { path: / } }\n      bgp:')
  const { services, ...rest } = config(checked)
  const fateOf = (checks: readonly Backend['checked'][], told: string[] = []) => {
    const backends = checks.map((one) => ({ ...services[0]!.backends[0]!, checked: one }))
    const weighed = { ...rest, services: [{ ...services[0]!, backends }] }
    return desiredRoutes(weighed, { ...nothing, told: new Set(told) })[0]!
  }
  const told = ['192.0.2.10/32']
  expect(fateOf(['down', 'up'])).toMatchObject({ state: 'announced', why: '1 of 2 backends usable: 1 down' })
  expect(fateOf(['down', 'down'], told)).toMatchObject({ state: 'withheld', why: '0 of 2 backends usable: 2 down' })
  expect(fateOf(['unknown', 'down'])).toMatchObject({
    state: 'withheld',
    why: '0 of 2 backends usable: 1 not checked yet, 1 down',
  })
  expect(fateOf(['unknown', undefined], told)).toMatchObject({ state: 'announced', why: '2 of 2 backends usable' })
})

test('an address that the tables do not serve is not announced, whoever is healthy', () => {
  const unserved = new Map([['192.0.2.10:80/TCP', 'no room for the service: 1 of 1 services are taken']])
  expect(desiredRoutes(config(web), { ...nothing, told: new Set(['192.0.2.10/32']), unserved })[0]).toMatchObject({
    state: 'withheld',
    why: 'the tables do not serve 192.0.2.10:80/TCP: no room for the service: 1 of 1 services are taken',
  })
  const other = new Map([['192.0.2.10:443/TCP', 'of another service']])
  expect(desiredRoutes(config(web), { ...nothing, unserved: other })[0]).toMatchObject({ state: 'announced' })
})

test('where nothing is checked, a backend that nothing can be sent to does not count; a check knows better', () => {
  const unreachable = new Map([['10.1.0.11', 'no route to 10.1.0.11: ENETUNREACH']])
  const fate = (services: string) => desiredRoutes(config(services), { ...nothing, unreachable })[0]
  expect(fate(web)).toMatchObject({
    state: 'withheld',
    why: '0 of 1 backends usable: 1 out of reach (no route to 10.1.0.11: ENETUNREACH)',
  })
  const checked = web.replace('      bgp:', '      healthCheck: { tcp: {} }\n      bgp:')
  const { services, ...rest } = config(checked)
  const up = services.map((one) => ({ ...one, backends: one.backends.map((b) => ({ ...b, checked: 'up' as const })) }))
  expect(desiredRoutes({ ...rest, services: up }, { ...nothing, unreachable })[0]).toMatchObject({ state: 'announced' })
})

test('what an operator keeps out is told by its state', () => {
  const out = web.replace('10.1.0.11, port: 80', '10.1.0.11, port: 80, state: maintenance')
  const { services, ...rest } = config(out)
  const weighed = { ...rest, services: weigh({ ...rest, services }, []).services }
  expect(desiredRoutes(weighed, nothing)[0]?.why).toBe('0 of 1 backends usable: 1 maintenance')
})

test('a family that leaves whole is served by its backends until it has left', () => {
  const both = config(web)
  const less = web.replace('{ address: 192.0.2.10, port: 80 }, ', '').replace('{ address: 10.1.0.11, port: 80 }, ', '')
  const effective = withLeaving(config(less), leavingAfter(both, config(less), [], 0))
  expect(effective.services[0]?.backends.map(({ address }) => address)).toEqual(['2001:db8:1::11', '10.1.0.11'])
  expect(desiredRoutes(effective, { ...nothing, leaving: new Set(['192.0.2.10']) })).toContainEqual(
    expect.objectContaining({ prefix: '192.0.2.10/32', state: 'draining' }),
  )
})

test('services that are not named are not announced', () => {
  const routes = desiredRoutes(config(web + dns.replace(', weight: 0', ''), 'services: [dns], '), nothing)
  expect(routes.map(({ service, state, why }) => [service, state, why])).toEqual([
    ['web', 'withheld', 'spec.bgp.services does not name the service'],
    ['web', 'withheld', 'spec.bgp.services does not name the service'],
    ['dns', 'announced', '1 of 1 backends usable'],
    ['dns', 'announced', '1 of 1 backends usable'],
  ])
})

test('an address that goes is served and marked until its time has come; one that another frontend has stays', () => {
  const [before, after] = [config(web + dns), config(dns)]
  const leaving = leavingAfter(before, after, [], 1000)
  expect([...leavingAddresses(leaving)]).toEqual(['2001:db8:ff::10'])
  const all = leavingAfter(config(web), { ...after, services: [] }, [], 1000)
  const effective = withLeaving({ ...after, services: [] }, all)
  expect(effective.services).toEqual(before.services.slice(0, 1))
  const routes = desiredRoutes(effective, { ...nothing, leaving: leavingAddresses(all) })
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

test('a service that is no longer named is drained too, and served by nobody but itself', () => {
  const [all, fewer] = [config(web + dns), config(web + dns, 'drainSeconds: 5, services: [dns], ')]
  const leaving = leavingAfter(all, fewer, [], 1000)
  expect([...leavingAddresses(leaving)]).toEqual(['2001:db8:ff::10'])
  expect(withLeaving(fewer, leaving)).toEqual(fewer)
})

test('without spec.bgp what goes at the same time is served until routers have turned away', () => {
  const { bgp: _, ...plain } = config(dns)
  const leaving = leavingAfter(config(web), plain, [], 1000)
  expect(withLeaving(plain, leaving).services.map(({ name }) => name)).toEqual(['dns', 'web'])
})

test('one that was killed while an address leaves finds that in the files of before and of now: it leaves once', () => {
  const [before, after] = [config(web), config(dns)]
  const leaving = leavingAfter(before, after, [], 1000)
  expect(leavingAfter(before, after, leaving, 2000)).toEqual(leaving)
})
