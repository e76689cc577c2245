import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Host, type Net, topology } from '@skep/testbed'
import { openHandles } from '../open-handles.ts'
import { type ConnectOptions, connectTcp } from './connect.ts'
import { listenTcp, type ListenOptions, type TcpListener } from './listener.ts'

const PORT = 179
/** In a test that expects no answer: what arrives does so at once, or is counted as dropped. */
const SHORT_MS = 300

const families = [
  { family: 'ipv4', any: '0.0.0.0', right: '10.9.0.2', prefix: '10.9.0.0/24', far: '10.10.0.2' },
  { family: 'ipv6', any: '::', right: 'fd09::2', prefix: 'fd09::/64', far: 'fd10::2' },
] as const

let net: Net<'left' | 'right' | 'far'>

// `right` forwards between the other two.
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

function listen(host: Host, options: Pick<ListenOptions, 'address'> & Partial<ListenOptions>): TcpListener {
  return listenTcp({ namespace: host.namespace, port: PORT, ...options })
}

function connect(options: Pick<ConnectOptions, 'to'> & Partial<ConnectOptions>) {
  return connectTcp({ namespace: net.left.namespace, port: PORT, ...options })
}

/** One of the kernel's counters of a host, as `nstat -as` shows them. */
function counter(host: Host, name: string): number {
  const lines = host.run(() => readFileSync('/proc/thread-self/net/netstat', 'utf8')).split('\n')
  const names = lines.find((line) => line.startsWith('TcpExt:') && line.includes(` ${name} `))!.split(' ')
  return Number(lines[lines.findIndex((line) => line.startsWith(names.join(' '))) + 1]!.split(' ')[names.indexOf(name)])
}

async function accept(listener: TcpListener) {
  for await (const connection of listener) return connection
  throw new Error('the listener was closed')
}

/** Sends bytes both ways over a new connection, and tells its ends. */
async function converse(listener: TcpListener, options: Parameters<typeof connect>[0]) {
  const [left, right] = await Promise.all([connect(options), accept(listener)])
  const ends = { remote: left.remote, local: left.local, seen: right.remote }
  expect(right.local).toEqual(left.remote)
  const [ours, theirs] = [left.stream(), right.stream()]
  ours.end('there')
  theirs.end('back')
  const [back, there] = await Promise.all([ours.toArray(), theirs.toArray()])
  expect([String(there), String(back)]).toEqual(['there', 'back'])
  return ends
}

test.each(families)('$family: a connection carries bytes both ways, and tells its ends', async ({ any, right }) => {
  using listener = listen(net.right, { address: any })
  const { remote, local, seen } = await converse(listener, { to: right })
  expect(remote).toEqual({ address: right, port: PORT, scope: 0 })
  expect(seen).toEqual(local)
})

test.each(families)('$family: MD5 with the same key connects, by address or prefix', async ({ any, right, prefix }) => {
  using listener = listen(net.right, { address: any, md5: [{ peer: prefix, key: 'of all' }] })
  await converse(listener, { to: right, md5: 'of all' })
  listener.setMd5({ peer: right.replace(/2$/, '1'), key: 'of one' })
  await converse(listener, { to: right, md5: new TextEncoder().encode('of one') })
})

test.each(families)('$family: another key, or none, is refused by the kernel', async ({ any, right, prefix }) => {
  using listener = listen(net.right, { address: any, md5: [{ peer: prefix, key: 'right' }] })
  const failed = counter(net.right, 'TCPMD5Failure')
  await expect(connect({ to: right, md5: 'wrong', timeoutMs: SHORT_MS })).rejects.toMatchObject({ code: 'TIMEOUT' })
  expect(counter(net.right, 'TCPMD5Failure')).toBeGreaterThan(failed)
  const missing = counter(net.right, 'TCPMD5NotFound')
  await expect(connect({ to: right, timeoutMs: SHORT_MS })).rejects.toThrow('another password (TCP MD5)')
  expect(counter(net.right, 'TCPMD5NotFound')).toBeGreaterThan(missing)
  listener.removeMd5(prefix)
  await converse(listener, { to: right })
})

test.each(families)('$family: GTSM lets in who sends with 255 hops', async ({ any, right }) => {
  using listener = listen(net.right, { address: any, minHops: 255 })
  await converse(listener, { to: right, minHops: 255 })
  const dropped = counter(net.right, 'TCPMinTTLDrop')
  await expect(connect({ to: right, hops: 254, timeoutMs: SHORT_MS })).rejects.toMatchObject({ code: 'TIMEOUT' })
  expect(counter(net.right, 'TCPMinTTLDrop')).toBeGreaterThan(dropped)
})

