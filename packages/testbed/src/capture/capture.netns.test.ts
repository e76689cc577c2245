import { expect } from '@jest/globals'
import { needing, needs } from '../needs/needs.ts'
import { udpEcho } from '../servers/server.ts'
import { topology } from '../topology/topology.ts'
import { traffic } from '../traffic/traffic.ts'

const { test } = needing(needs.binary('tcpdump'))

const pair = { a: ['10.0.0.1/24', 'fd00::1/64'], b: ['10.0.0.2/24', 'fd00::2/64'] } as const

test('a capture has every packet of its filter by the time that it is stopped', async () => {
  await using net = await topology(pair)
  await using _ = await udpEcho(net.b)
  await using capture = await net.capture('b', 'eth0', { filter: 'udp and dst port 7' })
  await traffic(net.a, { protocol: 'udp', address: 'fd00::2', port: 7, requests: 500, concurrency: 10 })
  const packets = await capture.stop()
  expect(packets).toHaveLength(500)
  expect(packets[0]?.packet.ipv6).toMatchObject({ src: 'fd00::1', dst: 'fd00::2' })
  expect(String(packets[0])).toContain('fd00::2.7')
  expect(packets[1]!.timestamp).toBeGreaterThanOrEqual(packets[0]!.timestamp)
})

test('a packet can be awaited, seen already or not', async () => {
  await using net = await topology(pair)
  await using _ = await udpEcho(net.b)
  await using capture = await net.capture('a')
  const reply = capture.waitFor(({ packet }) => packet.udp?.srcPort === 7)
  await traffic(net.a, { protocol: 'udp', address: '10.0.0.2', port: 7, requests: 1 })
  expect((await reply).packet.ipv4?.src).toBe('10.0.0.2')
  expect(await capture.waitFor(({ packet }) => packet.udp?.dstPort === 7)).toBeDefined()
})

test('on any link: a bridge, each of its ports, lo, a device with no address', async () => {
  await using net = await topology({ a: '10.0.0.1/24', b: '10.0.0.2/24', c: '10.0.0.3/24' })
  const host = net.host('bridge0')
  const bridge = host.netlink.link.list({ kind: 'bridge' }).next().value!
  const ports = host.netlink.link.list({ master: bridge.name }).map(({ name }) => name)
  await using _ = await udpEcho(net.b)
  const filter = 'udp and dst port 7'
  await using captures = new AsyncDisposableStack()
  const onBridge = captures.use(await net.capture('bridge0', bridge.name, { filter }))
  const onPorts = []
  for (const port of ports) onPorts.push(captures.use(await net.capture('bridge0', port, { filter })))
  const onLo = captures.use(await net.capture('b', 'lo', { filter }))
  await traffic(net.a, { protocol: 'udp', address: '10.0.0.2', port: 7, requests: 5 })
  await traffic(net.b, { protocol: 'udp', address: '10.0.0.2', port: 7, requests: 3 })
  expect(await onLo.stop()).toHaveLength(3)
  // Through the ports of a and b, and seen by the bridge, which a capture makes promiscuous.
  const seen = await Promise.all(onPorts.map(async (capture) => (await capture.stop()).length))
  expect(seen.toSorted((a, b) => a - b)).toEqual([0, 5, 5])
  expect(await onBridge.stop()).toHaveLength(5)
})

test('a packet that does not come is refused with those that came', async () => {
  await using net = await topology(pair)
  await using capture = await net.capture('a', 'eth0', { filter: 'arp' })
  await traffic(net.a, { protocol: 'udp', address: '10.0.0.2', port: 9, requests: 1 })
  await capture.waitFor(({ packet }) => packet.arp !== undefined)
  await expect(capture.waitFor(({ packet }) => packet.tcp !== undefined, 10)).rejects.toThrow(
    /^capture on host a, device eth0: no such packet, not within 10 ms; seen:\n.*who-has 10\.0\.0\.2/,
  )
})

test('a capture that cannot start says why', async () => {
  await using net = await topology(pair)
  await expect(net.capture('a', 'eth7')).rejects.toThrow(/host a, device eth7: .*eth7: No such device/s)
})
