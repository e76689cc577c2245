import { expect, test } from '@jest/globals'
import { Pair } from '../../test/pair.ts'
import { until } from '../../test/until.ts'
import { draining } from '../rib/route.ts'
import { namedCommunities } from '../wire/community-text.ts'

/** What an agent asks of the library: each feature announces what is its own. */
const podCidrs = { owner: 'pod-cidr', reason: 'node worker-1', prefixes: ['10.1.0.0/24', 'fd00:1::/64'] }

function service(name: string, address: string, attributes = {}) {
  return { owner: 'service', reason: `service ${name}`, prefixes: [`${address}/32`], attributes }
}

test('pod CIDRs and service addresses come and go without each other', async () => {
  using pair = new Pair()
  pair.skep.rib.announce(podCidrs)
  pair.skep.rib.announce(service('default/web', '192.0.2.10'))
  await pair.has('10.1.0.0/24', 'fd00:1::/64', '192.0.2.10/32')
  pair.skep.rib.replace('service', [])
  await pair.has('10.1.0.0/24', 'fd00:1::/64')
  pair.skep.rib.withdraw({ owner: 'pod-cidr' })
  await pair.has()
})

test('externalTrafficPolicy: Local is announced only while the node has a ready endpoint, Cluster by all', async () => {
  using pair = new Pair()
  const cluster = service('default/web', '192.0.2.10')
  const local = service('default/dns', '192.0.2.11')
  pair.skep.rib.replace('service', [cluster, local])
  await pair.has('192.0.2.10/32', '192.0.2.11/32')
  // The last local endpoint is gone: the agent leaves the service out.
  pair.skep.rib.replace('service', [cluster])
  await pair.has('192.0.2.10/32')
  pair.skep.rib.replace('service', [cluster, local])
  await pair.has('192.0.2.10/32', '192.0.2.11/32')
})

test('a service that is about to go is marked before it goes', async () => {
  using pair = new Pair()
  pair.skep.rib.announce(service('default/web', '192.0.2.10'))
  await pair.has('192.0.2.10/32')
  pair.skep.rib.announce(service('default/web', '192.0.2.10', draining()))
  await until(
    () => pair.routes()[0]?.attributes.communities,
    (found) => found?.[0] === namedCommunities['graceful-shutdown'],
  )
  pair.skep.rib.withdraw({ owner: 'service' })
  await pair.has()
})

test('node labels decide, also when they change', async () => {
  using pair = new Pair({}, {}, { nodeLabels: { zone: 'a' } })
  const nodes = [{ matchLabels: { zone: 'b' } }]
  pair.skep.rib.announce(podCidrs)
  pair.skep.rib.announce({ ...service('default/web', '192.0.2.10'), scope: { nodes } })
  await pair.has('10.1.0.0/24', 'fd00:1::/64')
  expect(pair.skep.explain('192.0.2.10/32')[0]!.verdicts).toEqual([
    { peer: 'tor-1', announced: false, why: 'it is for other nodes: their selectors do not match this one’s labels' },
  ])
  pair.skep.setNodeLabels({ zone: 'b' })
  await pair.has('10.1.0.0/24', 'fd00:1::/64', '192.0.2.10/32')
  pair.skep.setNodeLabels({ zone: 'a' })
  await pair.has('10.1.0.0/24', 'fd00:1::/64')
  expect(pair.skep.peer('tor-1').flaps).toBe(0)
})

test('a drain of the node marks all routes, and is taken back', async () => {
  using pair = new Pair()
  pair.skep.rib.announce(podCidrs)
  await pair.has('10.1.0.0/24', 'fd00:1::/64')
  const marked = (): number => pair.routes().filter(({ attributes }) => attributes.communities !== undefined).length
  pair.skep.setDraining(true)
  await until(marked, (count) => count === 2)
  pair.skep.setDraining(false)
  await until(marked, (count) => count === 0)
})

test('a drain of one peer marks what it is told, and nothing else', async () => {
  using pair = new Pair()
  pair.skep.rib.announce(podCidrs)
  await pair.has('10.1.0.0/24', 'fd00:1::/64')
  const marked = (): number => pair.routes().filter(({ attributes }) => attributes.communities !== undefined).length
  pair.skep.setDraining(['tor-1'])
  await until(marked, (count) => count === 2)
  pair.skep.setDraining(['tor-2'])
  await until(marked, (count) => count === 0)
})

test('why each route is announced or not', async () => {
  using pair = new Pair()
  const prefix = '192.0.2.10/32'
  pair.skep.rib.announce(service('default/web', '192.0.2.10', { localPref: 200 }))
  pair.skep.rib.announce({ owner: 'configured', reason: 'by hand', prefixes: [prefix] })
  pair.skep.rib.announce({ owner: 'other', reason: 'elsewhere', prefixes: [prefix], scope: { peers: ['tor-2'] } })
  const why = (): string[] =>
    pair.skep
      .explain(prefix)
      .map(({ owner, verdicts: [verdict] }) => `${owner}: ${verdict!.announced ? 'yes' : 'no'}, ${verdict!.why}`)
      .toSorted()
  pair.skep.shutdown('tor-1')
  expect(why()).toContain('service: no, the session is not up: idle')
  pair.skep.enable('tor-1')
  await pair.has(prefix)
  expect(why()).toEqual([
    'configured: no, the route of service (service default/web) comes first: higher local preference',
    'other: no, it is for other peers',
    'service: yes, the best of the routes',
  ])
  expect(pair.skep.explain('198.51.100.0/24')).toEqual([])
  expect([...pair.skep.explainAll()]).toHaveLength(3)
})
