import { existsSync } from 'node:fs'
import { expect } from '@jest/globals'
import { type Host, needing, needs, startTraffic, topology, traffic, XdpPass } from '@skep/testbed'
import { Link } from 'libbpf-ts'
import { openEthtool } from 'netlink-ts'
import { config, network, vip4 } from '../test/network.ts'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'
import type { DeviceRow } from './get/devices.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const lab = sharedLab(network)
const http = { protocol: 'http', url: `http://${vip4}/` } as const

const choosing = (devices: string, options: Parameters<typeof config>[1] = {}): string =>
  config([1, 2, 3], options).replace('[eth0, eth1]', devices)

/** The devices that have a program, with its mode. */
function programs({ netlink }: Host): string[] {
  return [...netlink.link.list()].flatMap(({ name, xdp }) => (xdp ? [`${name} ${xdp.mode}`] : [])).toSorted()
}

/** The id of a device's link: one that is attached again has another. */
function linkOf({ pins }: SkepLb, device: string): number {
  using link = Link.open(`${pins}/links/${device}`)
  return link.info().id
}

/** Routes that make the lab's veths uplinks: in tables of their own. Disposing takes them away. */
function uplinks({ netlink }: Host): Disposable {
  const routes = [
    { destination: 'default', via: '10.0.0.2', table: 100 },
    { destination: 'default', via: '10.1.0.11', table: 101 },
  ] as const
  for (const route of routes) netlink.route.add(route)
  return {
    [Symbol.dispose]: () => {
      for (const route of routes) netlink.route.delete(route)
    },
  }
}

/** A bridge like Docker's, a port of it, and a pod's device, all with addresses. */
function others({ netlink }: Host): Disposable {
  netlink.link.add({ kind: 'bridge', name: 'docker0', up: true })
  netlink.link.add({ kind: 'bridge', name: 'br0', up: true })
  netlink.link.add({ kind: 'veth', name: 'lxc1', peer: { name: 'lxc1-peer' }, up: true })
  netlink.link.add({ kind: 'veth', name: 'port0', peer: { name: 'port0-peer' }, master: 'br0', up: true })
  for (const [device, address] of [
    ['docker0', '172.17.0.1/16'],
    ['br0', '172.18.0.1/16'],
    ['lxc1', '172.19.0.1/16'],
  ] as const)
    netlink.address.add({ device, address })
  return {
    [Symbol.dispose]: () => {
      for (const name of ['docker0', 'br0', 'lxc1', 'port0']) netlink.link.delete({ name })
    },
  }
}

async function rows(lb: SkepLb): Promise<ReadonlyMap<string, DeviceRow>> {
  const { stdout, stderr } = await lb.words('get', 'devices', '-o', 'json')
  if (stdout === '') throw new Error(stderr)
  return new Map((JSON.parse(stdout) as DeviceRow[]).map((row) => [row.name, row]))
}

