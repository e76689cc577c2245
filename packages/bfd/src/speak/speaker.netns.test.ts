import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { type Host, type Net, topology } from '@skep/testbed'
import { openUdpSocket, openHandles } from 'sockets-ts'
import { patient, slowness } from '../../test/patience.ts'
import { Watched } from '../../test/watched.ts'
import { type ControlPacket, encodeControlPacket } from '../wire/control-packet.ts'
import type { SessionOptions } from './session-config.ts'
import { BfdSpeaker } from './speaker.ts'

let net: Net<'left' | 'right' | 'far'>
const speakers: BfdSpeaker[] = []

// `right` forwards between the other two.
beforeAll(async () => {
  net = await topology({
    left: ['10.9.0.1/24', 'fd09::1/64'],
    right: ['10.9.0.2/24', 'fd09::2/64', '10.10.0.1/24', 'fd10::1/64'],
    far: ['10.10.0.2/24', 'fd10::2/64'],
  })
})

afterEach(() => {
  for (const speaker of speakers.splice(0)) speaker[Symbol.dispose]()
})

afterAll(async () => {
  await net[Symbol.asyncDispose]()
  expect(openHandles()).toEqual([])
})

/** Intervals that a loaded machine keeps. */
const slow = { transmitMs: 200, receiveMs: 200, multiplier: patient(10) } as const

function speak(host: Host, ...sessions: SessionOptions[]) {
  const watched = new Watched()
  const speaker = new BfdSpeaker({ namespace: host.namespace, onChange: watched.note })
  speakers.push(speaker)
  speaker.apply(sessions.map((each) => ({ ...slow, ...each })))
  return { speaker, watched }
}

function linkLocal(host: Host): string {
  const all = [...host.netlink.address.list({ device: 'eth0' })].map(({ address }) => address.split('/')[0]!)
  return all.find((address) => address.startsWith('fe80:'))!
}

const kinds = [
  { kind: 'a neighbour over IPv4', left: '10.9.0.1', right: '10.9.0.2', host: 'right', more: { device: 'eth0' } },
  { kind: 'a neighbour over IPv6', left: 'fd09::1', right: 'fd09::2', host: 'right', more: {} },
  { kind: 'over a router, IPv4', left: '10.9.0.1', right: '10.10.0.2', host: 'far', more: { multihop: true } },
  { kind: 'over a router, IPv6', left: 'fd09::1', right: 'fd10::2', host: 'far', more: { multihop: true } },
] as const

test.each(kinds)('$kind: both come up; one that ends is told', async ({ left, right, host, more }) => {
  const a = speak(net.left, { peer: right, source: left, ...more })
  const b = speak(net[host], { peer: left, source: right, ...more })
  const [up] = await Promise.all([a.watched.until(right, 'up'), b.watched.until(left, 'up')])
  expect(up.sourcePort).toBeGreaterThanOrEqual(49_152)
  expect(up.counters).toMatchObject({ ups: 1, downs: 0, unsent: 0 })
  b.speaker.stop()
  const down = await a.watched.until(right, 'down')
  expect(down.state).toMatchObject({ diagnostic: 3, remote: { state: 'adminDown', diagnostic: 7 } })
  expect(down.counters.downs).toBe(1)
})

test('unnumbered neighbours, by their link-local addresses', async () => {
  const [left, right] = [linkLocal(net.left), linkLocal(net.right)]
  const a = speak(net.left, { peer: right, device: 'eth0' })
  const b = speak(net.right, { peer: left, device: 'eth0' })
  await Promise.all([a.watched.until(right, 'up'), b.watched.until(left, 'up')])
})

test('silence is noticed, and a peer that comes back too', async () => {
  const quick = { transmitMs: 50, receiveMs: 50, multiplier: patient(3) }
  const a = speak(net.left, { peer: '10.9.0.2', ...quick })
  const b = speak(net.right, { peer: '10.9.0.1', ...quick })
  await Promise.all([a.watched.until('10.9.0.2', 'up'), b.watched.until('10.9.0.1', 'up')])
  b.speaker[Symbol.dispose]()
  const down = await a.watched.until('10.9.0.2', 'down')
  expect(down.state).toMatchObject({
    diagnostic: 1,
    why: `nothing was heard from the peer for ${50 * quick.multiplier} ms`,
  })
  speak(net.right, { peer: '10.9.0.1', ...quick })
  await a.watched.until('10.9.0.2', 'up')
})

