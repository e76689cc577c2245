import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Capture, type Host, needing, needs, traffic } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, families, vips } from '../test/dsr-network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const url = { v4: `http://${vips.v4}/`, v6: `http://[${vips.v6}]/` } as const
const megabyte = 1_000_000
let lab: DsrNetwork

/** Requests of every kind to all services; how many each server answered. */
async function requestAll(client: Host): Promise<Record<string, number>> {
  const perServer: Record<string, number> = {}
  for (const family of families) {
    const address = vips[family]
    const reports = [
      await traffic(client, { protocol: 'http', url: url[family], requests: 60, concurrency: 4 }),
      await traffic(client, { protocol: 'tcp', address, port: 7, requests: 60, concurrency: 4 }),
      await traffic(client, { protocol: 'udp', address, port: 53, requests: 60, concurrency: 4 }),
    ]
    expect(reports.map(({ requests, failures }) => [requests, failures])).toEqual(reports.map(() => [60, []]))
    for (const [name, count] of reports.flatMap((report) => Object.entries(report.perServer)))
      perServer[name] = (perServer[name] ?? 0) + count
  }
  return perServer
}

/** The MAC addresses that replies of a service come to the router from. */
async function senders(address: string, during: () => Promise<unknown>): Promise<Set<string>> {
  await using capture = await Capture.start(lab.net.router, 'eth1', { filter: `src host ${address}` })
  await during()
  return new Set((await capture.stop()).map(({ bytes }) => Buffer.from(bytes.subarray(6, 12)).toString('hex')))
}

function macOf(host: Host): string {
  return host.device('eth0').address!.replaceAll(':', '')
}

/** Sends a megabyte, and gets it back. */
async function echoMegabyte(family: 'v4' | 'v6', file: string): Promise<number> {
  const body = ['--data-binary', `@${file}`, '-H', 'Expect:', url[family]]
  return (await lab.net.client.exec('curl', '-gsS', '--max-time', '20', ...body)).length
}

needing(needs.root, needs.bpf).describe('direct server return', () => {
  beforeAll(async () => {
    lab = await dsrNetwork()
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  describe.each([
    ['IPIP, each family in itself', { dispatch: 'ipip' }],
    ['IPIP, both families in IPv4', { dispatch: 'ipip', backends: 'v4' }],
    ['IPIP, both families in IPv6', { dispatch: 'ipip', backends: 'v6' }],
    ['by MAC address', { dispatch: 'l2' }],
    ['with the option, on another port', { dispatch: 'opt', webPort: 8080 }],
  ] as const)('%s', (_, options) => {
    test('every request is served by all backends, which answer themselves; a megabyte goes both ways', async () => {
      const { client, lb: host } = lab.net
      await using lb = SkepLb.on(host)
      await lb.start(dsrConfig([1, 2, 3], options))
      const backends = [1, 2, 3].map((i) => macOf(lab.net.host(`backend-${i}` as 'backend-1')))
      for (const family of families) {
        const seen = await senders(vips[family], async () =>
          expect(Object.keys(await requestAll(client))).toHaveLength(3),
        )
        expect([...seen].toSorted()).toEqual(backends.toSorted())
        const file = join(lb.folder, 'megabyte')
        writeFileSync(file, Buffer.alloc(megabyte, 'x'))
        for (let i = 0; i < 4; i++) expect(await echoMegabyte(family, file)).toBe(megabyte)
        await lab.net.client.exec('rm', file)
      }
    }, 90_000)
  })
})
