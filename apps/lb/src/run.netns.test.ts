import { expect } from '@jest/globals'
import { needing, needs, startTraffic, traffic, type TrafficReport, udpEcho } from '@skep/testbed'
import { config, network, vip4, vip6 } from '../test/network.ts'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'
import type { Status } from './status/status.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const http = { protocol: 'http', url: `http://${vip4}/` } as const
/** Load that leaves an emulated processor the time to start a process. */
const PACE = { concurrency: 4, perSecond: 400 } as const
const lab = sharedLab(network)

function ids({ services }: Status): unknown {
  return services.map(({ id, frontend, members }) => [
    id,
    frontend,
    members.map((member) => [member.id, member.backend]),
  ])
}

async function flows(): Promise<TrafficReport['flows']> {
  const options = { protocol: 'tcp', address: vip4, port: 7, requests: 200, sourcePorts: [20_000, 20_199] } as const
  const report = await traffic(lab.net.client, { ...options, concurrency: 8 })
  expect(report.failures).toEqual([])
  return report.flows
}

describe('skep-lb run', () => {
  test('balances IPv4 and IPv6 over all backends, each backend seeing the own address', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    for (const url of [http.url, `http://[${vip6}]/`]) {
      const report = await traffic(lab.net.client, { protocol: 'http', url, requests: 300, concurrency: 8 })
      expect(report.failures).toEqual([])
      expect(Object.keys(report.perServer).toSorted()).toEqual(['backend-1', 'backend-2', 'backend-3'])
    }
    const { services, devices, verdicts, process } = await lb.status()
    expect(devices).toEqual([
      { name: 'eth0', mode: 'native', attached: true },
      { name: 'eth1', mode: 'native', attached: true },
    ])
    expect(services.map(({ name, frontend }) => [name, frontend])).toEqual([
      ['web', `${vip4}:80/TCP`],
      ['web', `[${vip6}]:80/TCP`],
      ['echo', `${vip4}:7/TCP`],
    ])
    expect(services[0]?.members.map(({ source }) => source)).toEqual(['10.1.0.1', '10.1.0.1', '10.1.0.1'])
    expect(services[0]?.members.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
    expect(verdicts.find(({ verdict }) => verdict === 'REDIRECT_TO_BACKEND')?.packets).toBeGreaterThan(600)
    expect(process).toMatchObject({ alive: true, pid: lb.child?.pid, config: lb.configFile })
  }, 60_000)

  test('kill -9 and a restart under load: no request fails, ids and choices stay', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    const [before, flowsBefore] = [await lb.status(), await flows()]
    await using load = await startTraffic(lab.net.client, { ...PACE, protocol: 'tcp', address: vip4, port: 7 })
    for (let round = 0; round < 3; round++) {
      await load.reached(load.progress.requests + 100)
      await lb.end('SIGKILL')
      await load.reached(load.progress.requests + 100)
      await lb.start()
    }
    expect((await load.stop()).failures).toEqual([])
    expect(ids(await lb.status())).toEqual(ids(before))
    expect(await flows()).toEqual(flowsBefore)
  }, 90_000)

  test('killed at any moment of its start, the next start mends what is left', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    await using load = await startTraffic(lab.net.client, { ...PACE, ...http })
    await load.reached(20)
    for (let requests = 5; requests <= 200; requests = Math.ceil(requests * 1.7)) {
      await lb.end('SIGKILL')
      lb.configure(config(requests % 2 === 0 ? [1, 2, 3] : [1, 2]))
      lb.spawn()
      await load.reached(load.progress.requests + requests)
    }
    await lb.end('SIGKILL')
    await lb.start(config([1, 2, 3]))
    await load.reached(load.progress.requests + 20)
    expect((await load.stop()).failures).toEqual([])
    const { services } = await lb.status()
    expect(services.map(({ members }) => members.filter(({ slots }) => slots > 0).length)).toEqual([3, 3, 3])
  }, 90_000)

  test('SIGTERM ends the process; traffic goes on, and status says that nobody runs it', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    await lb.end('SIGTERM')
    expect(lb.child?.exitCode).toBe(0)
    const report = await traffic(lab.net.client, { ...http, requests: 50 })
    expect(report.failures).toEqual([])
    expect((await lb.status()).process?.alive).toBe(false)
    expect((await lb.command('status')).stdout).toContain('NO PROCESS RUNS IT')
  }, 60_000)

  test('SIGHUP takes a backend out: open connections stay, new ones go elsewhere', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    await using open = await startTraffic(lab.net.client, { ...http, keepAlive: true, concurrency: 20 })
    await open.reached(200)
    expect((await lb.status()).connections?.established).toBe(20)
    await lb.reload(config([1, 2]))
    const fresh = await traffic(lab.net.client, { ...http, requests: 100 })
    expect(Object.keys(fresh.perServer).toSorted()).toEqual(['backend-1', 'backend-2'])
    await open.reached(open.progress.requests + 200)
    const report = await open.stop()
    expect(report.failures).toEqual([])
    expect(report.connections).toBe(20)
    await lb.reload(config([1, 2, 3]))
    const again = await traffic(lab.net.client, { ...http, requests: 100 })
    expect(Object.keys(again.perServer)).toHaveLength(3)
  }, 60_000)

  test('a wrong configuration is refused whole, at SIGHUP and at a restart; what runs goes on', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    const before = ids(await lb.status())
    const wrong = config([1, 2]).replace('[eth0, eth1]', '[eth0, eth7]').replace('port: 8080', 'port: 70000')
    expect(await lb.reload(wrong, 'refused')).toBe('refused: 2 problems; what was running goes on unchanged')
    expect(ids(await lb.status())).toEqual(before)
    await lb.end('SIGKILL')
    const { code, stderr } = await lb.command('run', '--config', lb.configFile)
    expect(code).toBe(1)
    expect(stderr).toContain('spec.devices[1]: "eth7": no such device; did you mean "eth0"?')
    expect(stderr).toContain('port: 70000 is not a port')
    expect(ids(await lb.status())).toEqual(before)
    expect((await traffic(lab.net.client, { ...http, requests: 20 })).failures).toEqual([])
  }, 60_000)

  test('a size that cannot change under connections is refused with the way out', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    for (const more of [
      'capacity: { backends: 99999 }',
      'snat: { portRange: 20000-21000 }',
      `hashKey: "${'ab'.repeat(16)}"`,
    ])
      expect(await lb.reload(config([1, 2, 3], { more }), 'refused')).toBe(
        'refused: 1 problem; what was running goes on unchanged',
      )
  }, 60_000)

  test('UDP, weights and chosen sources', async () => {
    const { client, lb: host } = lab.net
    for (const address of ['10.1.0.8/24', '10.1.0.9/24']) host.netlink.address.add({ device: 'eth1', address })
    await using servers = new AsyncDisposableStack()
    for (const i of [1, 2, 3]) servers.use(await udpEcho(lab.net.host(`backend-${i}`), { port: 5353 }))
    const weights = [2, 1, 0].map((weight, i) => `{ address: 10.1.0.1${i + 1}, port: 5353, weight: ${weight} }`)
    const service = `    - name: dns
      frontends: [{ address: ${vip4}, port: 53, protocol: UDP }]
      backends: [${weights.join(', ')}]
`
    await using lb = SkepLb.on(host)
    await lb.start(config([1, 2, 3], { more: 'snat: { sources: [10.1.0.8, 10.1.0.9] }' }) + service)
    const report = await traffic(client, { protocol: 'udp', address: vip4, port: 53, requests: 600, concurrency: 8 })
    expect(report.failures).toEqual([])
    expect(Object.keys(report.perServer).toSorted()).toEqual(['backend-1', 'backend-2'])
    expect(report.perServer['backend-1']! / report.perServer['backend-2']!).toBeGreaterThan(1.4)
    const { services, sources } = await lb.status()
    const dns = services.find(({ name }) => name === 'dns')!
    expect(dns.members.map(({ share }) => Math.round(100 * share))).toEqual([67, 33, 0])
    for (const { source } of dns.members) expect(['10.1.0.8', '10.1.0.9']).toContain(source)
    expect(sources).toEqual(expect.arrayContaining(['2001:db8:1::1']))
    const wrong = config([1], { more: 'snat: { sources: [10.1.0.7] }' })
    await lb.reload(wrong, 'refused')
    for (const address of ['10.1.0.8/24', '10.1.0.9/24']) host.netlink.address.delete({ device: 'eth1', address })
  }, 60_000)

  test('what is refused at the first start leaves nothing', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    lb.configure(config([1]).replace('[eth0, eth1]', '[eth7]'))
    expect((await lb.command('run', '--config', lb.configFile)).code).toBe(1)
    const status = await lb.command('status')
    expect([status.code, status.stdout]).toEqual([3, 'instance default: not installed\n'])
  }, 60_000)
})
