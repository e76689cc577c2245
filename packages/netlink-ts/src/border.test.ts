import { describe, expect, test } from '@jest/globals'
import { ending, fakeDoor, message } from '../test/fake-door.ts'
import { Netlink } from './netlink.ts'
import { RTM_GETLINK } from './route/device.ts'
import type { LinkAdd } from './route/link-types.ts'
import { RouteSocket } from './socket.ts'

/** What a caller can get wrong, and what the message says: the place, the value, what would be right. */
const rows: readonly [string, (nl: Netlink) => unknown][] = [
  [
    'link.add: mtu: -1 is not right; write a whole number from 0 to 4294967295',
    (nl) => nl.link.add({ ...veth, mtu: -1 }),
  ],
  ['link.add: mtu: "1500" is not right; write a whole', (nl) => nl.link.add({ ...veth, mtu: '1500' as never })],
  ['link.add: name: "" is not right; write a device name', (nl) => nl.link.add({ ...veth, name: '' })],
  [
    'link.add: name: "a-name-too-long-" is not right; write a device name: 1 to 15 bytes',
    (nl) => nl.link.add({ ...veth, name: 'a-name-too-long-' }),
  ],
  ['link.add: name: undefined is not right; write what', (nl) => nl.link.add({ kind: 'bridge' } as never)],
  ['link.add: options: undefined is not right; write { kind, name', (nl) => nl.link.add(undefined as never)],
  ['link.get: options: "e0" is not right; write { name, index', (nl) => nl.link.get('e0' as never)],
  ['link.set: up: "no" is not right; write true or false', (nl) => nl.link.set({ index: 1, up: 'no' as never })],
  ['nexthop.get: options: 10 is not right; write { id', (nl) => nl.nexthop.get(10 as never)],
  ['nexthop.delete: id: undefined is not right; write a whole', (nl) => nl.nexthop.delete({} as never)],
  ['route.list: options: "main" is not right; write { table', (nl) => nl.route.list('main' as never)],
  [
    'route.add: nexthops: {} is not right; write a list of next hops',
    (nl) => nl.route.add({ destination: '10.0.0.0/8', nexthops: {} as never }),
  ],
  [
    'neighbor.add: flags: "managed" is not right; write a list of names',
    (nl) => nl.neighbor.add({ index: 1, address: '10.0.0.1', flags: 'managed' as never }),
  ],
  [
    'filter.add: program: undefined is not right; write a loaded program',
    (nl) => nl.filter.add({ index: 1, parent: 'ingress' } as never),
  ],
  ['monitor: kinds: undefined is not right; write a list of link', (nl) => nl.monitor(undefined as never)],
  ['link.add: name: "a/b" is not right', (nl) => nl.link.add({ ...veth, name: 'a/b' })],
  ['link.add: unknown option "adress"; did you mean address?', (nl) => nl.link.add({ ...veth, adress: 1 } as never)],
  [
    'link.add: address: "02:00:zz" is not right; write hex bytes',
    (nl) => nl.link.add({ ...veth, address: '02:00:zz' }),
  ],
  ['link.add: peer: mtu: 1.5 is not right', (nl) => nl.link.add({ ...veth, peer: { name: 'b', mtu: 1.5 } })],
  [
    'link.add: peer: unknown option "nmae"; did you mean name?',
    (nl) => nl.link.add({ ...veth, peer: { nmae: 'b' } as never }),
  ],
  [
    'link.add: kind: "bridg" is not right; write "bridge"',
    (nl) => nl.link.add({ name: 'a', kind: 'bridg' as 'bridge' }),
  ],
  [
    'link.add: kind: "tun" is not right; write one of bridge,',
    (nl) => nl.link.add({ name: 'a', kind: 'tun' as 'bridge' }),
  ],
  [
    'link.add: id: 4096 is not right; write a whole number from 0 to 4095',
    (nl) => nl.link.add({ name: 'v', kind: 'vlan', id: 4096, link: 1 }),
  ],
  ['link.add: vni: 16777216 is not right', (nl) => nl.link.add({ name: 'v', kind: 'vxlan', vni: 1 << 24 })],
  [
    'link.add: remote: "nowhere" is not an IP address',
    (nl) => nl.link.add({ name: 'v', kind: 'vxlan', remote: 'nowhere' }),
  ],
  [
    'link.add: mode: "802.3da" is not right; write one of "balance-rr"',
    (nl) => nl.link.add({ name: 'b', kind: 'bond', mode: '802.3da' as never }),
  ],
  ['link.set: no device is given; write name: "eth0" or index: 2', (nl) => nl.link.set({ up: true } as never)],
  ['link.delete: unknown option "device"', (nl) => nl.link.delete({ index: 1, device: 'x' } as never)],
  [
    'address.add: address: "10.0.0.256/24" is not a CIDR',
    (nl) => nl.address.add({ device: 'a', address: '10.0.0.256/24' }),
  ],
  [
    'address.add: address: 7 is not right; write an address',
    (nl) => nl.address.add({ device: 'a', address: 7 as never }),
  ],
  [
    'address.add: no device is given; write device: "eth0" or index: 2',
    (nl) => nl.address.add({ address: '10.0.0.1/24' }),
  ],
  [
    'address.add: scope: "globl" is not right; write "global"',
    (nl) => nl.address.add({ device: 'a', address: '10.0.0.1', scope: 'globl' as never }),
  ],
  [
    'address.add: flags[1]: "dead" is not right',
    (nl) => nl.address.add({ device: 'a', address: '10.0.0.1', flags: ['nodad', 'dead' as never] }),
  ],
  [
    'address.add: preferredLifetime: 9 is not right; write a whole number from 0 to 5',
    (nl) => nl.address.add({ device: 'a', address: '::1', preferredLifetime: 9, validLifetime: 5 }),
  ],
  [
    'route.add: destination: "10.0.0.1/8" is not right; write the network, 10.0.0.0/8',
    (nl) => nl.route.add({ destination: '10.0.0.1/8', device: 'a' }),
  ],
  ['route.add: via: "gw" is not an IP address', (nl) => nl.route.add({ destination: 'default', via: 'gw' })],
  [
    'route.add: give one of via/device, nexthops or nexthopId',
    (nl) => nl.route.add({ destination: '::/0', via: '::1', nexthopId: 3 }),
  ],
  [
    'route.add: nexthops: [] is not right; write at least one next hop',
    (nl) => nl.route.add({ destination: 'default', nexthops: [] }),
  ],
  [
    'route.add: nexthops[1]: weight: 0 is not right; write a whole number from 1 to 256',
    (nl) => nl.route.add({ destination: 'default', nexthops: [{ via: '10.0.0.1' }, { via: '10.0.0.2', weight: 0 }] }),
  ],
  [
    'route.add: nexthops[0]: unknown option "gateway"',
    (nl) => nl.route.add({ destination: 'default', nexthops: [{ gateway: '10.0.0.1' } as never] }),
  ],
  [
    'route.add: metric: 4294967296 is not right',
    (nl) => nl.route.add({ destination: 'default', device: 'a', metric: 2 ** 32 }),
  ],
  [
    'route.add: metrics.mtu: -5 is not right',
    (nl) => nl.route.add({ destination: 'default', device: 'a', metrics: { mtu: -5 } }),
  ],
  [
    'route.add: table: "man" is not right; write "main"',
    (nl) => nl.route.add({ destination: 'default', device: 'a', table: 'man' as never }),
  ],
  [
    'route.add: type: "blackhol" is not right; write "blackhole"',
    (nl) => nl.route.add({ destination: 'default', type: 'blackhol' as never }),
  ],
  ['route.get: destination: "10.0.0.0/8" is not an IP address', (nl) => nl.route.get('10.0.0.0/8')],
  ['route.get: sourcePort: 65536 is not right', (nl) => nl.route.get({ destination: '10.0.0.1', sourcePort: 65536 })],
  [
    'rule.add: from: "10.0.0.1/8" is not right; write the network, 10.0.0.0/8',
    (nl) => nl.rule.add({ from: '10.0.0.1/8' }),
  ],
  ['rule.add: from, to and family are not of one family', (nl) => nl.rule.add({ from: '10.0.0.0/8', to: 'fd00::/8' })],
  ['rule.add: sourcePorts: [9,1] is not right; write [first, last]', (nl) => nl.rule.add({ sourcePorts: [9, 1] })],
  ['rule.add: iif: "eth 0" is not right; write a device name', (nl) => nl.rule.add({ iif: 'eth 0' })],
  [
    'neighbor.add: state: "reachabel" is not right; write "reachable"',
    (nl) => nl.neighbor.add({ device: 'a', address: '10.0.0.1', state: 'reachabel' as never }),
  ],
  [
    'neighbor.add: flags[0]: "manged" is not right; write "managed"',
    (nl) => nl.neighbor.add({ device: 'a', address: '10.0.0.1', flags: ['manged' as never] }),
  ],
  ['nexthop.add: it leads nowhere; give via, device, group or blackhole: true', (nl) => nl.nexthop.add({ id: 1 })],
  ['nexthop.add: id: 0 is not right; write a whole number from 1', (nl) => nl.nexthop.add({ id: 0, via: '10.0.0.1' })],
  [
    'nexthop.add: group[0].weight: 65536 is not right',
    (nl) => nl.nexthop.add({ id: 1, group: [{ id: 2, weight: 65_536 }] }),
  ],
  [
    'qdisc.add: kind: "fqcodel" is not right; write "fq_codel"',
    (nl) => nl.qdisc.add({ device: 'a', kind: 'fqcodel' as 'fq' }),
  ],
  [
    'qdisc.add: loss: 50 is not right; write a share from 0 to 1',
    (nl) => nl.qdisc.add({ device: 'a', kind: 'netem', loss: 50 }),
  ],
  ['qdisc.add: rate: undefined is not right', (nl) => nl.qdisc.add({ device: 'a', kind: 'tbf', burst: 1, limit: 1 })],
  [
    'qdisc.add: parent: "1:zz" is not right; write a handle like "1:"',
    (nl) => nl.qdisc.add({ device: 'a', kind: 'pfifo', parent: '1:zz' }),
  ],
  [
    'filter.add: priority: 65536 is not right',
    (nl) => nl.filter.add({ device: 'a', parent: 'clsact/ingress', program: 3, priority: 65536 }),
  ],
  ['monitor: unknown option "lnik"; did you mean link?', (nl) => nl.monitor(['lnik' as never])],
  ['monitor: kinds: [] is not right; write at least one of link,', (nl) => nl.monitor([])],
]

const veth = { kind: 'veth', name: 'a' } as const satisfies LinkAdd

describe('bad input is refused before the kernel sees it', () => {
  test.each(rows)('%s', (text, run) => {
    const door = fakeDoor(({ type, sequence }) => [
      type === RTM_GETLINK ? message(16, 0, sequence, new Uint8Array(16).fill(1, 4, 5)) : ending(sequence),
    ])
    using nl = new Netlink(new RouteSocket({ door }))
    expect(() => run(nl)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    expect(() => run(nl)).toThrow(text)
    expect(door.sent.filter(({ type }) => type !== RTM_GETLINK)).toEqual([])
  })
})
