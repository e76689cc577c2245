import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { httpServer, tcpEcho, udpEcho } from '../servers/server.ts'
import { here } from '../thread/place.ts'
import type { TrafficOptions } from './options.ts'
import type { TrafficProgress } from './report.ts'
import { startTraffic, traffic } from './traffic.ts'

test('HTTP: a connection for each request, over IPv4', async () => {
  await using server = await httpServer(here, { name: 'one', port: 0 })
  const url = `http://127.0.0.1:${server.port}/`
  const report = await traffic(here, { protocol: 'http', url, requests: 200, concurrency: 8 })
  expect(report).toMatchObject({ requests: 200, succeeded: 200, failed: 0, connections: 200, perServer: { one: 200 } })
  expect(report.latency.p50).toBeGreaterThan(0)
  expect(await server.stats()).toMatchObject({ connections: 200, requests: 200 })
})

test('HTTP: connections kept alive, over IPv6', async () => {
  await using server = await httpServer(here, { name: 'one', port: 0 })
  const url = `http://[::1]:${server.port}/bytes/20000`
  const report = await traffic(here, { protocol: 'http', url, requests: 100, concurrency: 4, keepAlive: true })
  expect(report).toMatchObject({ succeeded: 100, connections: 4, perServer: { one: 100 } })
})

test.each(['127.0.0.1', '::1'])('TCP: greeting and echo from %s, for each connection or kept', async (address) => {
  await using server = await tcpEcho(here, { name: 'tcp-1', port: 0 })
  const target = { protocol: 'tcp', address, port: server.port, requests: 50, concurrency: 5, bytes: 5000 } as const
  expect(await traffic(here, target)).toMatchObject({ connections: 50, perServer: { 'tcp-1': 50 }, flows: {} })
  expect(await traffic(here, { ...target, keepAlive: true })).toMatchObject({
    connections: 5,
    perServer: { 'tcp-1': 50 },
  })
})

test.each(['127.0.0.1', '::1'])('UDP: echo from %s, each from a new port or the same', async (address) => {
  await using server = await udpEcho(here, { name: 'udp-1', port: 0 })
  const target = { protocol: 'udp', address, port: server.port, requests: 50, concurrency: 5 } as const
  expect(await traffic(here, target)).toMatchObject({ connections: 50, perServer: { 'udp-1': 50 } })
  expect(await traffic(here, { ...target, keepAlive: true })).toMatchObject({
    connections: 5,
    perServer: { 'udp-1': 50 },
  })
})

test.each(['tcp', 'udp'] as const)(
  '%s: the server of each given source port is told, twice in a row',
  async (protocol) => {
    await using server = await (protocol === 'tcp' ? tcpEcho : udpEcho)(here, { name: 's', port: 0 })
    const options = {
      protocol,
      address: '127.0.0.1',
      port: server.port,
      requests: 6,
      concurrency: 9,
      sourcePorts: [21_001, 21_003],
    } as const
    for (let round = 0; round < 2; round++) {
      const report = await traffic(here, options)
      expect(report).toMatchObject({ failed: 0, flows: { 21001: 's', 21002: 's', 21003: 's' } })
    }
  },
)

test('a refused connection is recorded with its reason and time', async () => {
  const report = await traffic(here, { protocol: 'http', url: 'http://127.0.0.1:1/', requests: 3 })
  expect(report).toMatchObject({ succeeded: 0, failed: 3, failuresByReason: { 'connect: ECONNREFUSED': 3 } })
  expect(report.failures).toHaveLength(3)
  expect(report.failures[2]!.atMs).toBeGreaterThanOrEqual(report.failures[0]!.atMs)
})

test('a UDP port where nobody listens is told by ICMP, not by time-out', async () => {
  const report = await traffic(here, { protocol: 'udp', address: '127.0.0.1', port: 1, requests: 1 })
  expect(report.failuresByReason).toEqual({ 'response: ECONNREFUSED': 1 })
})

test.each<[string, (server: Server) => void, string]>([
  ['says nothing', () => {}, 'response: timeout'],
  [
    'resets',
    (server) => server.on('connection', (socket) => socket.once('data', () => socket.resetAndDestroy())),
    'response: ECONNRESET',
  ],
  [
    'answers 503',
    (server) => server.on('connection', (socket) => socket.end('HTTP/1.1 503 No\r\n\r\n')),
    'response: status 503',
  ],
])('a server that %s has failed', async (_, behave, reason) => {
  await using server = await silentServer(behave)
  const url = `http://127.0.0.1:${server.port}/`
  const report = await traffic(here, { protocol: 'http', url, requests: 1, timeoutMs: 200 })
  expect(report.failuresByReason).toEqual({ [reason]: 1 })
})

test('a TCP server that closes early or echoes wrongly has failed', async () => {
  await using early = await silentServer((server) => server.on('connection', (socket) => socket.end('name\n')))
  const target = { protocol: 'tcp', address: '127.0.0.1', requests: 1 } as const
  expect((await traffic(here, { ...target, port: early.port })).failuresByReason).toEqual({
    'response: closed early': 1,
  })
  await using wrong = await silentServer((server) =>
    server.on('connection', (socket) => socket.end('name\nsomething else, longer')),
  )
  expect((await traffic(here, { ...target, port: wrong.port })).failuresByReason).toEqual({ 'response: wrong echo': 1 })
})

test('traffic tells its progress, can be awaited and stops without a failure', async () => {
  await using server = await httpServer(here, { name: 'one', port: 0 })
  const seen: TrafficProgress[] = []
  const options: TrafficOptions = {
    protocol: 'http',
    url: `http://127.0.0.1:${server.port}/`,
    concurrency: 4,
    progressMs: 10,
  }
  await using load = await startTraffic(here, options, { onProgress: (progress) => seen.push(progress) })
  await load.reached(100)
  const report = await load.stop()
  expect(report.failures).toEqual([])
  expect(report.requests).toBeGreaterThanOrEqual(100)
  expect(seen.at(-1)).toMatchObject({ requests: report.requests, perServer: { one: report.requests } })
})

test('a signal stops it, a bound in time ends it, and what is awaited then is refused', async () => {
  await using server = await httpServer(here, { name: 'one', port: 0 })
  const url = `http://127.0.0.1:${server.port}/`
  const controller = new AbortController()
  await using load = await startTraffic(
    here,
    { protocol: 'http', url, perSecond: 50, progressMs: 10 },
    { signal: controller.signal },
  )
  await load.reached(2)
  controller.abort()
  expect((await load.report).failed).toBe(0)
  await using timed = await startTraffic(here, { protocol: 'http', url, durationMs: 50, perSecond: 100 })
  await expect(timed.reached(1000)).rejects.toThrow('1000 were awaited')
})

test('options that cannot be run are refused', async () => {
  await expect(traffic(here, { protocol: 'http', url: 'http://127.0.0.1/' })).rejects.toThrow('would never end')
  const refused: [TrafficOptions, string][] = [
    [{ protocol: 'http', url: '10.0.0.1', requests: 1 }, 'url: 10.0.0.1 must be like http://10.0.0.1/'],
    [{ protocol: 'udp', address: '::1', port: 7, requests: 0 }, 'requests: 0 must be above 0'],
    [{ protocol: 'tcp', address: '::1', port: 7, requests: 1, sourcePorts: [9, 8] }, 'sourcePorts: [9, 8] must be'],
  ]
  for (const [options, trouble] of refused) await expect(traffic(here, options)).rejects.toThrow(trouble)
})

async function silentServer(behave: (server: Server) => void): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer()
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  behave(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}
