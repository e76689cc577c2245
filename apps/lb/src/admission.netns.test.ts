import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Host, needing, needs, startTraffic } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, vips } from '../test/dsr-network.ts'
import { config, network, type Network, vip4, vip6 } from '../test/network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const urls = [`http://${vip4}/`, `http://[${vip6}]/`] as const
const allowed = ['10.0.0.3', '2001:db8::3'] as const
const denied = ['10.0.0.4', '2001:db8::4'] as const
const limited = ['10.0.0.5', '2001:db8::5'] as const

/** More addresses for the client; only those that are asked for by name are used. */
function addAddresses(client: Host): void {
  for (const address of [...allowed, ...denied, ...limited]) {
    const prefix = address.includes(':') ? 128 : 32
    client.netlink.address.add({ device: 'eth0', address: `${address}/${prefix}`, flags: ['nodad'] })
  }
}

async function isServed(client: Host, from: string, url: string): Promise<boolean> {
  const { code } = await client.attempt('curl', ['-gsS', '--max-time', '2', '--interface', from, url])
  return code === 0
}

async function served(client: Host, sources: readonly string[]): Promise<boolean[]> {
  return await Promise.all(sources.map((from, i) => isServed(client, from, urls[i]!)))
}

async function packets(lb: SkepLb, name: string): Promise<number> {
  const { verdicts } = await lb.status()
  return verdicts.find(({ verdict }) => verdict === name)?.packets ?? 0
}

needing(needs.root, needs.bpf).describe('admission, source NAT', () => {
  let lab: Network
  beforeAll(async () => {
    lab = await network()
    addAddresses(lab.net.client)
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  const about = (text: string): string => config([1, 2, 3]).replace('- name: web\n', `- name: web\n      ${text}\n`)
  const ranges = `sourceRanges: { allow: [10.0.0.0/24, "2001:db8::/64"], deny: [${denied[0]}/32, "${denied[1]}/128"] }`

  test('who is in the list is served, who is denied is not; it holds over a kill and changes at once', async () => {
    const { client } = lab.net
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(about(ranges))
    expect([await served(client, allowed), await served(client, denied)]).toEqual([
      [true, true],
      [false, false],
    ])
    expect(await packets(lb, 'DROP_SOURCE_RANGE')).toBeGreaterThan(0)
    const explained = (await lb.words('explain', 'flow', denied[0], '40000', vip4, '80', 'tcp')).stdout
    expect(explained).toContain(`its source ranges do not admit ${denied[0]}: the packet is dropped`)
    expect(explained).toContain('so it is counted as DROP_SOURCE_RANGE')
    expect((await lb.words('explain', 'flow', allowed[0], '40000', vip4, '80', 'tcp')).stdout).toContain(
      'REDIRECT_TO_BACKEND',
    )
    await lb.end('SIGKILL')
    expect(await served(client, denied)).toEqual([false, false])
    await lb.start()
    expect([await served(client, allowed), await served(client, denied)]).toEqual([
      [true, true],
      [false, false],
    ])
    await lb.reload(about(`sourceRanges: { deny: [${allowed[0]}/32, "${allowed[1]}/128"] }`))
    expect([await served(client, allowed), await served(client, denied)]).toEqual([
      [false, false],
      [true, true],
    ])
    await lb.reload(config([1, 2, 3]))
    expect(await served(client, allowed)).toEqual([true, true])
  }, 90_000)

  test('a client that opens too many waits; what is open goes on, and others are served', async () => {
    const { client } = lab.net
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    await using open = await startTraffic(client, { protocol: 'http', url: urls[0], keepAlive: true, concurrency: 4 })
    await open.reached(20)
    await lb.reload(about('rateLimit: { newConnectionsPerSecond: 1, burst: 5 }'))
    const attempts = await Promise.all(Array.from({ length: 40 }, () => isServed(client, limited[0], urls[0])))
    const count = attempts.filter(Boolean).length
    expect(count).toBeGreaterThanOrEqual(5)
    expect(count).toBeLessThan(40)
    expect(await packets(lb, 'DROP_RATE_LIMIT')).toBeGreaterThan(0)
    expect(await served(client, allowed)).toEqual([true, true])
    await open.reached(open.progress.requests + 50)
    expect((await open.stop()).failures).toEqual([])
    const wide = (await lb.words('get', 'services', '-o', 'wide')).stdout.split('\n')
    expect(wide.find((line) => line.includes(`${vip4}:80`))).toContain('1/s, 5 at once, per /32')
  }, 90_000)
})

needing(needs.root, needs.bpf).describe('admission, direct server return', () => {
  let lab: DsrNetwork
  beforeAll(async () => {
    lab = await dsrNetwork()
    addAddresses(lab.net.client)
    for (const address of [...allowed, ...denied, ...limited])
      lab.net.router.netlink.route.add({
        destination: `${address}/${address.includes(':') ? 128 : 32}`,
        via: address.includes(':') ? '2001:db8::2' : '10.0.0.2',
      })
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  test.each(['ipip', 'l2', 'opt'])(
    '%s: one client is allowed, one denied, one limited',
    async (dispatch) => {
      const { client } = lab.net
      await using lb = SkepLb.on(lab.net.lb)
      const more = `sourceRanges: { deny: [${denied[0]}/32, "${denied[1]}/128"] }\n      rateLimit: { newConnectionsPerSecond: 1, burst: 5, prefix: { ipv6: 128 } }`
      await lb.start(dsrConfig([1, 2, 3], { dispatch, more }))
      expect(vips).toEqual({ v4: vip4, v6: vip6 })
      expect([await served(client, allowed), await served(client, denied)]).toEqual([
        [true, true],
        [false, false],
      ])
      for (const [i, from] of limited.entries()) {
        const attempts = await Promise.all(Array.from({ length: 40 }, () => isServed(client, from, urls[i]!)))
        const count = attempts.filter(Boolean).length
        expect(count).toBeGreaterThanOrEqual(5)
        expect(count).toBeLessThan(40)
      }
      expect(await served(client, allowed)).toEqual([true, true])
      expect(await packets(lb, 'DROP_SOURCE_RANGE')).toBeGreaterThan(0)
      expect(await packets(lb, 'DROP_RATE_LIMIT')).toBeGreaterThan(0)
    },
    90_000,
  )
})
