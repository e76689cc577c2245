import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Host, type Net, topology } from '@skep/testbed'
import { openHandles } from '../open-handles.ts'
import type { UdpSocketOptions } from './options.ts'
import { openUdpSocket, type UdpSocket } from './udp-socket.ts'

let net: Net<'left' | 'right' | 'far'>

beforeAll(async () => {
  net = await topology({
    left: ['10.9.0.1/24', 'fd09::1/64'],
    right: ['10.9.0.2/24', 'fd09::2/64', '10.10.0.1/24', 'fd10::1/64'],
    far: ['10.10.0.2/24', 'fd10::2/64'],
  })
})

afterAll(async () => {
  await net[Symbol.asyncDispose]()
  expect(openHandles()).toEqual([])
})

const families = [
  { family: 'ipv4', left: '10.9.0.1', right: '10.9.0.2', far: '10.10.0.2' },
  { family: 'ipv6', left: 'fd09::1', right: 'fd09::2', far: 'fd10::2' },
] as const
const bytes = Uint8Array.of(1, 2, 3)

function open(host: Host, options: Omit<UdpSocketOptions, 'namespace'>): UdpSocket {
  return openUdpSocket({ namespace: host.namespace, ...options })
}

async function first(socket: UdpSocket) {
  for await (const datagram of socket) return datagram
  throw new Error('it was closed')
}

test.each(families)('$family: a datagram tells hops, ends and device', async ({ family, left, right }) => {
  using sender = open(net.left, { family, address: left, port: 49_152, hops: 255 })
  using receiver = open(net.right, { family, port: 3784 })
  sender.send(bytes, { to: right, port: 3784 })
  const device = net.right.device('eth0').index
  expect(await first(receiver)).toEqual({ bytes, from: left, fromPort: 49_152, to: right, device, hops: 255 })
  expect(sender.local).toEqual({ address: left, port: 49_152, scope: 0 })
})

test.each(families)('$family: a router on the way shows in the hops', async ({ family, left, far }) => {
  using sender = open(net.left, { family, hops: 255 })
  using receiver = open(net.far, { family, port: 4784 })
  sender.send(bytes, { to: far, port: 4784, from: left })
  expect(await first(receiver)).toMatchObject({ from: left, hops: 254 })
})

test('a socket bound to a device hears nothing of others; what is there is taken without waiting', async () => {
  using sender = open(net.left, { family: 'ipv4' })
  using elsewhere = open(net.right, { family: 'ipv4', port: 3784, device: 'eth1' })
  using receiver = open(net.right, { family: 'ipv4', port: 3784, device: 'eth0' })
  expect(receiver.take()).toBeUndefined()
  for (const each of [1, 2]) sender.send(Uint8Array.of(each), { to: '10.9.0.2', port: 3784 })
  expect((await first(receiver)).bytes).toEqual(Uint8Array.of(1))
  expect(receiver.take()?.bytes).toEqual(Uint8Array.of(2))
  expect(elsewhere.take()).toBeUndefined()
  expect([sender.device, receiver.device]).toEqual([0, net.right.device('eth0').index])
})

test('a port that is taken, and what is misspelt, are told', () => {
  using _one = open(net.right, { family: 'ipv6', port: 3784 })
  expect(() => open(net.right, { family: 'ipv6', port: 3784 })).toThrow('another socket has that address and port')
  expect(() => open(net.right, { family: 'ipv4', address: 'fd09::2' })).toThrow('write an IPv4 address')
  expect(() => open(net.right, { family: 'ipv4', ttl: 1 } as UdpSocketOptions)).toThrow('ttl: "an unknown option"')
})