describe('spec.devices: [auto]', () => {
  test('picks the uplinks by the routes of all tables, and nothing else; check and get devices say why', async () => {
    const host = lab.net.lb
    using _uplinks = uplinks(host)
    using _others = others(host)
    await using lb = SkepLb.on(host)
    lb.configure(choosing('[auto, "-lxc*"]'))
    const { stdout } = await lb.command('check', '--config', lb.configFile)
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'devices: eth0, eth1; mode: native, else generic, else tc',
        'device eth0: chosen, it has a default route in table 100 and 1 more (IPv4); a route to 2001:db8::/64 (IPv6)',
        'device docker0: left out, its name begins with "docker"',
        'device br0: left out, it is a bridge',
        'device port0: left out, it is a port of bridge br0',
        'device lxc1: left out, "-lxc*" leaves it out',
      ]),
    )
    await lb.start()
    expect(programs(host)).toEqual(['eth0 native', 'eth1 native'])
    const report = await traffic(lab.net.client, { ...http, requests: 100, concurrency: 4 })
    expect(report.failures).toEqual([])
    const shown = await rows(lb)
    expect(shown.get('eth1')).toMatchObject({
      mode: 'native',
      attached: true,
      chosen: true,
      why: expect.stringContaining('101'),
    })
    expect(shown.get('eth0')).toMatchObject({ roles: ['direct routing', 'IPv6 multicast'], sends: true })
    expect(shown.get('br0')).toMatchObject({ mode: null, attached: false, chosen: false, why: 'it is a bridge' })
    const table = (await lb.words('get', 'devices')).stdout
    expect(table).toMatch(/^eth0 +native +UP +yes +yes +it has a default route in table 100/m)
    expect(shown.get('br0')!.sendsWhy).toMatch(/^a bridge sends nothing for XDP|by its kind \(bridge\) it does not$/)
    expect((await lb.words('get', 'devices', '-o', 'wide')).stdout).toMatch(/ SENDS BECAUSE /)
    expect(table).toMatch(/^docker0 +- +\S+ +no +no +its name begins with "docker"/m)
  }, 60_000)

  test('a device that comes later gets the program, and traffic flows by it; one that goes leaves the others untouched', async () => {
    const host = lab.net.lb
    using _uplinks = uplinks(host)
    await using late = await topology({ guest: '10.7.0.2/24', other: '10.7.0.1/24' })
    using pass = new XdpPass()
    await using lb = SkepLb.on(host)
    await lb.start(choosing('[auto]'))
    const before = [linkOf(lb, 'eth0'), linkOf(lb, 'eth1')]
    await using load = await startTraffic(lab.net.client, { ...http, concurrency: 2 })
    await load.reached(20)
    const appeared = lb.untilLogged(/"device":"late0".*"msg":"device attached"/)
    host.netlink.link.add({
      kind: 'veth',
      name: 'late0',
      up: true,
      peer: { name: 'late0', ns: late.guest.namespace, up: true },
    })
    host.netlink.address.add({ device: 'late0', address: '10.8.0.1/24' })
    host.netlink.route.add({ destination: 'default', device: 'late0', table: 102 })
    expect(JSON.parse(await appeared)).toMatchObject({
      because: expect.stringContaining('a default route in table 102'),
    })
    expect(programs(host)).toEqual(['eth0 native', 'eth1 native', 'late0 native'])
    pass.attach(late.guest, 'late0')
    using ethtool = openEthtool({ ns: late.guest.namespace })
    ethtool.setFeatures('late0', { 'tx-checksum-ip-generic': false })
    late.guest.netlink.address.add({ device: 'late0', address: '10.8.0.2/24' })
    late.guest.netlink.route.add({ destination: `${vip4}/32`, via: '10.8.0.1' })
    expect(await late.guest.exec('curl', '-s', '--max-time', '5', `http://${vip4}/`)).toMatch(/^backend-/)
    const gone = lb.untilLogged(/"device":"late0".*"msg":"device detached"/)
    host.netlink.link.delete({ name: 'late0' })
    expect(JSON.parse(await gone)).toMatchObject({ because: 'there is no such device any more' })
    expect([linkOf(lb, 'eth0'), linkOf(lb, 'eth1')]).toEqual(before)
    await load.reached(load.progress.requests + 50)
    expect((await load.stop()).failures).toEqual([])
    expect(existsSync(`${lb.pins}/links/late0`)).toBe(false)
  }, 60_000)

  test('without any uplink it runs, says so, and begins when there is one', async () => {
    const host = lab.net.lb
    await using lb = SkepLb.on(host)
    lb.configure(choosing('[auto]'))
    expect((await lb.command('check', '--config', lb.configFile)).stdout).toContain(
      'warning: spec.devices: ["auto"] leaves no device; there are: lo, eth0, eth1',
    )
    await lb.start()
    expect(programs(host)).toEqual([])
    expect((await lb.command('status')).stdout).toContain('on no device: nothing is balanced')
    const attached = lb.untilLogged(/"device":"eth1".*"msg":"device attached"/)
    using _uplinks = uplinks(host)
    await attached
    expect(programs(host)).toEqual(['eth0 native', 'eth1 native'])
    expect((await traffic(lab.net.client, { ...http, requests: 20 })).failures).toEqual([])
  }, 60_000)

  test('routes that are gone for a moment take no program away; kill -9 and a restart neither', async () => {
    const host = lab.net.lb
    await using lb = SkepLb.on(host)
    {
      using _uplinks = uplinks(host)
      await lb.start(choosing('[auto]'))
    }
    await using load = await startTraffic(lab.net.client, { ...http, concurrency: 2 })
    await load.reached(20)
    const before = [linkOf(lb, 'eth0'), linkOf(lb, 'eth1')]
    await lb.end('SIGKILL')
    await lb.start()
    expect([linkOf(lb, 'eth0'), linkOf(lb, 'eth1')]).toEqual(before)
    using _uplinks = uplinks(host)
    await load.reached(load.progress.requests + 50)
    expect((await load.stop()).failures).toEqual([])
    const { devices } = await lb.status()
    expect(devices.map(({ attached }) => attached)).toEqual([true, true])
  }, 60_000)

  test('a device that becomes the port of a bridge is let go; the others are not touched', async () => {
    const host = lab.net.lb
    using _uplinks = uplinks(host)
    await using lb = SkepLb.on(host)
    host.netlink.link.add({ kind: 'vxlan', name: 'up0', vni: 7, port: 4789, up: true })
    host.netlink.address.add({ device: 'up0', address: '10.6.0.1/24' })
    host.netlink.link.add({ kind: 'bridge', name: 'br0', up: true })
    await lb.start(choosing('[auto]'))
    expect(programs(host)).toEqual(['eth0 native', 'eth1 native', 'up0 generic'])
    const before = linkOf(lb, 'eth0')
    const gone = lb.untilLogged(/"device":"up0".*"msg":"device detached"/)
    host.netlink.link.set({ name: 'up0', master: 'br0' })
    expect(JSON.parse(await gone)).toMatchObject({ because: 'it is a port of bridge br0' })
    expect(programs(host)).toEqual(['eth0 native', 'eth1 native'])
    expect(linkOf(lb, 'eth0')).toBe(before)
    for (const name of ['up0', 'br0']) host.netlink.link.delete({ name })
  }, 60_000)

  test('live reload goes from names to auto and back, without a packet lost', async () => {
    const host = lab.net.lb
    using _uplinks = uplinks(host)
    await using lb = SkepLb.on(host)
    await lb.start(choosing('[eth0, eth1]'))
    await using load = await startTraffic(lab.net.client, { ...http, concurrency: 2 })
    await load.reached(20)
    const before = [linkOf(lb, 'eth0'), linkOf(lb, 'eth1')]
    expect(await lb.reload(choosing('[auto, "+wg0"]'))).toBe('reloaded: 1 difference')
    expect(await lb.reload(choosing('["eth+"]'))).toBe('reloaded: 1 difference')
    expect(await lb.reload(choosing('[auto, eth7]'), 'refused')).toMatch(/^refused: 1 problem/)
    expect(await lb.reload(choosing('["-eth0"]'), 'refused')).toMatch(/^refused: 1 problem/)
    expect([linkOf(lb, 'eth0'), linkOf(lb, 'eth1')]).toEqual(before)
    await load.reached(load.progress.requests + 20)
    expect((await load.stop()).failures).toEqual([])
  }, 60_000)
})

