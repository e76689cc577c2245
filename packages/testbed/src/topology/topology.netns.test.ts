import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'
import { openObject } from 'libbpf-ts'
import { listNamespaces, openEthtool } from 'netlink-ts'
import { needing, needs } from '../needs/needs.ts'
import { untilLine } from '../process/until-line.ts'
import { httpServer } from '../servers/server.ts'
import { traffic } from '../traffic/traffic.ts'
import { topology } from './topology.ts'

const { test } = needing(needs.binary('curl'), needs.binary('tcpdump'))

const reflectObject = fileURLToPath(new URL('../../objects/reflect.bpf.o', import.meta.url))

const short = {
  client: ['10.0.0.2/24', 'fd00::2/64'],
  lb: ['10.0.0.1/24', 'fd00::1/64', '10.1.0.1/24', 'fd01::1/64'],
  backend: ['10.1.0.2/24', 'fd01::2/64'],
} as const

test('the short form: packets go from host to host at once, over IPv4 and IPv6', async () => {
  await using net = await topology(short)
  await using server = await httpServer(net.backend)
  for (const address of ['10.1.0.2', '[fd01::2]']) {
    expect(await net.client.exec('curl', '-s', '--max-time', '2', `http://${address}/`)).toBe('backend')
  }
  const report = await traffic(net.client, { protocol: 'http', url: 'http://[fd01::2]/', requests: 20 })
  expect(report).toMatchObject({ failed: 0, perServer: { backend: 20 } })
  expect(await server.stats()).toMatchObject({ peers: { '10.0.0.2': 1, 'fd00::2': 21 } })
})

test('an XDP program on the router sends packets back, and they arrive', async () => {
  await using net = await topology(short)
  using loaded = openObject(reflectObject).load()
  using program = loaded.program('reflect')
  using _ = net.lb.run(() => program.attachXdp({ device: 'eth0', mode: 'native' }))
  await using capture = await net.capture('client', 'eth0', { filter: 'udp' })
  const request = traffic(net.client, { protocol: 'udp', address: '10.1.0.2', port: 7, requests: 1, timeoutMs: 50 })
  const { packet } = await capture.waitFor((captured) => captured.packet.ipv4?.src === '10.1.0.2')
  expect(packet).toMatchObject({ udp: { srcPort: 7 }, ethernet: { dst: net.client.device().address } })
  expect(packet.trouble).toBeUndefined()
  expect((await request).succeeded).toBe(0)
})

test('three hosts of a subnet meet on a bridge', async () => {
  await using net = await topology({
    a: '10.0.0.1/24',
    b: ['10.0.0.2/24', 'fd00::2/64'],
    c: ['10.0.0.3/24', 'fd00::3/64'],
  })
  await using _b = await httpServer(net.b)
  await using _c = await httpServer(net.c)
  expect(await net.a.exec('curl', '-s', 'http://10.0.0.2/')).toBe('b')
  expect(await net.a.exec('curl', '-s', 'http://10.0.0.3/')).toBe('c')
  expect(await net.b.exec('curl', '-s', 'http://[fd00::3]/')).toBe('c')
  expect(net.host('bridge0').device('b')).toMatchObject({ operState: 'UP', portKind: 'bridge' })
})

