import { afterAll, beforeAll, expect } from '@jest/globals'
import { holdConnections, needing, needs, traffic } from '@skep/testbed'
import { config, network, type Network, vip4, vip6 } from '../../test/network.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)

/** The backends are behind a bridge of the load balancer's own: native XDP cannot redirect to that. */
describe('a route by a device that XDP cannot send by', () => {
  let lab: Network
  beforeAll(async () => {
    lab = await network()
    const { netlink } = lab.net.lb
    const addresses = [...netlink.address.list({ device: 'eth1' })].filter(({ scope }) => scope === 'global')
    netlink.link.add({ kind: 'bridge', name: 'br0', up: true })
    netlink.link.set({ name: 'eth1', master: 'br0' })
    for (const { address } of addresses) {
      netlink.address.delete({ device: 'eth1', address })
      netlink.address.add({ device: 'br0', address, flags: ['nodad'] })
    }
  }, 60_000)
  afterAll(async () => lab[Symbol.asyncDispose](), 60_000)

  test('the kernel forwards what native XDP has translated, both families; replies come back', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]).replace('[eth0, eth1]', '[eth0, br0]'))
    const before = (await lb.status()).devices
    expect(before.find(({ name }) => name === 'eth0')).toMatchObject({ mode: 'native', attached: true })
    expect(before.find(({ name }) => name === 'br0')?.mode).not.toBe('native')
    await using held = await holdConnections(lab.net.client, { address: vip4, port: 7, connections: 10 })
    for (const url of [`http://${vip4}/`, `http://[${vip6}]/`]) {
      const report = await traffic(lab.net.client, { protocol: 'http', url, requests: 60, concurrency: 4 })
      expect(report.failures).toEqual([])
      expect(Object.keys(report.perServer)).toHaveLength(3)
    }
    expect((await held.check()).broken).toEqual([])
    const { verdicts } = await lb.status()
    const packets = (name: string) => verdicts.find(({ verdict }) => verdict === name)?.packets
    expect(packets('STACK_DEVICE')).toBeGreaterThan(120)
    expect(packets('REDIRECT_TO_BACKEND')).toBe(0)
  }, 60_000)

  test('in generic XDP the kernel sends by any device', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3], { more: 'acceleration: generic' }).replace('[eth0, eth1]', '[eth0, br0]'))
    const report = await traffic(lab.net.client, { protocol: 'http', url: `http://${vip4}/`, requests: 60 })
    expect(report.failures).toEqual([])
    const { verdicts } = await lb.status()
    expect(verdicts.find(({ verdict }) => verdict === 'STACK_DEVICE')?.packets).toBe(0)
  }, 60_000)
})