describe('devices that change', () => {
  test('one that gets another name keeps its program', async () => {
    const host = lab.net.lb
    const { netlink } = host
    await using lb = SkepLb.on(host)
    netlink.link.add({ kind: 'bridge', name: 'extra0' })
    await lb.start(choosing('[eth0, eth1, "extra*"]'))
    const before = linkOf(lb, 'extra0')
    netlink.link.set({ name: 'extra0', newName: 'extra9' })
    await lb.untilLogged(/"msg":"device renamed"/)
    expect(linkOf(lb, 'extra9')).toBe(before)
    expect((await lb.status()).devices.map(({ name, attached }) => [name, attached])).toEqual([
      ['eth0', true],
      ['eth1', true],
      ['extra9', true],
    ])
    netlink.link.delete({ name: 'extra9' })
  }, 60_000)

  test('one that is named and goes is told as gone, until it comes back', async () => {
    const host = lab.net.lb
    await using lb = SkepLb.on(host)
    host.netlink.link.add({ kind: 'bridge', name: 'extra0' })
    await lb.start(choosing('[eth0, eth1, extra0]'))
    const told = lb.untilLogged(/spec\.devices\[2\]: \\"extra0\\": there is no such device any more/)
    host.netlink.link.delete({ name: 'extra0' })
    await told
    expect((await lb.status()).devices.find(({ name }) => name === 'extra0')).toMatchObject({
      attached: false,
      reason: 'there is no such device',
    })
    const back = lb.untilLogged(/"device":"extra0".*"msg":"device attached"/)
    host.netlink.link.add({ kind: 'bridge', name: 'extra0' })
    await back
    expect((await lb.status()).devices.find(({ name }) => name === 'extra0')).toMatchObject({ attached: true })
    host.netlink.link.delete({ name: 'extra0' })
  }, 60_000)

  test('one that refuses the program while the network changes does not hold up the others, nor the services', async () => {
    const host = lab.net.lb
    await using lb = SkepLb.on(host)
    await lb.start(choosing('[eth0, eth1, "extra*"]', { more: 'acceleration: native' }))
    const refused = lb.untilLogged(/extra0: .*leave it out of spec\.devices/)
    host.netlink.link.add({ kind: 'bridge', name: 'extra0' })
    await refused
    const attached = lb.untilLogged(/"device":"extra1".*"msg":"device attached"/)
    host.netlink.link.add({ kind: 'veth', name: 'extra1', peer: { name: 'peer1' } })
    await attached
    expect((await lb.status()).devices.find(({ name }) => name === 'extra0')).toMatchObject({
      attached: false,
      reason: expect.stringContaining('the driver has no XDP'),
    })
    expect((await traffic(lab.net.client, { ...http, requests: 20 })).failures).toEqual([])
    for (const name of ['extra0', 'extra1']) host.netlink.link.delete({ name })
  }, 60_000)
})
