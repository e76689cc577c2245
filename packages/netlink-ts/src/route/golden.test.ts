import { describe, expect, test } from '@jest/globals'
import type { Shape } from '../../test/attribute-tree.ts'
import { attributeTree } from '../../test/attribute-tree.ts'
import type { Answer } from '../../test/fake-door.ts'
import { ending, fakeDoor, hex, message } from '../../test/fake-door.ts'
import { Netlink } from '../netlink.ts'
import { RouteSocket } from '../socket.ts'
import { RTM_GETLINK } from './device.ts'
import { RTM_NEWLINK } from './link.ts'
import { RTM_GETROUTE, RTM_NEWROUTE } from './route.ts'

/** A request as `ip` or `tc` (iproute2 6.1) writes it, taken down with strace (padding zeroed), and the same request from here. */
interface Golden {
  readonly command: string
  readonly type: number
  readonly flags: number
  readonly body: string
  /** Where attributes nest, when not as in all messages of the type. */
  readonly shape?: Shape
  readonly run: (nl: Netlink) => unknown
}

const rows: readonly Golden[] = [
  {
    command: 'ip link add link e0 name v5 type vlan id 5 protocol 802.1ad',
    type: 16,
    flags: 0x605,
    body: '00000000000000000000000000000000080005000300000007000300763500002000120008000100766c616e1400020006000100050000000600050088a80000',
    run: (nl) => nl.link.add({ kind: 'vlan', name: 'v5', link: 'e0', id: 5, protocol: '802.1ad' }),
  },
  {
    command: 'ip link add d0 mtu 1400 address 02:00:00:00:00:01 type dummy',
    type: 16,
    flags: 0x605,
    body: '0000000000000000000000000000000008000400780500000a00010002000000000100000700030064300000100012000900010064756d6d79000000',
    run: (nl) => nl.link.add({ kind: 'dummy', name: 'd0', mtu: 1400, address: '02:00:00:00:00:01' }),
  },
  {
    command: 'ip link add vrf7 type vrf table 1007',
    type: 16,
    flags: 0x605,
    body: '000000000000000000000000000000000900030076726637000000001800120007000100767266000c00020008000100ef030000',
    run: (nl) => nl.link.add({ kind: 'vrf', name: 'vrf7', table: 1007 }),
  },
  {
    command:
      'ip link add bond0 type bond mode 802.3ad miimon 100 updelay 200 downdelay 300 xmit_hash_policy layer3+4 lacp_rate fast ad_select bandwidth min_links 2',
    type: 16,
    flags: 0x605,
    body: '000000000000000000000000000000000a000300626f6e64300000005000120008000100626f6e64440002000500010004000000080003006400000008000400c8000000080005002c01000005000e0001000000050015000100000005001600010000000800120002000000',
    run: (nl) =>
      nl.link.add({
        kind: 'bond',
        name: 'bond0',
        mode: '802.3ad',
        miimonMs: 100,
        upDelayMs: 200,
        downDelayMs: 300,
        xmitHashPolicy: 'layer3+4',
        lacpRate: 'fast',
        adSelect: 'bandwidth',
        minLinks: 2,
      }),
  },
  {
    command:
      'ip link add bond1 type bond mode active-backup arp_interval 250 arp_ip_target 10.0.0.1,10.0.0.2 fail_over_mac active num_grat_arp 3 all_slaves_active 1',
    type: 16,
    flags: 0x605,
    body: '000000000000000000000000000000000a000300626f6e64310000004c00120008000100626f6e6440000200050001000100000008000700fa00000014000800080000000a000001080001000a00000205000d000100000005001000030000000500110001000000',
    run: (nl) =>
      nl.link.add({
        kind: 'bond',
        name: 'bond1',
        mode: 'active-backup',
        arpIntervalMs: 250,
        arpIpTargets: ['10.0.0.1', '10.0.0.2'],
        failOverMac: 'active',
        numPeerNotifications: 3,
        allPortsActive: true,
      }),
  },
  {
    command:
      'ip link add vx0 type vxlan id 42 dev e0 local 10.0.0.1 remote 10.0.0.9 dstport 4789 ttl 64 nolearning l2miss l3miss udpcsum',
    type: 16,
    flags: 0x605,
    body: '000000000000000000000000000000000800030076783000640012000900010076786c616e000000540002000800030003000000050005004000000005000d000100000005000e00010000000500120001000000080001002a000000080004000a000001080002000a000009050007000000000006000f0012b50000',
    run: (nl) =>
      nl.link.add({
        kind: 'vxlan',
        name: 'vx0',
        vni: 42,
        underlay: 'e0',
        local: '10.0.0.1',
        remote: '10.0.0.9',
        port: 4789,
        ttl: 64,
        learning: false,
        l2miss: true,
        l3miss: true,
        udpChecksum: true,
      }),
  },
  {
    command: 'ip link add vx1 type vxlan id 43 local 2001:db8::1 remote 2001:db8::9 dstport 4789',
    type: 16,
    flags: 0x605,
    body: '000000000000000000000000000000000800030076783100540012000900010076786c616e00000044000200080001002b0000001400110020010db80000000000000000000000011400100020010db8000000000000000000000009050007000100000006000f0012b50000',
    run: (nl) =>
      nl.link.add({
        kind: 'vxlan',
        name: 'vx1',
        vni: 43,
        local: '2001:db8::1',
        learning: true,
        remote: '2001:db8::9',
        port: 4789,
      }),
  },
  {
    command: 'ip link add vx2 type vxlan external dstport 4789 gbp',
    type: 16,
    flags: 0x605,
    body: '000000000000000000000000000000000800030076783200300012000900010076786c616e00000020000200050019000100000004001700050007000000000006000f0012b50000',
    run: (nl) =>
      nl.link.add({ kind: 'vxlan', name: 'vx2', collectMetadata: true, port: 4789, gbp: true, learning: false }),
  },
  {
    command:
      'ip link add br0 type bridge forward_delay 200 hello_time 300 max_age 800 ageing_time 6000 stp_state 1 priority 4096 mcast_snooping 0',
    type: 16,
    flags: 0x605,
    body: '0000000000000000000000000000000008000300627230004c0012000a00010062726964676500003c00020008000100c8000000080002002c01000008000300200300000800040070170000080005000100000006000600001000000500170000000000',
    run: (nl) =>
      nl.link.add({
        kind: 'bridge',
        name: 'br0',
        forwardDelayMs: 2000,
        helloTimeMs: 3000,
        maxAgeMs: 8000,
        ageingTimeMs: 60000,
        stp: true,
        priority: 4096,
        multicastSnooping: false,
      }),
  },
  {
    command: 'ip link add link e0 name mv0 type macvlan mode passthru',
    type: 16,
    flags: 0x605,
    body: '000000000000000000000000000000000800050003000000080003006d7630001c0012000b0001006d6163766c616e000c0002000800010008000000',
    run: (nl) => nl.link.add({ kind: 'macvlan', name: 'mv0', link: 'e0', mode: 'passthru' }),
  },
  {
    command:
      'ip link add a0 mtu 1400 address 02:00:00:00:00:01 numtxqueues 2 type veth peer name b0 mtu 1300 address 02:00:00:00:00:02',
    type: 16,
    flags: 0x605,
    body: '0000000000000000000000000000000008000400780500000a000100020000000001000008001f0002000000070003006130000040001200080001007665746834000200300001000000000000000000000000000000000008000400140500000a00010002000000000200000700030062300000',
    run: (nl) =>
      nl.link.add({
        kind: 'veth',
        name: 'a0',
        mtu: 1400,
        address: '02:00:00:00:00:01',
        numTxQueues: 2,
        peer: { name: 'b0', mtu: 1300, address: '02:00:00:00:00:02' },
      }),
  },
  {
    command: 'ip addr add 10.1.0.1/24 brd + dev e0 label e0:x scope link metric 77',
    type: 20,
    flags: 0x605,
    body: '021800fd03000000080002000a0100010900030065303a7800000000080009004d000000080001000a010001080004000a0100ff',
    run: (nl) =>
      nl.address.add({
        address: '10.1.0.1/24',
        broadcast: 'auto',
        device: 'e0',
        label: 'e0:x',
        scope: 'link',
        metric: 77,
      }),
  },
  {
    command: 'ip addr add 2001:db8::1/64 dev e0 nodad preferred_lft 100 valid_lft 200',
    type: 20,
    flags: 0x605,
    body: '0a400200030000001400020020010db80000000000000000000000011400010020010db80000000000000000000000011400060064000000c80000000000000000000000',
    run: (nl) =>
      nl.address.add({
        address: '2001:db8::1/64',
        device: 'e0',
        flags: ['nodad'],
        preferredLifetime: 100,
        validLifetime: 200,
      }),
  },
  {
    command: 'ip addr add 10.2.0.1 peer 10.2.0.2/30 dev e0',
    type: 20,
    flags: 0x605,
    body: '021e000003000000080002000a020001080001000a020002',
    run: (nl) => nl.address.add({ address: '10.2.0.1', peer: '10.2.0.2/30', device: 'e0' }),
  },
  {
    command:
      'ip route add 10.9.0.0/16 via 10.0.0.2 dev e0 table 300 metric 50 src 10.0.0.1 proto bgp mtu 1400 advmss 1300 onlink',
    type: 24,
    flags: 0x605,
    body: '0210000000ba000104000000080001000a090000080005000a00000208000f002c0100000800060032000000080007000a00000108000400030000001400080008000200780500000800080014050000',
    run: (nl) =>
      nl.route.add({
        destination: '10.9.0.0/16',
        via: '10.0.0.2',
        device: 'e0',
        table: 300,
        metric: 50,
        source: '10.0.0.1',
        protocol: 'bgp',
        metrics: { mtu: 1400, advmss: 1300 },
        flags: ['onlink'],
      }),
  },
  {
    command: 'ip route add 10.10.0.0/16 via inet6 fe80::1 dev e0',
    type: 24,
    flags: 0x605,
    body: '02100000fe03000100000000080001000a0a0000160012000a00fe80000000000000000000000000000100000800040003000000',
    run: (nl) => nl.route.add({ destination: '10.10.0.0/16', via: 'fe80::1', device: 'e0' }),
  },
  {
    command: 'ip route add 10.11.0.0/16 nexthop via 10.0.0.2 dev e0 weight 3 nexthop via inet6 fe80::2 dev e0 onlink',
    type: 24,
    flags: 0x605,
    body: '02100000fe03000100000000080001000a0b0000340009001000000203000000080005000a0000022000040003000000160012000a00fe8000000000000000000000000000020000',
    run: (nl) =>
      nl.route.add({
        destination: '10.11.0.0/16',
        nexthops: [
          { via: '10.0.0.2', device: 'e0', weight: 3 },
          { via: 'fe80::2', device: 'e0', flags: ['onlink'] },
        ],
      }),
  },
  {
    command: 'ip route add blackhole 10.12.0.0/16',
    type: 24,
    flags: 0x605,
    body: '02100000fe03000600000000080001000a0c0000',
    run: (nl) => nl.route.add({ destination: '10.12.0.0/16', type: 'blackhole' }),
  },
  {
    command: 'ip route add 2001:db8:1::/48 via fe80::1 dev e0 metric 7 pref high expires 300',
    type: 24,
    flags: 0x605,
    body: '0a300000fe030001000000001400010020010db800010000000000000000000014000500fe80000000000000000000000000000108000600070000000500140001000000080017002c0100000800040003000000',
    run: (nl) =>
      nl.route.add({
        destination: '2001:db8:1::/48',
        via: 'fe80::1',
        device: 'e0',
        metric: 7,
        preference: 'high',
        expires: 300,
      }),
  },
  {
    command: 'ip route add 10.13.0.0/16 nhid 7',
    type: 24,
    flags: 0x605,
    body: '02100000fe03000100000000080001000a0d000008001e0007000000',
    run: (nl) => nl.route.add({ destination: '10.13.0.0/16', nexthopId: 7 }),
  },
  {
    command: 'ip route del 10.9.0.0/16 table 300',
    type: 25,
    flags: 0x5,
    body: '021000000000ff0000000000080001000a09000008000f002c010000',
    run: (nl) => nl.route.delete({ destination: '10.9.0.0/16', table: 300 }),
  },
  {
    command: 'ip route get 10.9.1.1 from 10.0.0.1 mark 7 oif e0',
    type: 26,
    flags: 0x1,
    body: '022020000000000000100000080001000a090101080002000a00000108000400030000000800100007000000',
    run: (nl) => nl.route.get({ destination: '10.9.1.1', source: '10.0.0.1', mark: 7, oif: 'e0' }),
  },
  {
    command: 'ip nexthop add id 5 via 10.0.0.2 dev e0',
    type: 104,
    flags: 0x605,
    body: '02000000000000000800010005000000080006000a0000020800050003000000',
    run: (nl) => nl.nexthop.add({ id: 5, via: '10.0.0.2', device: 'e0' }),
  },
  {
    command: 'ip nexthop add id 7 group 5,3/6',
    type: 104,
    flags: 0x605,
    body: '000000000000000008000100070000001400020005000000020000000600000000000000',
    run: (nl) => nl.nexthop.add({ id: 7, group: [{ id: 5, weight: 3 }, { id: 6 }] }),
  },
  {
    command: 'ip nexthop add id 8 group 5 type resilient buckets 32 idle_timer 60 unbalanced_timer 300',
    type: 104,
    flags: 0x605,
    body: '000000000000000008000100080000000c00020005000000000000001c000c800600010020000000080002007017000008000300307500000600030001000000',
    run: (nl) =>
      nl.nexthop.add({
        id: 8,
        group: [{ id: 5 }],
        resilient: { buckets: 32, idleTimerMs: 60_000, unbalancedTimerMs: 300_000 },
      }),
  },
  {
    command: 'ip nexthop add id 9 blackhole',
    type: 104,
    flags: 0x605,
    body: '0200000000000000080001000900000004000400',
    run: (nl) => nl.nexthop.add({ id: 9, blackhole: true }),
  },
  {
    command:
      'ip rule add not from 10.0.0.0/8 to 192.168.0.0/16 fwmark 0x10/0xf0 iif e0 oif e1 table 300 priority 100 ipproto tcp sport 1-2 dport 80 uidrange 0-9 tos 4',
    type: 32,
    flags: 0x605,
    body: '021008040000000102000000080002000a00000008000100c0a8000008000a001000000008001000f00000000700030065300000070011006531000008000f002c01000008000600640000000500160006000000080017000100020008001800500050000c0014000000000009000000',
    run: (nl) =>
      nl.rule.add({
        invert: true,
        from: '10.0.0.0/8',
        to: '192.168.0.0/16',
        fwmark: 0x10,
        fwmask: 0xf0,
        iif: 'e0',
        oif: 'e1',
        table: 300,
        priority: 100,
        ipProtocol: 6,
        sourcePorts: [1, 2],
        destinationPorts: [80, 80],
        uidRange: [0, 9],
        tos: 4,
      }),
  },
  {
    command: 'ip -6 rule add lookup 1000 suppress_prefixlength 0 priority 8',
    type: 32,
    flags: 0x605,
    body: '0a000000000000010000000008000f00e803000008000e00000000000800060008000000',
    run: (nl) => nl.rule.add({ family: 'ipv6', table: 1000, suppressPrefixLength: 0, priority: 8 }),
  },
  {
    command: 'ip rule add from 10.0.0.1 blackhole priority 6',
    type: 32,
    flags: 0x605,
    body: '020020000000000600000000080002000a0000010800060006000000',
    run: (nl) => nl.rule.add({ from: '10.0.0.1', action: 'blackhole', priority: 6 }),
  },
  {
    command: 'ip rule add goto 32766 priority 7',
    type: 32,
    flags: 0x605,
    body: '02000000000000020000000008000400fe7f00000800060007000000',
    run: (nl) => nl.rule.add({ action: 'goto', goto: 32766, priority: 7 }),
  },
  {
    command: 'ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev e0 nud reachable router',
    type: 28,
    flags: 0x605,
    body: '020000000300000002008000080001000a0000070a0002000200000000070000',
    run: (nl) =>
      nl.neighbor.add({
        address: '10.0.0.7',
        lladdr: '02:00:00:00:00:07',
        device: 'e0',
        state: 'reachable',
        flags: ['router'],
      }),
  },
  {
    command: 'ip neigh replace 10.0.0.8 dev e0 managed extern_learn',
    type: 28,
    flags: 0x505,
    body: '020000000300000000001000080001000a00000808000f0001000000',
    run: (nl) => nl.neighbor.replace({ address: '10.0.0.8', device: 'e0', flags: ['managed', 'extern_learn'] }),
  },
  {
    command: 'ip neigh del 10.0.0.8 dev e0',
    type: 29,
    flags: 0x5,
    body: '020000000300000080000000080001000a000008',
    run: (nl) => nl.neighbor.delete({ address: '10.0.0.8', device: 'e0' }),
  },
  {
    command: 'ip neigh add proxy 10.0.0.9 dev e0',
    type: 28,
    flags: 0x605,
    body: '020000000300000080000800080001000a000009',
    run: (nl) => nl.neighbor.add({ address: '10.0.0.9', device: 'e0', flags: ['proxy'] }),
  },
  {
    command: 'tc qdisc add dev e0 clsact',
    type: 36,
    flags: 0x605,
    body: '00000000030000000000fffff1ffffff000000000b000100636c736163740000',
    run: (nl) => nl.qdisc.add({ kind: 'clsact', device: 'e0' }),
  },
  {
    command:
      'tc qdisc replace dev e0 root handle 7: fq limit 200 flow_limit 50 quantum 3000 initial_quantum 15000 maxrate 8mbit pacing buckets 512',
    type: 36,
    flags: 0x505,
    body: '000000000300000000000700ffffffff0000000007000100667100003c000200080008000900000008000100c8000000080002003200000008000300b80b000008000400983a000008000500010000000800070040420f00',
    run: (nl) =>
      nl.qdisc.replace({
        kind: 'fq',
        device: 'e0',
        handle: '7:',
        limit: 200,
        flowLimit: 50,
        quantum: 3000,
        initialQuantum: 15_000,
        maxRate: 1_000_000,
        pacing: true,
        bucketsLog: 9,
      }),
  },
  {
    command:
      'tc qdisc replace dev e0 root fq_codel limit 100 flows 512 target 5ms interval 100ms quantum 1514 noecn memory_limit 1mb',
    type: 36,
    flags: 0x505,
    body: '000000000300000000000000ffffffff000000000d00010066715f636f64656c000000003c0002000800020064000000080005000002000008000600ea05000008000300a0860100080001008813000008000400000000000800090000001000',
    run: (nl) =>
      nl.qdisc.replace({
        kind: 'fq_codel',
        device: 'e0',
        limit: 100,
        flows: 512,
        targetUs: 5000,
        intervalUs: 100_000,
        quantum: 1514,
        ecn: false,
        memoryLimit: 1_048_576,
      }),
  },
  {
    command: 'tc qdisc replace dev e0 root netem limit 500 loss 50% duplicate 25% corrupt 10% rate 8mbit',
    type: 36,
    flags: 0x505,
    body: '000000000300000000000000ffffffff000000000a0001006e6574656d0000003c00020000000000f4010000000000800000000000000040000000000c0004009a999919000000001400060040420f00000000000000000000000000',
    shape: { 2: { head: 24 } },
    run: (nl) =>
      nl.qdisc.replace({
        kind: 'netem',
        device: 'e0',
        limit: 500,
        loss: 0.5,
        duplicate: 0.25,
        corrupt: 0.1,
        rate: 1_000_000,
      }),
  },
  {
    command: 'tc qdisc replace dev e0 root pfifo limit 33',
    type: 36,
    flags: 0x505,
    body: '000000000300000000000000ffffffff000000000a000100706669666f0000000800020021000000',
    shape: {},
    run: (nl) => nl.qdisc.replace({ kind: 'pfifo', device: 'e0', limit: 33 }),
  },
]

