import { describe as group, expect } from '@jest/globals'
import { holdConnections, type Host, needing, needs, startTraffic, traffic } from '@skep/testbed'
import { config, type Network, network, vip4, vip6 } from '../../test/network.ts'
import { runningLb } from '../../test/running-lb.ts'
import { sharedLab } from '../../test/shared-lab.ts'

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

describe('devices in a VRF', () => {
  const lab = sharedLab(network)
  group('with the program', () => withProgram(lab))
})

function withProgram(lab: { readonly net: Network['net'] }): void {
  const running = runningLb(
    () => lab.net.lb,
    (host) => {
      intoVrf(host, ['eth0', 'eth1'])
      return config([1, 2, 3]).replace('[eth0, eth1]', '[auto, eth1]')
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
    await using load = await startTraffic(client, {
      protocol: 'http',
      url: `http://${vip4}/`,
      concurrency: 2,
      perSecond: 20,
    })
    await load.reached(10)
    const { index } = host.device('eth1')
    host.netlink.link.set({ index, up: false })
    host.netlink.link.set({ index, up: true })
    await load.reached(load.progress.requests + 20)
    expect((await load.stop()).failures).toEqual([])
    expect((await held.check()).broken).toEqual([])
  }, 60_000)
}
