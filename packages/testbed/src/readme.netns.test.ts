import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from '@jest/globals'
import type { LoadedObject, Program } from 'libbpf-ts'
import { openObject } from 'libbpf-ts'
import { arp, ArpOperation, build, ethernet, ipv4, udp } from '@skep/packet'
import type { Net } from './index.ts'
import {
  goldenTable,
  holdConnections,
  httpServer,
  needing,
  needs,
  startTraffic,
  tcpEcho,
  topology,
  traffic,
} from './index.ts'

const { test } = needing(needs.binary('curl'), needs.binary('tcpdump'))
const { describe } = needing(needs.root, needs.bpf)

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const own = readFileSync(fileURLToPath(import.meta.url), 'utf8')

test('every snippet of the README is in this file', () => {
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => squeeze(code))
  expect(snippets.length).toBeGreaterThan(4)
  expect(snippets.filter((code) => !squeeze(own).includes(code))).toEqual([])
})

/** The formatter breaks lines here that fit in the README. */
function squeeze(code: string): string {
  return code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}])/g, '')
}

test('the short form', async () => {
  await using net = await topology({
    client: ['10.0.0.2/24', 'fd00::2/64'],
    lb: ['10.0.0.1/24', 'fd00::1/64', '10.1.0.1/24', 'fd01::1/64'],
    backend: ['10.1.0.2/24', 'fd01::2/64'],
  })
  await using server = await httpServer(net.backend, { name: 'backend-1' })
  expect(await net.client.exec('curl', '-s', 'http://[fd01::2]/')).toBe('backend-1')
  expect((await server.stats()).peers).toEqual({ 'fd00::2': 1 })
})

test('the full form', async () => {
  await using net = await topology({
    hosts: {
      client: { routes: [{ destination: 'default', via: '10.0.0.1' }] },
      lb: { forwarding: true, loopback: ['192.0.2.1/32'], sysctls: { 'net.ipv4.conf.all.accept_local': 1 } },
      sw: { bridges: { br0: { ports: ['eth0', 'eth1'] } } },
    },
    links: [
      { ends: { client: { addresses: '10.0.0.2/24', device: 'lan0', mac: '02:aa:00:00:00:01' }, sw: [] }, mtu: 1400 },
      { ends: { lb: '10.0.0.1/24', sw: [] }, mtu: 1400 },
    ],
  })
  await using _ = await httpServer(net.lb)
  expect(await net.client.exec('curl', '-s', 'http://192.0.2.1/')).toBe('lb')
})

/** The network of the short form, with its servers. */
async function withServers(use: (net: Net<'client' | 'backend'>) => Promise<void>): Promise<void> {
  await using net = await topology({
    client: ['10.0.0.2/24', 'fd00::2/64'],
    lb: ['10.0.0.1/24', 'fd00::1/64', '10.1.0.1/24', 'fd01::1/64'],
    backend: ['10.1.0.2/24', 'fd01::2/64'],
  })
  await using _http = await httpServer(net.backend, { name: 'backend-1' })
  await using _echo = await tcpEcho(net.backend)
  await use(net)
}

test('traffic to its end', () =>
  withServers(async (net) => {
    const report = await traffic(net.client, {
      protocol: 'http',
      url: 'http://10.1.0.2/',
      requests: 500,
      concurrency: 8,
    })
    expect(report).toMatchObject({ succeeded: 500, failed: 0, connections: 500, perServer: { 'backend-1': 500 } })
    expect(report.latency.p99).toBeGreaterThan(0)
  }))

test('traffic under way', () =>
  withServers(async (net) => {
    await using load = await startTraffic(net.client, { protocol: 'tcp', address: 'fd01::2', port: 7, concurrency: 4 })
    await load.reached(100)
    await using held = await holdConnections(net.client, { address: '10.1.0.2', port: 7, connections: 20 })
    // … what must not be noticed: an upgrade, a restart …
    expect((await held.check()).broken).toEqual([])
    expect((await load.stop()).failures).toEqual([])
  }))

test('a capture', () =>
  withServers(async (net) => {
    await using capture = await net.capture('client', 'eth0', { filter: 'tcp port 80' })
    await net.client.exec('curl', '-s', 'http://10.1.0.2/')
    const answer = await capture.waitFor(({ packet }) => packet.tcp?.srcPort === 80)
    expect(answer.packet.ipv4?.src).toBe('10.1.0.2')
    expect((await capture.stop()).every(({ packet }) => packet.trouble === undefined)).toBe(true)
  }))

interface End {
  readonly mac: string
  readonly address: string
  readonly port: number
}

const client: End = { mac: '02:00:00:00:01:00', address: '10.0.0.2', port: 40_000 }
const server: End = { mac: '02:00:00:00:02:00', address: '10.0.0.1', port: 53 }
const question = build(
  ethernet({ src: client.mac, dst: 'ff:ff:ff:ff:ff:ff' }),
  arp({ operation: ArpOperation.request, senderMac: client.mac, senderIp: client.address, targetIp: server.address }),
)

function datagram(from: End, to: End): Uint8Array {
  return build(
    ethernet({ src: from.mac, dst: to.mac }),
    ipv4({ src: from.address, dst: to.address }),
    udp({ srcPort: from.port, dstPort: to.port }),
    new TextEncoder().encode('a question'),
  )
}

let loaded: LoadedObject
let program: Program

beforeAll(() => {
  using object = openObject(fileURLToPath(new URL('../objects/reflect.bpf.o', import.meta.url)))
  loaded = object.load()
  program = loaded.program('reflect')
})

afterAll(() => {
  program[Symbol.dispose]()
  loaded[Symbol.dispose]()
})

describe('reflect', () => {
  goldenTable(
    () => program,
    [
      { name: 'ARP passes untouched', packet: question, expect: { action: 'PASS', packet: 'unchanged' } },
      {
        name: 'UDP goes back',
        packet: datagram(client, server),
        expect: { action: 'TX', packet: datagram(server, client) },
      },
    ],
  )
})
