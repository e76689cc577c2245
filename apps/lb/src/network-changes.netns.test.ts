import { readFileSync } from 'node:fs'
import { setInterval } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { modeOfKernel } from '@skep/neighbor'
import { type Host, needing, needs, traffic } from '@skep/testbed'
import { config, network, vip4 } from '../test/network.ts'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const lab = sharedLab(network)

/** How entries are marked that are kept resolved. */
const KEPT = modeOfKernel() === 'use' ? ['extern_learn'] : ['managed', 'extern_learn']

/** The address that the backend sees, asked by the client through the load balancer. */
async function seenSource(): Promise<string> {
  return (await lab.net.client.exec('curl', '-s', '--max-time', '5', `http://${vip4}/peer`)).split(' ')[0] ?? ''
}

/** Waits for the kernel to say that something is so. */
async function until(host: Host, kind: 'link' | 'neighbor', isSo: () => boolean): Promise<void> {
  if (isSo()) return
  await using monitor = host.netlink.monitor([kind])
  for await (const _ of monitor) if (isSo()) return
}

describe('skep-lb follows the network', () => {
  test('next hops are kept resolved, and one that somebody deletes comes back', async () => {
    const host = lab.net.lb
    await using lb = SkepLb.on(host)
    await lb.start(config([1]))
    const entry = () => host.netlink.neighbor.get({ device: 'eth1', address: '10.1.0.11' })
    await until(host, 'neighbor', () => entry()?.state === 'reachable')
    expect(entry()?.flags).toEqual(expect.arrayContaining(KEPT))
    host.netlink.neighbor.delete({ device: 'eth1', address: '10.1.0.11' })
    await until(host, 'neighbor', () => KEPT.every((one) => entry()?.flags.includes(one as 'managed')))
  }, 60_000)

  test('so are the gateways towards clients, as long as a route names them', async () => {
    const host = lab.net.lb
    const route = { destination: 'default', via: '10.0.0.2' }
    const entry = () => host.netlink.neighbor.get({ device: 'eth0', address: route.via })
    await using lb = SkepLb.on(host)
    host.netlink.route.add(route)
    try {
      await lb.start(config([1]))
      await until(host, 'neighbor', () => entry()?.state === 'reachable')
      expect(entry()?.flags).toEqual(expect.arrayContaining(KEPT))
      const { nextHops } = await lb.status()
      expect(nextHops).toContainEqual(
        expect.objectContaining({ address: route.via, device: 'eth0', mac: entry()?.lladdr, state: 'usable' }),
      )
    } finally {
      host.netlink.route.delete(route)
    }
    await until(host, 'neighbor', () => entry()?.flags.includes('extern_learn') !== true)
  }, 60_000)

  test('another own address: new connections carry it, open ones keep theirs', async () => {
    const host = lab.net.lb
    await using lb = SkepLb.on(host)
    await lb.start(config([1]))
    expect(await seenSource()).toBe('::ffff:10.1.0.1')
    const changed = lb.untilLogged(/"sources":\["10.1.0.9"/)
    host.netlink.address.delete({ device: 'eth1', address: '10.1.0.1/24' })
    host.netlink.address.add({ device: 'eth1', address: '10.1.0.9/24' })
    await changed
    expect(await seenSource()).toBe('::ffff:10.1.0.9')
    host.netlink.address.delete({ device: 'eth1', address: '10.1.0.9/24' })
    host.netlink.address.add({ device: 'eth1', address: '10.1.0.1/24' })
  }, 60_000)

  test('devices come and go with the configuration and with the machine', async () => {
    const host = lab.net.lb
    await using lb = SkepLb.on(host)
    await lb.start(config([1]).replace('[eth0, eth1]', '[eth1, "extra*"]'))
    const programs = () =>
      [...host.netlink.link.list()].flatMap(({ name, xdp }) => (xdp ? [`${name} ${xdp.mode}`] : []))
    expect(programs()).toEqual(['eth1 native'])
    await lb.reload(config([1]))
    expect(programs().toSorted()).toEqual(['eth0 native', 'eth1 native'])
    await lb.reload(config([1]).replace('[eth0, eth1]', '[eth1, "extra*"]'))
    // A slow kernel takes a link off when its pin has been gone for a moment, and tells nobody.
    for await (const _ of setInterval(50)) if (programs().length === 1) break
    expect(programs()).toEqual(['eth1 native'])
    for (let round = 0; round < 2; round++) {
      host.netlink.link.add({ kind: 'veth', name: 'extra0', peer: { name: 'peer0' }, up: true })
      await until(host, 'link', () => programs().includes('extra0 native'))
      host.netlink.link.delete({ name: 'extra0' })
    }
    expect(programs()).toEqual(['eth1 native'])
  }, 60_000)

  test('best effort falls back to generic where the driver cannot, and says why; native refuses', async () => {
    const host = lab.net.lb
    host.netlink.link.add({ kind: 'bridge', name: 'br0', up: true })
    const text = config([1]).replace('[eth0, eth1]', '[eth0, eth1, br0]')
    await using lb = SkepLb.on(host)
    lb.configure(text.replace('services:', 'acceleration: native\n  services:'))
    const refused = await lb.command('run', '--config', lb.configFile)
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('br0: ')])
    expect(refused.stderr).toMatch(/^DEVICE +XDP IN DRIVER +REDIRECT TO IT +MTU +OTHER PROGRAMS +POSSIBLE +REASON$/m)
    expect(refused.stderr).toMatch(/^eth0 +yes +yes +1500 +none +native +-$/m)
    expect(refused.stderr).toMatch(/^br0 +no +no +1500 +none +generic +.*the driver has no XDP/m)
    expect([...host.netlink.link.list()].filter(({ xdp }) => xdp !== undefined)).toEqual([])
    expect((await lb.command('status')).code).toBe(3)
    await lb.start(text)
    const { devices } = await lb.status()
    expect(devices.find(({ name }) => name === 'br0')).toEqual({
      name: 'br0',
      mode: 'generic',
      reason: expect.stringContaining('the driver has no XDP'),
      attached: true,
    })
    host.netlink.link.delete({ name: 'br0' })
  }, 60_000)

  test('a reload that a new device refuses changes nothing, not even what could have been done', async () => {
    const host = lab.net.lb
    const native = (text: string) => text.replace('services:', 'acceleration: native\n  services:')
    await using lb = SkepLb.on(host)
    await lb.start(native(config([1, 2, 3])))
    host.netlink.link.add({ kind: 'bridge', name: 'br0', up: true })
    const before = host.run(() => readFileSync('/proc/sys/net/ipv4/conf/br0/accept_local', 'utf8'))
    const next = native(config([1]).replace('[eth0, eth1]', '[eth0, eth1, br0]'))
    expect(await lb.reload(next, 'refused')).toMatch(/^refused: 1 problem;/)
    const { devices, services } = await lb.status()
    expect(devices.map(({ name }) => name)).toEqual(['eth0', 'eth1'])
    expect(services.map(({ members }) => members.length)).toEqual([3, 3, 3])
    expect(host.device('br0').xdp).toBeUndefined()
    expect(host.run(() => readFileSync('/proc/sys/net/ipv4/conf/br0/accept_local', 'utf8'))).toBe(before)
    host.netlink.link.delete({ name: 'br0' })
  }, 60_000)

  test('generic mode balances, too', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3], { more: 'acceleration: generic' }))
    expect((await lb.status()).devices.map(({ mode }) => mode)).toEqual(['generic', 'generic'])
    const report = await traffic(lab.net.client, { protocol: 'http', url: `http://${vip4}/`, requests: 50 })
    expect(report.failures).toEqual([])
  }, 60_000)
})
