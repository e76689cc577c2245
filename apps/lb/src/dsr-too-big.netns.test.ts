import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Capture, needing, needs, traffic } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, vips } from '../test/dsr-network.ts'
import { SkepLb } from '../test/skep-lb.ts'

let lab: DsrNetwork

needing(needs.root, needs.bpf).describe('a tunnel with less room than its clients use', () => {
  beforeAll(async () => {
    lab = await dsrNetwork()
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  test.each([
    ['v4', 'icmp[0] == 3 and icmp[1] == 4', 1480],
    ['v6', 'icmp6 and ip6[40] == 2', 1460],
  ] as const)(
    '%s: the client is told, and sends what fits',
    async (family, filter, mtu) => {
      const { client, lb: host } = lab.net
      await using lb = SkepLb.on(host)
      await lb.start(dsrConfig([1], { dispatch: 'ipip' }))
      const address = vips[family]
      await using capture = await Capture.start(client, 'eth0', { filter })
      const report = await traffic(client, { protocol: 'tcp', address, port: 7, requests: 3, bytes: 50_000 })
      expect(report.failures).toEqual([])
      expect((await capture.stop()).length).toBeGreaterThan(0)
      expect(await client.exec('ip', 'route', 'get', address)).toContain(`mtu ${mtu}`)
      const { verdicts } = await lb.status()
      expect(verdicts.find(({ verdict }) => verdict === 'REPLY_TOO_BIG')!.packets).toBeGreaterThan(0)
    },
    60_000,
  )
})
