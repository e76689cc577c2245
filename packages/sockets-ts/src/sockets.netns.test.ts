import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { arp, build, dissect, ethernet, icmpv6, Icmpv6Type, ipv6 } from '@skep/packet'
import { type Host, type Net, topology } from '@skep/testbed'
import { SocketError } from './error.ts'
import { openHandles } from './open-handles.ts'
import { openPacketSocket, type PacketSocketOptions } from './packet-socket.ts'
import type { RawSocketOptions } from './raw-options.ts'
import { openRawSocket } from './raw-socket.ts'

const VRRP = 112
let net: Net<'left' | 'right'>

beforeAll(async () => {
  net = await topology({ left: ['10.9.0.1/24', 'fd09::1/64'], right: ['10.9.0.2/24', 'fd09::2/64'] })
})

afterAll(async () => {
  await net[Symbol.asyncDispose]()
  expect(openHandles()).toEqual([])
})

function raw(host: Host, options: Omit<RawSocketOptions, 'protocol' | 'namespace'>) {
  return openRawSocket({ protocol: VRRP, namespace: host.namespace, device: 'eth0', hops: 255, ...options })
}

function packets(host: Host, options: Omit<PacketSocketOptions, 'device' | 'namespace'>) {
  return openPacketSocket({ device: index(host), namespace: host.namespace, ...options })
}

function index(host: Host): number {
  return host.device('eth0').index
}

async function first<T>(all: AsyncIterable<T>): Promise<T> {
  for await (const one of all) return one
  throw new Error('it ended')
}

test.each([
  { family: 'ipv4', group: '224.0.0.18', from: '10.9.0.1' },
  { family: 'ipv6', group: 'ff02::12', from: 'fd09::1' },
] as const)('a multicast over $family tells its hops, source, group and device', async ({ family, group, from }) => {
  using left = raw(net.left, { family })
  using right = raw(net.right, { family })
  right.join(group, index(net.right))
  const payload = Uint8Array.of(1, 2, 3, 4)
  left.send(payload, { to: group, from, device: index(net.left) })
  expect(await first(right)).toEqual({ bytes: payload, from, to: group, hops: 255, device: index(net.right) })
})

test('a group that was not joined, or was left, is not heard', async () => {
  using left = raw(net.left, { family: 'ipv4' })
  using right = raw(net.right, { family: 'ipv4' })
  using other = raw(net.right, { family: 'ipv4' })
  other.join('224.0.0.18', index(net.right))
  right.join('224.0.0.18', index(net.right))
  right.leave('224.0.0.18', index(net.right))
  left.send(Uint8Array.of(1), { to: '224.0.0.18', device: index(net.left) })
  left.send(Uint8Array.of(2), { to: '10.9.0.2' })
  expect(await first(right)).toMatchObject({ bytes: Uint8Array.of(2), to: '10.9.0.2' })
  expect(await first(other)).toMatchObject({ bytes: Uint8Array.of(1) })
})

test('the kernel fills in the checksum of IPv6, and drops what has a wrong one', async () => {
  using left = raw(net.left, { family: 'ipv6', checksumOffset: 2 })
  using without = raw(net.left, { family: 'ipv6' })
  using right = raw(net.right, { family: 'ipv6', checksumOffset: 2 })
  without.send(Uint8Array.of(9, 9, 0xba, 0xd0), { to: 'fd09::2' })
  left.send(Uint8Array.of(1, 2, 0, 0), { to: 'fd09::2' })
  const { bytes } = await first(right)
  expect(bytes.slice(0, 2)).toEqual(Uint8Array.of(1, 2))
  expect(bytes.slice(2)).not.toEqual(Uint8Array.of(0, 0))
})