test('the full form: names, sizes, MACs, routes, sysctls, loopback addresses, a bridge with an address', async () => {
  await using net = await topology({
    hosts: {
      client: { routes: [{ destination: '192.0.2.0/24', via: '10.0.0.9' }] },
      router: { loopback: ['192.0.2.1/32'], forwarding: true, sysctls: { 'net.ipv4.conf.all.accept_local': 1 } },
      sw: { bridges: { br7: { ports: ['eth0', 'eth1'], addresses: '10.0.0.8/24' } } },
    },
    links: [
      { ends: { client: { addresses: '10.0.0.2/24', device: 'lan0', mac: '02:aa:00:00:00:01' }, sw: [] }, mtu: 1400 },
      { ends: { router: '10.0.0.9/24', sw: [] }, mtu: 1400 },
    ],
  })
  await using _ = await httpServer(net.router)
  await using _sw = await httpServer(net.sw)
  expect(await net.client.exec('curl', '-s', 'http://192.0.2.1/')).toBe('router')
  expect(await net.client.exec('curl', '-s', 'http://10.0.0.8/')).toBe('sw')
  expect(net.client.device('lan0')).toMatchObject({ mtu: 1400, address: '02:aa:00:00:00:01' })
  const sysctl = (name: string): string =>
    net.router.run(() => readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim())
  expect([sysctl('conf/all/accept_local'), sysctl('ip_forward')]).toEqual(['1', '1'])
})

test('checksums are whole before XDP sees a packet', async () => {
  await using net = await topology(short)
  using ethtool = openEthtool({ ns: net.client.namespace })
  expect(ethtool.features('eth0').has('tx-checksum-ip-generic')).toBe(false)
  await using _ = await httpServer(net.backend)
  await using capture = await net.capture('lb', 'eth0', { filter: 'tcp' })
  await net.client.exec('curl', '-s', 'http://10.1.0.2/')
  const troubles = (await capture.stop()).map(({ packet }) => packet.trouble)
  expect(troubles.length).toBeGreaterThan(5)
  expect(new Set(troubles)).toEqual(new Set([undefined]))
})

test('a host tells its addresses, and what it does not have', async () => {
  await using net = await topology(short)
  expect([net.lb.address(), net.lb.address(6), net.lb.address(4, 'eth1')]).toEqual(['10.0.0.1', 'fd00::1', '10.1.0.1'])
  expect(() => net.lb.address(4, 'eth2')).toThrow('host lb, device eth2: it has no IPv4 address')
  expect(() => net.client.device('eth1')).toThrow('host client: no device eth1; there are lo, eth0')
  expect(() => net.host('server')).toThrow('no host server; there are client, lb, backend')
})

test('commands: output, exit codes, input', async () => {
  await using net = await topology(short)
  await expect(net.client.exec('sh', '-c', 'echo no >&2; exit 3')).rejects.toThrow(
    'host client: sh -c echo no >&2; exit 3: ended with code 3: no',
  )
  expect(await net.client.attempt('cat', [], { input: 'hello' })).toMatchObject({ stdout: 'hello', code: 0 })
  const child = net.client.spawn('sh', ['-c', 'echo starting; echo ready; sleep 1000'])
  expect(await untilLine(child.stdout, /ready/)).toBe('ready')
})

test('what a failed topology had made is gone, and the step is named', async () => {
  const before = listNamespaces()
  const spec = {
    hosts: { a: { routes: [{ destination: 'default', via: '192.0.2.1' }] }, b: {} },
    links: [{ ends: { a: '10.0.0.1/24', b: '10.0.0.2/24' } }],
  } as const
  await expect(topology(spec)).rejects.toThrow(/^topology: route on host a .*192\.0\.2\.1/)
  expect(listNamespaces().filter((name) => name.startsWith(`skep-${process.pid}-`))).toEqual(
    before.filter((name) => name.startsWith(`skep-${process.pid}-`)),
  )
})

test('a wrong declaration is refused whole', async () => {
  await expect(topology({ hosts: { a: {} }, links: [{ ends: { a: '10.0.0.1' } }] })).rejects.toThrow(
    /two hosts or more\n.*prefix length/,
  )
})

test('everything is gone afterwards', async () => {
  let prefix = ''
  {
    await using net = await topology(short)
    prefix = net.prefix
    expect(listNamespaces().filter((name) => name.startsWith(prefix))).toHaveLength(3)
    net.client.spawn('sleep', ['1000'])
    await net.client.exec('sh', '-c', 'sleep 1000 > /dev/null 2>&1 &')
  }
  expect(listNamespaces().filter((name) => name.startsWith(prefix))).toEqual([])
})
