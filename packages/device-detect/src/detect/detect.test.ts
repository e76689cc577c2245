import { describe, expect, test } from '@jest/globals'
import { host, link, lo, route } from '../../test/hosts.ts'
import { requireSelection } from '../selection/parse.ts'
import type { LinkFacts, RouteFacts } from '../snapshot/types.ts'
import { detect } from './detect.ts'
import type { DetectOptions, Explanation } from './types.ts'

const uplink = route(7, '10.0.0.0/24')
const way = route(7, '0.0.0.0/0')

function explain(
  one: LinkFacts,
  routes: readonly RouteFacts[],
  others: readonly LinkFacts[] = [],
  options: DetectOptions = {},
): Explanation {
  const { explanations } = detect(host([lo, ...others, one], routes), requireSelection(['auto']), options)
  return explanations.find(({ index }) => index === one.index)!
}

describe('auto chooses', () => {
  test.each([
    ['hardware with a route', link(7, 'eth0'), [uplink], 'a route to 10.0.0.0/24 (IPv4)'],
    [
      'by a table of its own',
      link(7, 'eth0'),
      [{ ...uplink, table: 100 }],
      'a route to 10.0.0.0/24 in table 100 (IPv4)',
    ],
    ['by IPv6', link(7, 'eth0'), [route(7, '::/0'), route(7, 'fd00::/64')], 'a default route and 1 more (IPv6)'],
    ['a bond', link(7, 'bond0', { kind: 'bond', flags: ['UP', 'MASTER'] }), [uplink], 'a route to'],
    ['a VLAN', link(7, 'eth0.100', { kind: 'vlan' }), [uplink], 'a route to'],
    ['a veth with a default route', link(7, 'eth0', { kind: 'veth' }), [uplink, way], 'a default route and 1 more'],
    ['WireGuard', link(7, 'wg0', { kind: 'wireguard', type: 'none' }), [uplink], 'a route to'],
  ])('%s', (_, one, routes, why) => {
    expect(explain(one, routes)).toMatchObject({ chosen: true, rule: 'route', why: expect.stringContaining(why) })
  })

  test('a device of a VRF', () => {
    const vrf = link(3, 'blue', { kind: 'vrf' })
    expect(explain(link(7, 'eth0', { master: 3 }), [uplink], [vrf])).toMatchObject({ chosen: true, rule: 'route' })
  })
})

describe('auto leaves out', () => {
  const master = (kind: string): LinkFacts => link(3, 'over0', { kind })
  const vethWhy = 'a veth counts only with a default route, and it has a route to 10.0.0.0/24 (IPv4)'
  test.each<[string, LinkFacts, string, string, LinkFacts?]>([
    ['Cilium’s', link(7, 'cilium_host'), 'prefix', 'its name begins with "cilium_"'],
    ['a pod’s', link(7, 'lxc1234', { kind: 'veth' }), 'prefix', 'its name begins with "lxc"'],
    ['a CNI’s', link(7, 'cni0', { kind: 'bridge' }), 'prefix', 'its name begins with "cni"'],
    ['Docker’s', link(7, 'docker0', { kind: 'bridge' }), 'prefix', 'its name begins with "docker"'],
    ['a loopback device', link(7, 'own0', { flags: ['LOOPBACK'] }), 'loopback', 'it is a loopback device'],
    ['a bridge', link(7, 'br0', { kind: 'bridge' }), 'bridge', 'it is a bridge'],
    ['Open vSwitch', link(7, 'ovs-system', { kind: 'openvswitch' }), 'bridge', 'it is an Open vSwitch bridge'],
    ['a bridge’s port', link(7, 'eth0', { master: 3 }), 'port', 'it is a port of bridge over0', master('bridge')],
    [
      'a switch’s port',
      link(7, 'eth0', { master: 3 }),
      'port',
      'it is a port of openvswitch over0',
      master('openvswitch'),
    ],
    [
      'a bond’s',
      link(7, 'eth0', { master: 3, flags: ['SLAVE'] }),
      'port',
      'it is a member of bond over0',
      master('bond'),
    ],
    ['a team’s', link(7, 'eth0', { master: 3 }), 'port', 'it is a member of team over0', master('team')],
    ['what is under another', link(7, 'eth0', { flags: ['SLAVE'] }), 'slave', 'it works under another device'],
    ['a dummy', link(7, 'kube-ipvs0', { kind: 'dummy' }), 'virtual', 'nothing comes in by dummy devices'],
    ['a veth without default route', link(7, 'eth0', { kind: 'veth' }), 'veth', vethWhy],
  ])('%s', (_, one, rule, why, ...others) => {
    const found = explain(
      one,
      [uplink],
      others.filter((other) => other !== undefined),
    )
    expect(found).toMatchObject({ chosen: false, rule, why: expect.stringContaining(why), entry: 'auto' })
  })

  test('what has no routes', () => {
    expect(explain(link(7, 'eth0'), [route(8, '10.0.0.0/8')])).toMatchObject({ chosen: false, rule: 'no-route' })
    expect(explain(link(7, 'eth0', { kind: 'veth' }), [])).toMatchObject({ chosen: false, rule: 'no-route' })
  })

  test('what has no Ethernet header, where one is needed', () => {
    const tunnel = link(7, 'tun0', { kind: 'tun', type: 'none' })
    expect(explain(tunnel, [uplink], [], { layer3: false })).toMatchObject({ chosen: false, rule: 'no-ethernet' })
    expect(explain(link(7, 'eth0'), [uplink], [], { layer3: false }).chosen).toBe(true)
  })
})