test('frames are sent as they are and received by type', async () => {
  using left = packets(net.left, {})
  using right = packets(net.right, { etherType: 0x0806 })
  const frame = build(
    ethernet({ src: net.left.device('eth0').address!, dst: 'ff:ff:ff:ff:ff:ff' }),
    arp({ operation: 1, senderMac: net.left.device('eth0').address!, senderIp: '10.9.0.77', targetIp: '10.9.0.77' }),
  )
  left.send(frame)
  const { bytes, sentTo, etherType, device } = await first(right)
  expect([sentTo, etherType, device]).toEqual(['broadcast', 0x0806, index(net.right)])
  expect(dissect(bytes).arp?.senderIp).toBe('10.9.0.77')
})

test('a filter lets in only what has one of the values in each field', async () => {
  using left = packets(net.left, {})
  using right = packets(net.right, {
    etherType: 0x86dd,
    filter: [
      { offset: 20, size: 1, values: [58] },
      { offset: 54, size: 1, values: [Icmpv6Type.neighborSolicitation, Icmpv6Type.neighborAdvertisement] },
    ],
  })
  const send = (type: number) =>
    left.send(
      build(
        ethernet({ src: net.left.device('eth0').address!, dst: net.right.device('eth0').address! }),
        ipv6({ src: 'fd09::77', dst: 'fd09::2', hopLimit: 255 }),
        icmpv6({ type, target: 'fd09::2' }),
      ),
    )
  for (const type of [Icmpv6Type.redirect, Icmpv6Type.echoReply, Icmpv6Type.neighborAdvertisement]) send(type)
  send(Icmpv6Type.neighborSolicitation)
  const types: (number | undefined)[] = []
  for await (const { bytes } of right) {
    const { ipv6: ip, icmpv6: icmp } = dissect(bytes)
    if (ip?.src === 'fd09::77') types.push(icmp?.type)
    if (types.length === 2) break
  }
  expect(types).toEqual([Icmpv6Type.neighborAdvertisement, Icmpv6Type.neighborSolicitation])
})

test('what nobody reads is dropped by the kernel and counted', async () => {
  using left = raw(net.left, { family: 'ipv4' })
  using right = raw(net.right, { family: 'ipv4', receiveBuffer: 4096, queue: 1 })
  const count = 1000
  for (let i = 0; i < count; i++) left.send(Uint8Array.of(i & 255), { to: '10.9.0.2' })
  expect((await first(right)).bytes).toEqual(Uint8Array.of(0))
  expect(right.drops).toBeGreaterThan(0)
  expect(right.drops).toBeLessThan(count)
})

test('a multicast MAC is joined on the device as long as the socket is open', () => {
  const joined = () => net.left.run(() => readFileSync('/proc/thread-self/net/dev_mcast', 'utf8'))
  {
    using socket = packets(net.left, {})
    socket.join('33:33:ff:00:be:ef')
    expect(joined()).toContain('3333ff00beef')
  }
  expect(joined()).not.toContain('3333ff00beef')
})

test('closing ends who waits; a closed socket says so', async () => {
  const socket = raw(net.left, { family: 'ipv4' })
  const waiting = socket[Symbol.asyncIterator]().next()
  socket[Symbol.dispose]()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(() => socket.send(Uint8Array.of(1), { to: '10.9.0.2' })).toThrow(SocketError)
})

test.each([
  [{ family: 'ipv5' }, 'openRawSocket: family: "ipv5" is not right; write "ipv4" or "ipv6"'],
  [{ family: 'ipv4', hops: 300 }, 'openRawSocket: hops: 300 is not right; write a whole number from 1 to 255'],
  [{ family: 'ipv4', checksumOffset: 6 }, 'an even offset, and only with family "ipv6"'],
  [{ family: 'ipv4', device: 'nowhere' }, 'device "nowhere": ENODEV; no such device in this network namespace'],
  [{ family: 'ipv4', ttl: 1 }, 'ttl: "an unknown option" is not right'],
])('%j is refused: %s', (options, message) => {
  expect(() => raw(net.left, options as RawSocketOptions)).toThrow(message)
})
