import { afterAll, beforeAll, describe as group, expect } from '@jest/globals'
import { holdConnections, needing, needs, traffic } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type Family, vips } from '../../test/dsr-network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'
import type { DeviceRow } from '../get/devices.ts'

const { describe, test } = needing(needs.root, needs.bpf, needs.kind('ipip'), needs.kind('ip6tnl'))

describe('tunnel devices', () => {
  const lab = sharedLab(() => dsrNetwork({ decap: 'devices' }))
  let lb: SkepLb
  beforeAll(async () => {
    const { lb: host } = lab.net
    await host.exec('ip', 'link', 'add', 'ipip1', 'type', 'ipip', 'local', '10.1.0.2', 'remote', 'any')
    host.netlink.link.set({ name: 'ipip1', up: true })
    host.netlink.route.add({ destination: '172.31.0.0/16', device: 'ipip1' })
    lb = SkepLb.on(host)
    await lb.start(dsrConfig([1, 2, 3]).replace('[eth0]', '[eth0, ipip1]'))
  }, 60_000)
  afterAll(() => lb?.[Symbol.asyncDispose](), 60_000)

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
      await lb.reload(dsrConfig([1, 2, 3], { backends: over }).replace('[eth0]', '[eth0, ipip1]'))
      await answers(inside)
    }
    expect((await held.check()).broken).toEqual([])
  }, 60_000)

  group('on the load balancer itself', () => {
    test('have no frames to balance: check, status and get devices say so, and what to name', async () => {
      const why = 'it has no Ethernet frames, so nothing is balanced there; write the device below it'
      expect((await lb.command('check', '--config', lb.configFile)).stdout).toContain(`warning: ipip1: ${why}`)
      const rows = JSON.parse((await lb.words('get', 'devices', '-o', 'json')).stdout) as DeviceRow[]
      expect(rows.find(({ name }) => name === 'ipip1')?.reason).toContain(why)
      expect(rows.find(({ name }) => name === 'eth0')).toMatchObject({ mode: 'native', reason: null })
      expect((await lb.command('status')).stdout).toContain(why)
    }, 60_000)

    test('are left out by auto, which says why', async () => {
      lb.configure(dsrConfig([1, 2, 3]).replace('[eth0]', '[eth0, auto]'))
      const { stdout } = await lb.command('check', '--config', lb.configFile)
      expect(stdout).toMatch(/device ipip1: left out, its packets have no Ethernet header/)
    }, 60_000)
  })
})
