import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { needing, needs, traffic } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, families, vips } from '../test/dsr-network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const CLIENTS = 24
const LATER = 250
const affinity = (seconds: number) => `sessionAffinity: { clientIP: { timeoutSeconds: ${seconds} } }`
let lab: DsrNetwork

/** The backend that answers one of the client's addresses, three times, by a connection each. */
async function serverOf(last: number): Promise<string> {
  const asked = Array(3).fill(`http://${vips.v4}/`)
  const options = ['-sS', '-H', 'Connection: close', '--max-time', '5', '-w', '\n', '--interface', `10.9.0.${last}`]
  const names = new Set((await lab.net.client.exec('curl', ...options, ...asked)).trim().split('\n'))
  expect([last, names.size]).toEqual([last, 1])
  return [...names][0]!
}

async function serversOfAll(): Promise<string[]> {
  const servers: string[] = []
  for (let last = 1; last <= CLIENTS; last++) servers.push(await serverOf(last))
  return servers
}

needing(needs.root, needs.bpf).describe('the choice of a backend by direct server return', () => {
  beforeAll(async () => {
    lab = await dsrNetwork()
    for (let i = 1; i <= LATER; i++) lab.net.client.netlink.address.add({ device: 'lo', address: `10.9.0.${i}/32` })
    lab.net.router.netlink.route.add({ destination: '10.9.0.0/24', via: '10.0.0.2' })
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  describe.each(['l2', 'ipip'])('%s', (dispatch) => {
    test('with session affinity a client has one backend, and keeps it when others come', async () => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1, 2], { dispatch, more: affinity(600) }))
      const before = await serversOfAll()
      expect(new Set(before).size).toBe(2)
      await lb.reload(dsrConfig([1, 2, 3], { dispatch, more: affinity(600) }))
      expect(await serversOfAll()).toEqual(before)
    }, 90_000)

    test('with session affinity a new backend has new clients when the others’ time is over', async () => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1, 2], { dispatch, more: affinity(2) }))
      await serversOfAll()
      await lb.reload(dsrConfig([1, 2, 3], { dispatch, more: affinity(2) }))
      const servers = new Set<string>()
      for (let last = CLIENTS + 1; last <= LATER && !servers.has('backend-3'); last++) servers.add(await serverOf(last))
      expect(servers).toContain('backend-3')
    }, 90_000)

    test('at random all backends serve, and a connection stays with its own', async () => {
      const { client } = lab.net
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1, 2, 3], { dispatch, more: 'algorithm: random' }))
      for (const family of families) {
        const report = await traffic(client, { protocol: 'tcp', address: vips[family], port: 7, requests: 120 })
        expect(report.failures).toEqual([])
        expect(Math.min(...Object.values(report.perServer))).toBeGreaterThan(10)
        expect(Object.keys(report.perServer)).toHaveLength(3)
      }
    }, 90_000)
  })
})