test.each(families)('$family: GTSM of one accepted connection', async ({ any, right }) => {
  using listener = listen(net.right, { address: any, hops: 255 })
  const [left, accepted] = await Promise.all([connect({ to: right }), accept(listener)])
  using _ = accepted
  accepted.setHops({ minHops: 255 })
  const dropped = counter(net.right, 'TCPMinTTLDrop')
  const stream = left.stream()
  stream.write('with 64 hops')
  while (counter(net.right, 'TCPMinTTLDrop') === dropped) await setImmediate()
  stream.destroy()
})

test.each(families)('$family: over a router, hops decide how far it goes', async ({ any, far }) => {
  using listener = listen(net.far, { address: any, minHops: 254 })
  await converse(listener, { to: far, minHops: 254 })
  await expect(connect({ to: far, hops: 1, timeoutMs: SHORT_MS })).rejects.toMatchObject({
    code: expect.stringMatching(/TIMEOUT|NOT_SENT/),
  })
})

test.each(families)('$family: source address and port are as asked for', async ({ family, any, right }) => {
  const from = family === 'ipv4' ? '10.9.0.77' : 'fd09::77'
  net.left.netlink.address.add({ device: 'eth0', address: `${from}/${family === 'ipv4' ? 24 : 64}`, flags: ['nodad'] })
  using listener = listen(net.right, { address: any })
  expect((await converse(listener, { to: right, from })).seen.address).toBe(from)
  const { seen } = await converse(listener, { to: right, from, fromPort: 50_179 })
  expect(seen).toEqual({ address: from, port: 50_179, scope: 0 })
})

test('link-local peers connect by a device, with MD5 and GTSM', async () => {
  const linkLocal = (host: Host, name: string) =>
    [...host.netlink.address.list({ device: name })].map(({ address }) => address.split('/')[0]!)
  const [left, right] = [linkLocal(net.left, 'eth0'), linkLocal(net.right, 'eth0')].map((all) =>
    all.find((address) => address.startsWith('fe80:'))!,
  )
  using listener = listen(net.right, { address: '::', minHops: 255, md5: [{ peer: left!, key: 'unnumbered' }] })
  const options = { to: right!, device: 'eth0', minHops: 255, md5: 'unnumbered' }
  const { remote, seen } = await converse(listener, options)
  expect(remote.scope).toBe(net.left.device('eth0').index)
  expect(seen).toMatchObject({ address: left, scope: net.right.device('eth0').index })
})

test('what nobody takes waits in the queue, and is closed with the listener', async () => {
  const listener = listen(net.right, { address: '0.0.0.0' })
  const streams = await Promise.all([0, 1, 2].map(async () => (await connect({ to: '10.9.0.2' })).stream()))
  using first = await accept(listener)
  expect(first.remote.address).toBe('10.9.0.1')
  const ended = streams.slice(1).map((stream) => once(stream.on('error', () => {}).resume(), 'close'))
  listener[Symbol.dispose]()
  await Promise.all(ended)
  streams[0]!.destroy()
})

test('a refusal, no route, and giving up are told apart', async () => {
  await expect(connect({ to: '10.9.0.2', port: 1 })).rejects.toMatchObject({ errno: 'ECONNREFUSED', code: 'REFUSED' })
  await expect(connect({ to: '10.9.0.2', device: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(connect({ to: '10.9.0.2', from: '10.9.0.99' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const [port, md5] = [1, 'so that nobody answers']
  const controller = new AbortController()
  const waiting = connect({ to: '10.9.0.2', port, md5, signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  using _one = listen(net.right, { address: '10.9.0.2' })
  expect(() => listen(net.right, { address: '10.9.0.2' })).toThrow('another socket has that address and port')
})

test.each([
  [{ to: 'router', port: 179 }, 'to: "router" is not right; write an address like "10.0.0.1" or "2001:db8::1"'],
  [{ to: '10.9.0.2', port: 0 }, 'port: 0 is not right; write a whole number from 1 to 65535'],
  [{ to: '10.9.0.2', md5: '' }, 'md5.key: "0 bytes" is not right; write a key of 1 to 80 bytes'],
  [{ to: '10.9.0.2', minHops: 256 }, 'minHops: 256 is not right; write a whole number from 1 to 255'],
  [{ to: '10.9.0.2', from: 'fd09::1' }, 'from: "fd09::1" is not right; write an IPv4 address'],
  [{ to: '10.9.0.2', ttl: 1 }, 'ttl: "an unknown option" is not right'],
])('%j is refused: %s', async (options, message) => {
  await expect(connect(options)).rejects.toThrow(message)
})
