import { writeFileSync } from 'node:fs'
import { describe as group, expect } from '@jest/globals'
import { holdConnections, type Host, httpServer, needing, needs, startTraffic, traffic, udpEcho } from '@skep/testbed'
import { config, type Network, network, vip4, vip6 } from '../../test/network.ts'
import { DATAGRAMS, interrupt, LANES, Losses, tellLost } from '../../test/lost.ts'
import { runningLb } from '../../test/running-lb.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf, needs.kind('vrf'))
const TABLE = 10

/** Puts a host's devices into a VRF, addresses and all. The main table leads backends and clients nowhere. */
function intoVrf({ netlink }: Host, devices: readonly string[]): void {
  netlink.link.add({ kind: 'vrf', name: 'blue', table: TABLE, up: true })
  for (const device of devices) {
    const { index } = netlink.link.get({ name: device })!
    const before = [...netlink.address.list()].filter((one) => one.index === index && one.scope === 'global')
    netlink.link.set({ name: device, master: 'blue' })
    for (const { address } of before)
      netlink.address.replace({ device, address, ...(address.includes(':') ? { flags: ['nodad'] as const } : {}) })
  }
  for (const destination of ['10.0.0.0/24', '10.1.0.0/24', '2001:db8::/64', '2001:db8:1::/64'])
    netlink.route.add({ destination, type: 'blackhole' })
  netlink.route.add({ destination: 'default', via: '10.0.0.2', table: TABLE })
}

const CHECK_PORT = 8081
const CHECKED = `healthCheck: { http: { port: ${CHECK_PORT} }, intervalSeconds: 1, timeoutSeconds: 1, rise: 1, fall: 1, panicThreshold: 0 }`
const ROUNDS = 100

const inVrf = config([1, 2, 3]).replace('[eth0, eth1]', '[auto, eth1]')
const DNS = `    - name: dns
      frontends: [{ address: ${vip4}, port: 53, protocol: UDP }]
      backends: [{ address: 10.1.0.11, port: 53 }]
`

describe('devices in a VRF', () => {
  const lab = sharedLab(network)
  group('with the program', () => withProgram(lab))
  group('with health checks', () => withChecks(lab))
})

function withProgram(lab: { readonly net: Network['net'] }): void {
  const running = runningLb(
    () => lab.net.lb,
    (host) => {
      intoVrf(host, ['eth0', 'eth1'])
      return inVrf + DNS
    },
  )

  test('are found by the routes of its table, which say how backends are reached', async () => {
    const { stdout } = await running.lb.command('check', '--config', running.lb.configFile)
    expect(stdout).toContain(`device eth0: chosen, it has a default route in table ${TABLE}`)
    expect(stdout).toContain('own addresses towards the backends: 10.1.0.1, 2001:db8:1::1')
    expect(stdout).not.toContain('no route')
    const { devices } = await running.lb.status()
    expect(devices).toMatchObject([
      { name: 'eth0', mode: 'native', attached: true },
      { name: 'eth1', mode: 'native', attached: true },
    ])
  }, 60_000)

  test('connections go by it, its next hops are kept, and a link that fails breaks none', async () => {
    const { client, lb: host } = lab.net
    await using held = await holdConnections(client, { address: vip4, port: 7, connections: 8 })
    for (const url of [`http://${vip4}/`, `http://[${vip6}]/`]) {
      const report = await traffic(client, { protocol: 'http', url, requests: 30, concurrency: 4 })
      expect(report.failures).toEqual([])
      expect(Object.keys(report.perServer)).toHaveLength(3)
    }
    const { nextHops } = await running.lb.status()
    expect(nextHops).toEqual(
      expect.arrayContaining([expect.objectContaining({ address: '10.1.0.11', device: 'eth1', state: 'usable' })]),
    )
    await using _server = await udpEcho(lab.net['backend-1'], { port: 53 })
    await using http = await startTraffic(client, {
      protocol: 'http',
      url: `http://${vip4}/`,
      concurrency: 2,
      perSecond: 20,
    })
    await using dns = await startTraffic(client, { ...DATAGRAMS, address: vip4 })
    await dns.reached(50)
    const losses = new Losses(dns)
    await losses.while(() => interrupt(host, 'eth1', dns))
    await losses.while(() => interrupt(host, 'eth0', dns))
    const lost = await losses.counted()
    tellLost('VRF: datagrams lost when the link to backends, to clients fails and comes back', lost)
    for (const one of lost) expect(one).toBeLessThanOrEqual(3 * LANES)
    await http.reached(http.progress.requests + 20)
    expect((await http.stop()).failures).toEqual([])
    expect((await held.check()).broken).toEqual([])
  }, 60_000)
}

/** The checks are connections of this host: they have to be told of the VRF. The tests before have put the devices there. */
function withChecks(lab: { readonly net: Network['net'] }): void {
  const checked = inVrf.replace('- name: web', `- name: web\n      ${CHECKED}`)

  /** Backends 1 and 2 answer the check. */
  async function servesTwo(lb: SkepLb): Promise<void> {
    await using _one = await httpServer(lab.net['backend-1'], { port: CHECK_PORT })
    await using _two = await httpServer(lab.net['backend-2'], { port: CHECK_PORT })
    await lb.start(checked)
    expect(await serving(lb)).toEqual(['10.1.0.11:8080', '10.1.0.12:8080'])
    const report = await traffic(lab.net.client, { protocol: 'http', url: `http://${vip4}/`, requests: 30 })
    expect(report.failures).toEqual([])
    expect(Object.keys(report.perServer).toSorted()).toEqual(['backend-1', 'backend-2'])
  }

  test('by `ip vrf exec`: the process is in the VRF', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    lb.wrapper = ['ip', 'vrf', 'exec', 'blue']
    await servesTwo(lb)
  }, 60_000)

  test('by a rule that leads to the backends, and sockets that take what comes in a VRF', async () => {
    const { lb: host } = lab.net
    await host.exec('ip', 'rule', 'add', 'to', '10.1.0.0/24', 'table', `${TABLE}`, 'priority', '500')
    host.run(() => writeFileSync('/proc/sys/net/ipv4/tcp_l3mdev_accept', '1'))
    await using lb = SkepLb.on(host)
    await servesTwo(lb)
  }, 60_000)
}

/** The IPv4 backends that get new connections, once they are two. */
async function serving(lb: SkepLb): Promise<string[]> {
  for (let round = 0; ; round++) {
    const { services } = await lb.status()
    const members = services[0]!.members.filter(({ slots, backend }) => slots > 0 && backend.startsWith('10.'))
    if (members.length === 2 || round === ROUNDS) return members.map(({ backend }) => backend)
  }
}
