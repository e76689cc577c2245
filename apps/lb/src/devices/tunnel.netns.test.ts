import { describe as group, expect } from '@jest/globals'
import { holdConnections, needing, needs, startTraffic, traffic } from '@skep/testbed'
import { dsrConfig, type DsrNetwork, dsrNetwork, families, type Family, vips } from '../../test/dsr-network.ts'
import { DATAGRAMS, interrupt, LANES, Losses, tellLost } from '../../test/lost.ts'
import { runningLb } from '../../test/running-lb.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import type { DeviceRow } from '../get/devices.ts'

const { describe, test } = needing(needs.root, needs.bpf, ...['ipip', 'sit', 'ip6tnl'].map((kind) => needs.kind(kind)))

describe('tunnel devices', () => {
  const lab = sharedLab(() => dsrNetwork({ decap: 'devices' }))
  group('with the program', () => withProgram(lab))
})

function withProgram(lab: { readonly net: DsrNetwork['net'] }): void {
  const running = runningLb(
    () => lab.net.lb,
    async (host) => {
      await host.exec('ip', 'link', 'add', 'ipip1', 'type', 'ipip', 'local', '10.1.0.2', 'remote', 'any')
      host.netlink.link.set({ name: 'ipip1', up: true })
      host.netlink.route.add({ destination: '172.31.0.0/16', device: 'ipip1' })
      return dsrConfig([1, 2, 3]).replace('[eth0]', '[eth0, ipip1]')
    },
  )

  const answers = async (family: Family): Promise<void> => {
    const address = vips[family]
    const url = family === 'v4' ? `http://${address}/` : `http://[${address}]/`
    const report = await traffic(lab.net.client, { protocol: 'http', url, requests: 30, concurrency: 4 })
    expect(report.failures).toEqual([])
    expect(Object.keys(report.perServer)).toHaveLength(3)
    const udp = { protocol: 'udp', address, port: 53, requests: 30, concurrency: 4 } as const
    expect((await traffic(lab.net.client, udp)).failures).toEqual([])
  }

  test('of Linux on the backends take the outer header off, whatever it is', async () => {
    await answers('v4')
    await answers('v6')
    await using held = await holdConnections(lab.net.client, { address: vips.v6, port: 7, connections: 8 })
    for (const [over, inside] of [
      ['v6', 'v4'],
      ['v4', 'v6'],
    ] as const) {
      await running.lb.reload(dsrConfig([1, 2, 3], { backends: over }).replace('[eth0]', '[eth0, ipip1]'))
      await answers(inside)
    }
    expect((await held.check()).broken).toEqual([])
  }, 60_000)

  for (const family of families)
    test(`${family}: connections through them outlive a link that fails`, async () => {
      const { client, lb: host, 'backend-1': backend } = lab.net
      await using held = await holdConnections(client, { address: vips[family], port: 7, connections: 8 })
      await using load = await startTraffic(client, { ...DATAGRAMS, address: vips[family] })
      await load.reached(50)
      const losses = new Losses(load)
      await losses.while(() => interrupt(host, 'eth0', load))
      await losses.while(() => interrupt(backend, 'eth0', load))
      const lost = await losses.counted()
      tellLost(`tunnels, ${family}: datagrams lost when the link of all, of one backend fails and comes back`, lost)
      for (const one of lost) expect(one).toBeLessThanOrEqual(3 * LANES)
      expect((await held.check()).broken).toEqual([])
      await answers(family)
    }, 60_000)

  group('on the load balancer itself', () => {
    test('have no frames to balance: check, status and get devices say so, and what to name', async () => {
      const why = 'it has no Ethernet frames, so nothing is balanced there; write the device below it'
      expect((await running.lb.command('check', '--config', running.lb.configFile)).stdout).toContain(
        `warning: ipip1: ${why}`,
      )
      const rows = JSON.parse((await running.lb.words('get', 'devices', '-o', 'json')).stdout) as DeviceRow[]
      expect(rows.find(({ name }) => name === 'ipip1')?.reason).toContain(why)
      expect(rows.find(({ name }) => name === 'eth0')).toMatchObject({ mode: 'native', reason: null })
      expect((await running.lb.command('status')).stdout).toContain(why)
    }, 60_000)

    test('are left out by auto, which says why', async () => {
      running.lb.configure(dsrConfig([1, 2, 3]).replace('[eth0]', '[eth0, auto]'))
      const { stdout } = await running.lb.command('check', '--config', running.lb.configFile)
      expect(stdout).toMatch(/device ipip1: left out, its packets have no Ethernet header/)
    }, 60_000)
  })
}
