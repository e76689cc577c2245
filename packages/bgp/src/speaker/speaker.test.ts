import { expect, test } from '@jest/globals'
import { Pair } from '../../test/pair.ts'
import { until } from '../../test/until.ts'

const route = { owner: 'o', reason: 'r', prefixes: ['192.0.2.10/32'] }

test('the last error is told in words, at both ends', async () => {
  using pair = new Pair()
  await pair.state('established')
  pair.router.shutdown('skep', 'maintenance until 10:00')
  await until(
    () => pair.skep.peer('tor-1').lastError?.what,
    (what) => what?.includes('maintenance') === true,
  )
  expect(pair.skep.peer('tor-1')).toMatchObject({
    flaps: 1,
    lastError: { what: 'the peer says: cease: administrative shutdown ("maintenance until 10:00")' },
  })
  pair.router.enable('skep')
  await pair.state('established')
})

test('a peer that sends too much is cut off until it is reset', async () => {
  using pair = new Pair({}, { maxPrefixes: 2 })
  pair.skep.rib.announce({ ...route, prefixes: ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'] })
  await until(
    () => pair.router.peer('skep').state,
    (state) => state === 'idle',
  )
  await until(
    () => pair.skep.peer('tor-1').lastError?.what,
    (what) => what !== undefined,
  )
  expect(pair.said.join('\n')).toContain(
    'the peer says: cease: maximum number of prefixes reached (data 00010100000002)',
  )
  const what = 'the peer sends more than 2 prefixes: the session stays down until it is reset'
  expect([pair.prefixes(), pair.router.peer('skep').lastError?.what]).toEqual([[], what])
  pair.skep.rib.withdraw({ owner: 'o', prefixes: ['10.3.0.0/16'] })
  pair.router.reset('skep')
  await pair.has('10.1.0.0/16', '10.2.0.0/16')
})

test('a refresh sends all again, between begin and end', async () => {
  using pair = new Pair()
  pair.skep.rib.announce(route)
  await pair.has('192.0.2.10/32')
  const { sent } = pair.network
  const before = sent.length
  expect(pair.router.refresh('skep')).toBe(true)
  const seen = (): string[] =>
    sent.slice(before).flatMap((one) => {
      if (one.type === 'update') return one.update.reach.flatMap(({ prefixes }) => prefixes.texts())
      return one.type === 'route-refresh' ? [`${one.refresh!.kind} ${one.refresh!.afi}`] : []
    })
  await until(seen, (all) => all.includes('end 2'))
  expect(seen().filter((one) => !one.endsWith(' 2'))).toEqual(['request 1', 'begin 1', '192.0.2.10/32', 'end 1'])
  expect(pair.skep.peer('tor-1').agreed).toMatchObject({ routeRefresh: true, enhancedRefresh: true, holdTime: 90 })
})

test('a connection that is cut keeps the routes of a peer that can restart, and they are dropped unless they come again', async () => {
  using pair = new Pair({ gracefulRestart: 60 }, { gracefulRestart: 60 })
  pair.skep.rib.announce({ ...route, prefixes: ['10.1.0.0/16', '10.2.0.0/16'] })
  await pair.has('10.1.0.0/16', '10.2.0.0/16')
  pair.skep.shutdown('tor-1')
  await pair.has()
  pair.skep.enable('tor-1')
  await pair.has('10.1.0.0/16', '10.2.0.0/16')
  pair.network.cut()
  await until(
    () => pair.routes().filter(({ stale }) => stale).length,
    (count) => count === 2,
  )
  pair.skep.rib.withdraw({ owner: 'o', prefixes: ['10.2.0.0/16'] })
  await pair.has('10.1.0.0/16')
  expect(pair.routes()[0]!.stale).toBe(false)
})

test('one that has restarted says that all is sent when it is told so', async () => {
  using pair = new Pair({ gracefulRestart: 60 }, { gracefulRestart: 60 }, { restarting: true })
  pair.skep.rib.announce(route)
  await pair.has('192.0.2.10/32')
  const ends = (): number =>
    pair.network.sent.filter((one) => one.type === 'update' && one.update.endOfRib !== undefined).length
  // The router's two.
  await until(ends, (count) => count === 2)
  const opens = pair.network.sent.flatMap((one) =>
    one.type === 'open' ? [one.open.capabilities.gracefulRestart?.restarting] : [],
  )
  expect(opens.toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true])
  pair.skep.complete()
  await until(ends, (count) => count === 4)
})

test('peers are what the configuration says; what is the same goes on', async () => {
  using pair = new Pair()
  await pair.state('established')
  const same = {
    name: 'tor-1',
    address: '10.0.0.254',
    asn: 65000,
    labels: { rack: 'a' },
    connectRetry: 1,
    nextHops: { ipv4: '10.0.0.1', ipv6: 'fd00::1' },
  }
  pair.skep.setPeers([
    { ...same, bfd: { intervalMs: 50 } },
    { name: 'tor-2', address: '10.0.0.253', asn: 65000 },
  ])
  expect(pair.skep.peers().map(({ name, flaps }) => [name, flaps])).toEqual([
    ['tor-1', 0],
    ['tor-2', 0],
  ])
  expect(pair.skep.peer('tor-1').state).toBe('established')
  pair.skep.setPeers([{ ...same, holdTime: 30 }])
  await pair.state('established')
  expect(pair.skep.peer('tor-1').agreed?.holdTime).toBe(30)
  expect(() => pair.skep.peer('tor-2')).toThrow('peer: no peer is called "tor-2"; there are tor-1')
  pair.skep.setPeers([])
  await until(
    () => pair.router.peer('skep').lastError?.what,
    (what) => what?.includes('de-configured') === true,
  )
})

test('an address that is none is refused before anything changes', async () => {
  using pair = new Pair()
  await pair.state('established')
  expect(() => pair.skep.setPeers([{ name: 'x', address: 'tor', asn: 1 }])).toThrow(
    'peer x: "tor" is no address; give one like 10.0.0.1',
  )
  expect(pair.skep.peers()).toMatchObject([{ name: 'tor-1', state: 'established' }])
})

test('BFD ends a session at once', async () => {
  using pair = new Pair()
  pair.skep.rib.announce(route)
  await pair.has('192.0.2.10/32')
  pair.skep.linkDown('tor-1', 'BFD: nothing was heard for 150 ms')
  expect(pair.skep.peer('tor-1')).toMatchObject({ flaps: 1, lastError: { what: 'BFD: nothing was heard for 150 ms' } })
  await until(
    () => pair.router.peer('skep').lastError?.what,
    (what) => what === 'the peer says: cease: BFD down',
  )
  await pair.has('192.0.2.10/32')
})

test('who is no peer is turned away, and a refused connection is tried again', async () => {
  using pair = new Pair()
  await pair.state('established')
  using stranger = new Pair({ sourceAddress: '10.0.0.7' })
  await until(
    () => stranger.skep.peer('tor-1').flaps + stranger.said.length,
    (count) => count > 0,
  )
  expect(stranger.skep.peer('tor-1').state).not.toBe('established')
})

test('many routes to a peer that reads slowly wait for it', async () => {
  using pair = new Pair({}, { maxPrefixes: 200_000 })
  const prefixes = Array.from({ length: 60_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
  pair.skep.rib.announce({ ...route, prefixes })
  await until(
    () => pair.router.peer('skep').received.ipv4,
    (count) => count === 60_000,
  )
  expect(pair.skep.peer('tor-1')).toMatchObject({ advertised: { ipv4: 60_000 }, pending: 0 })
  pair.skep.rib.withdraw({ owner: 'o' })
  await until(
    () => pair.router.peer('skep').received.ipv4,
    (count) => count === 0,
  )
})