describe('a selection', () => {
  const links = [
    lo,
    link(2, 'eth0'),
    link(3, 'eth1'),
    link(4, 'docker0', { kind: 'bridge' }),
    link(5, 'wg0', { type: 'none' }),
  ]
  const on = host(links, [route(2, '0.0.0.0/0'), route(4, '172.17.0.0/16')])
  const choose = (...entries: string[]) => detect(on, requireSelection(entries))

  test.each([
    [['auto'], ['eth0']],
    [
      ['auto', '+wg0'],
      ['eth0', 'wg0'],
    ],
    [
      ['auto', 'eth+'],
      ['eth0', 'eth1'],
    ],
    [['auto', '-eth0', 'eth1'], ['eth1']],
    [['docker0'], ['docker0']],
    [
      ['-eth1', '*'],
      ['eth0', 'docker0', 'wg0'],
    ],
    [['lo'], ['lo']],
    [['eth0', 'wlan*'], ['eth0']],
  ])('%j chooses %j', (entries, devices) => {
    expect(choose(...entries)).toMatchObject({ devices, problems: [] })
  })

  test('every device says which entry decided', () => {
    const { explanations } = choose('auto', '-docker*', '+wg0')
    expect(explanations.map(({ device, rule, why, entry }) => [device, rule, why, entry])).toEqual([
      ['lo', 'prefix', 'its name begins with "lo"', 'auto'],
      ['eth0', 'route', 'it has a default route (IPv4)', 'auto'],
      ['eth1', 'no-route', 'no global unicast route leads out of it', 'auto'],
      ['docker0', 'excluded', '"-docker*" leaves it out', '-docker*'],
      ['wg0', 'named', '"+wg0" names it', '+wg0'],
    ])
    expect(choose('eth0').explanations[2]).toMatchObject({
      rule: 'not-named',
      why: 'no entry names it, and none is "auto"',
    })
  })

  test('a name must be there; what may come later need not be', () => {
    expect(choose('eth0', 'eht1').problems).toEqual([
      { entry: 1, message: '"eht1": no such device; there are: lo, eth0, eth1, docker0, wg0' },
    ])
    expect(choose('auto', '+wg1', 'wlan*')).toMatchObject({
      devices: ['eth0'],
      problems: [],
      warnings: [
        { entry: 1, message: '"+wg1": no such device now; it is added when it comes' },
        { entry: 2, message: expect.stringContaining('"wlan*": no device matches now') },
      ],
    })
  })

  test('no device at all: a warning where one may come, else an error', () => {
    expect(choose('wlan*')).toMatchObject({
      devices: [],
      problems: [],
      warnings: [{ entry: 0 }, { message: expect.stringContaining('["wlan*"] leaves no device') }],
    })
    expect(choose('eth0', '-eth*').problems).toEqual([
      { message: expect.stringContaining('["eth0","-eth*"] leaves no device') },
    ])
  })
})
