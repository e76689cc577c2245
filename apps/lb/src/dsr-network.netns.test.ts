import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Capture, needing, needs, traffic } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, families, vips } from '../test/dsr-network.ts'
import { SkepLb } from '../test/skep-lb.ts'

let lab: DsrNetwork

/** Asks until there is an answer, for a connection each time. */
async function untilServed(family: 'v4' | 'v6'): Promise<void> {
  const url = { v4: `http://${vips.v4}/`, v6: `http://[${vips.v6}]/` }[family]
  const again = ['--retry', '40', '--retry-all-errors', '--retry-delay', '0', '--retry-max-time', '25']
  await lab.net.client.exec('curl', '-gsS', '--max-time', '1', ...again, url)
}

needing(needs.root, needs.bpf).describe('the network of direct server return', () => {
  beforeAll(async () => {
    lab = await dsrNetwork({ acceleration: 'tc' })
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  test.each([
    ['v4', 'ip proto 4', '10.255.'],
    ['v6', 'ip6 proto 41', '2001:db8:fffe:'],
  ] as const)(
    'outer %s sources are many, all of the prefix',
    async (family, filter, prefix) => {
      const { client, lb: host } = lab.net
      await using lb = SkepLb.on(host)
      await lb.start(dsrConfig([1], { spread: true }))
      await using capture = await Capture.start(lab.net['backend-1'], 'eth0', { filter })
      const report = await traffic(client, { protocol: 'udp', address: vips[family], port: 53, requests: 40 })
      expect(report.failures).toEqual([])
      const sources = new Set((await capture.stop()).map((packet) => String(packet).match(/[0-9a-f.:]+ >/)?.[0]))
      expect([...sources].filter((source) => !source?.startsWith(prefix))).toEqual([])
      expect(sources.size).toBeGreaterThan(20)
    },
    60_000,
  )

  test.each(['ipip', 'l2'])(
    '%s: packets follow a backend that has another MAC address',
    async (dispatch) => {
      const host = lab.net['backend-1']
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1], { dispatch }))
      for (const family of families) await untilServed(family)
      const before = host.device('eth0').address!
      for (const address of ['02:00:00:00:99:01', before]) {
        host.netlink.link.set({ name: 'eth0', address })
        for (const family of families) await untilServed(family)
      }
    },
    90_000,
  )

  test('the control plane hangs: traffic goes on, and follows what the kernel learns', async () => {
    const host = lab.net['backend-1']
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(dsrConfig([1]))
    for (const family of families) await untilServed(family)
    lb.child!.kill('SIGSTOP')
    const before = host.device('eth0').address!
    host.netlink.link.set({ name: 'eth0', address: '02:00:00:00:99:02' })
    for (const family of families) await untilServed(family)
    for (const family of families) {
      const report = await traffic(lab.net.client, { protocol: 'tcp', address: vips[family], port: 7, requests: 50 })
      expect(report.failures).toEqual([])
    }
    host.netlink.link.set({ name: 'eth0', address: before })
    const exit = once(lb.child!, 'exit')
    lb.child!.kill('SIGKILL')
    await exit
  }, 90_000)

  test.each(['ipip', 'l2'])(
    '%s: every port is served where the service takes any',
    async (dispatch) => {
      const { client } = lab.net
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1, 2, 3], { dispatch, ports: { any: 0 } }))
      for (const family of families) {
        const bracketed = { v4: vips.v4, v6: `[${vips.v6}]` }[family]
        for (const port of [80, 8080]) {
          const url = `http://${bracketed}:${port}/`
          const report = await traffic(client, { protocol: 'http', url, requests: 40, concurrency: 4 })
          expect([report.failures, Object.keys(report.perServer)]).toEqual([[], expect.arrayContaining(['backend-1'])])
        }
        expect((await client.attempt('curl', ['-gs', '--max-time', '5', `http://${bracketed}:81/`])).code).toBe(7)
      }
    },
    60_000,
  )
})