test('parameters of a session that is up change without a flap', async () => {
  const a = speak(net.left, { peer: '10.9.0.2' })
  const b = speak(net.right, { peer: '10.9.0.1' })
  await Promise.all([a.watched.until('10.9.0.2', 'up'), b.watched.until('10.9.0.1', 'up')])
  a.speaker.apply([{ peer: '10.9.0.2', ...slow, transmitMs: 300 }])
  const agreed = Promise.withResolvers<void>()
  const look = setInterval(() => {
    if (b.speaker.reports()[0]!.state.remote.minTx === 300_000 && a.speaker.reports()[0]!.state.poll === 'no')
      agreed.resolve()
  }, 5)
  await agreed.promise
  clearInterval(look)
  expect([...a.watched.seen, ...b.watched.seen].filter((each) => each.endsWith('down'))).toEqual([])
})

test('a busy process does not take late timers for a silent peer', async () => {
  // Only the left side expects anything within the time.
  const a = speak(net.left, { peer: '10.9.0.2', transmitMs: 50, receiveMs: 50, multiplier: patient(100) })
  const b = speak(net.right, { peer: '10.9.0.1', transmitMs: 50, receiveMs: 50, multiplier: patient(3) })
  await Promise.all([a.watched.until('10.9.0.2', 'up'), b.watched.until('10.9.0.1', 'up')])
  // Both stand in this one process: what the other side has sent, just now, waits in the kernel.
  const waiting = openUdpSocket({ family: 'ipv4', address: '10.9.0.2', namespace: net.right.namespace, hops: 255 })
  const { state } = b.speaker.reports()[0]!
  const until = performance.now() + 400 * slowness
  while (performance.now() < until);
  waiting.send(encodeControlPacket(packetOf(state.discriminator, state.remote.discriminator)), {
    to: '10.9.0.1',
    port: 3784,
  })
  waiting[Symbol.dispose]()
  await new Promise((resolve) => setTimeout(resolve, 1))
  expect(a.watched.seen).not.toContain('10.9.0.2 down')
})

function packetOf(myDiscriminator: number, yourDiscriminator: number): ControlPacket {
  return {
    diagnostic: 0,
    state: 'up',
    poll: false,
    final: false,
    controlPlaneIndependent: true,
    demand: false,
    multiplier: 3,
    myDiscriminator,
    yourDiscriminator,
    desiredMinTx: 50_000,
    requiredMinRx: 50_000,
    requiredMinEchoRx: 0,
  }
}

test.each([
  { kind: 'a single hop session takes nothing with fewer than 255 hops', port: 3784, hops: 254, more: {} },
  { kind: 'a multihop session keeps to its least hops', port: 4784, hops: 99, more: { multihop: true, minHops: 100 } },
])('$kind', async ({ port, hops, more }) => {
  const { speaker } = speak(net.left, { peer: '10.9.0.2', source: '10.9.0.1', passive: true, ...more })
  using near = openUdpSocket({ family: 'ipv4', address: '10.9.0.2', namespace: net.right.namespace, hops })
  using good = openUdpSocket({ family: 'ipv4', address: '10.9.0.2', namespace: net.right.namespace, hops: 255 })
  const send = (socket: typeof near) =>
    socket.send(encodeControlPacket({ ...packetOf(5, 0), state: 'down' }), { to: '10.9.0.1', port })
  send(near)
  send(good)
  while (speaker.reports()[0]!.counters.received === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(speaker.discards()).toEqual({ hops: 1 })
  expect(speaker.reports()[0]!.state.name).toBe('init')
})

test('what is for no session, or no packet at all, is counted', async () => {
  const { speaker } = speak(net.left, { peer: '10.9.0.2' })
  using stranger = openUdpSocket({ family: 'ipv4', address: '10.9.0.2', namespace: net.right.namespace, hops: 255 })
  const to = { to: '10.9.0.1', port: 3784 }
  stranger.send(encodeControlPacket({ ...packetOf(5, 0xbad), state: 'up' }), to)
  stranger.send(Uint8Array.of(1, 2, 3), to)
  while (Object.keys(speaker.discards()).length < 2) await new Promise((resolve) => setImmediate(resolve))
  expect(speaker.discards()).toEqual({ 'no-session': 1, length: 1 })
})

test('a port that another program has, and a device that is not there, are told and tried again', async () => {
  const taken = openUdpSocket({ family: 'ipv4', port: 3784, namespace: net.left.namespace })
  const a = speak(net.left, { peer: '10.9.0.2' })
  expect(a.speaker.reports()[0]!.problem).toContain('another socket has that address and port')
  const lost = speak(net.left, { peer: 'fd09::2', device: 'eth7' })
  expect(lost.speaker.reports()[0]!.problem).toContain('device "eth7": ENODEV')
  taken[Symbol.dispose]()
  speak(net.right, { peer: '10.9.0.1' })
  const up = await a.watched.until('10.9.0.2', 'up')
  expect(up.problem).toBeUndefined()
})