/** The header's size of each kind of message, and where attributes nest. */
const shapes: Readonly<Record<number, readonly [header: number, shape: Shape]>> = {
  0x10: [16, { 18: { 2: { 1: { head: 16 } } } }],
  0x14: [8, {}],
  0x18: [12, { 8: {} }],
  0x19: [12, {}],
  0x1a: [12, {}],
  0x1c: [12, {}],
  0x1d: [12, {}],
  0x20: [12, {}],
  0x24: [20, { 2: {} }],
  0x68: [8, { 12: {} }],
}

/** Devices e0 (3) and e1 (2), a route for every question, and yes to every change. */
const kernel: Answer = ({ type, sequence, body }) => {
  if (type === RTM_GETROUTE) return [message(RTM_NEWROUTE, 0, sequence, new Uint8Array(12))]
  if (type !== RTM_GETLINK) return [ending(sequence)]
  const answer = new Uint8Array(16)
  answer[4] = new TextDecoder().decode(body).includes('e1') ? 2 : 3
  return [message(RTM_NEWLINK, 0, sequence, answer)]
}

describe('the same bytes as', () => {
  test.each(rows)('$command', ({ type, flags, body, shape, run }) => {
    const door = fakeDoor(kernel)
    using nl = new Netlink(new RouteSocket({ door }))
    run(nl)
    const sent = door.sent.at(-1)
    expect([sent?.type, sent?.flags]).toEqual([type, flags])
    expect(parts(type, sent?.body ?? new Uint8Array(), shape)).toEqual(parts(type, hex(body), shape))
  })
})

function parts(type: number, body: Uint8Array, own: Shape | undefined): unknown {
  const [header, usual] = shapes[type] ?? [0, {}]
  const shape = own ?? usual
  return { header: [...body.subarray(0, header)], attributes: attributeTree(body.subarray(header), shape) }
}
