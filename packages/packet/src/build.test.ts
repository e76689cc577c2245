import { describe, expect, test } from '@jest/globals'
import type { Part, TcpFlag } from './index.ts'
import {
  arp,
  build,
  BuildError,
  dissect,
  ethernet,
  EtherType,
  fragment,
  hopByHop,
  icmpv4,
  icmpv6,
  ipv4,
  ipv6,
  routing,
  tcp,
  trailer,
  udp,
  vlan,
} from './index.ts'
import { counting, fromHex, toHex } from './test/hex.ts'

const [mac1, mac2] = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const
const there = ethernet({ src: mac1, dst: mac2 })
const back = ethernet({ src: mac2, dst: mac1 })
const eth = '020000000002 020000000001'
const v4 = { src: '10.0.0.1', dst: '10.0.0.2' }
const v4back = { src: '10.0.0.2', dst: '10.0.0.1' }
const v6 = { src: '2001:db8::1', dst: '2001:db8::2' }
const v6back = { src: '2001:db8::2', dst: '2001:db8::1' }
const nextHop6 = '20010db8000000000000000000000001 20010db8000000000000000000000002'

describe('packets as Linux sent them', () => {
  const rows: readonly (readonly [name: string, hex: string, parts: readonly Part[]])[] = [
    [
      'ARP request',
      'ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002',
      [
        ethernet({ src: mac1, dst: 'ff:ff:ff:ff:ff:ff' }),
        arp({ operation: 1, senderMac: mac1, senderIp: '10.0.0.1', targetIp: '10.0.0.2' }),
      ],
    ],
    [
      'ARP reply',
      '020000000001020000000002080600010800060400020200000000020a0000020200000000010a000001',
      [back, arp({ operation: 2, senderMac: mac2, senderIp: '10.0.0.2', targetMac: mac1, targetIp: '10.0.0.1' })],
    ],
    [
      'echo request',
      '020000000002020000000001080045000024dcfa4000400149dc0a0000010a0000020800ebe7000700010001020304050607',
      [there, ipv4({ ...v4, id: 0xdcfa, dontFragment: true }), icmpv4({ type: 8, id: 7, sequence: 1 }), counting(0, 8)],
    ],
    [
      'echo request with a record route option',
      '02000000000202000000000108004700002cdd454000400137780a0000010a0000020707080a000001000800ebe7000700010001020304050607',
      [
        there,
        ipv4({ ...v4, id: 0xdd45, dontFragment: true, options: [{ type: 7, data: fromHex('08 0a000001') }] }),
        icmpv4({ type: 8, id: 7, sequence: 1 }),
        counting(0, 8),
      ],
    ],
    [
      'the last fragment of an echo request',
      `020000000002020000000001080045000030dd2200b9400188ef0a0000010a000002${toHex(counting(0xc0, 28))}`,
      [there, ipv4({ ...v4, id: 0xdd22, fragmentOffset: 1480, protocol: 1 }), counting(0xc0, 28)],
    ],
    [
      'UDP datagram',
      '0200000000020200000000010800450000239e1b4000401188ac0a0000010a0000029c401388000fd71168656c6c6f2121',
      [there, ipv4({ ...v4, id: 0x9e1b, dontFragment: true }), udp({ srcPort: 40000, dstPort: 5000 }), 'hello!!'],
    ],
    [
      'port unreachable',
      '020000000001020000000002080045c0003faa9300004001bb680a0000020a0000010303112000000000450000239e1b4000401188ac0a0000010a0000029c401388000fd71168656c6c6f2121',
      [
        back,
        ipv4({ ...v4back, id: 0xaa93, dscp: 0x30 }),
        icmpv4({ type: 3, code: 3 }),
        build(ipv4({ ...v4, id: 0x9e1b, dontFragment: true }), udp({ srcPort: 40000, dstPort: 5000 }), 'hello!!'),
      ],
    ],
    [
      'TCP SYN',
      '02000000000202000000000108004500003c1cd74000400609e30a0000010a0000029c411389098c662b00000000a002faf04ad60000020405b40402080a010ccda5000000000103030a',
      [
        there,
        ipv4({ ...v4, id: 0x1cd7, dontFragment: true }),
        tcp({
          srcPort: 40001,
          dstPort: 5001,
          seq: 160196139,
          flags: ['syn'],
          window: 64240,
          options: [
            { option: 'mss', value: 1460 },
            { option: 'sackPermitted' },
            { option: 'timestamps', value: 17616293, echo: 0 },
            { option: 'nop' },
            { option: 'windowScale', shift: 10 },
          ],
        }),
      ],
    ],
    [
      'TCP RST',
      '02000000000102000000000208004500002800004000400626ce0a0000020a00000113899c4100000000098c662c501400007c4b0000',
      [
        back,
        ipv4({ ...v4back, dontFragment: true }),
        tcp({ srcPort: 5001, dstPort: 40001, ack: 160196140, flags: ['rst', 'ack'], window: 0 }),
      ],
    ],
    [
      'multicast listener report',
      '33330000001602000000000186dd6000000000240001fe80000000000000000000fffe000001ff0200000000000000000000000000163a000502000001008f0072070000000104000000ff0200000000000000000001ff000001',
      [
        ethernet({ src: mac1, dst: '33:33:00:00:00:16' }),
        ipv6({ src: 'fe80::ff:fe00:1', dst: 'ff02::16', hopLimit: 1 }),
        hopByHop({ options: [{ type: 5, data: fromHex('0000') }] }),
        icmpv6({ type: 143, rest: 1 }),
        fromHex('04000000 ff0200000000000000000001ff000001'),
      ],
    ],
    [
      'router solicitation',
      '33330000000202000000000286dd6000000000103afffe80000000000000000000fffe000002ff02000000000000000000000000000285007b2a000000000101020000000002',
      [
        ethernet({ src: mac2, dst: '33:33:00:00:00:02' }),
        ipv6({ src: 'fe80::ff:fe00:2', dst: 'ff02::2', hopLimit: 255 }),
        icmpv6({ type: 133, options: [{ option: 'sourceLinkLayerAddress', address: mac2 }] }),
      ],
    ],
    [
      'neighbour solicitation',
      '3333ff00000202000000000186dd6000000000203aff20010db8000000000000000000000001ff0200000000000000000001ff00000287001c270000000020010db80000000000000000000000020101020000000001',
      [
        ethernet({ src: mac1, dst: '33:33:ff:00:00:02' }),
        ipv6({ src: '2001:db8::1', dst: 'ff02::1:ff00:2', hopLimit: 255 }),
        icmpv6({ type: 135, target: '2001:db8::2', options: [{ option: 'sourceLinkLayerAddress', address: mac1 }] }),
      ],
    ],
    [
      'neighbour advertisement',
      '02000000000102000000000286dd6000000000203aff20010db800000000000000000000000220010db800000000000000000000000188008a716000000020010db80000000000000000000000020201020000000002',
      [
        back,
        ipv6({ ...v6back, hopLimit: 255 }),
        icmpv6({
          type: 136,
          solicited: true,
          override: true,
          target: '2001:db8::2',
          options: [{ option: 'targetLinkLayerAddress', address: mac2 }],
        }),
      ],
    ],
    [
      'echo request over IPv6',
      `02000000000202000000000186dd600b0d6a00103a40${nextHop6}80001828000700010001020304050607`,
      [there, ipv6({ ...v6, flowLabel: 0xb0d6a }), icmpv6({ type: 128, id: 7, sequence: 1 }), counting(0, 8)],
    ],
    [
      'the last fragment of an echo request over IPv6',
      `02000000000202000000000186dd600b0d6a00442c40${nextHop6}3a0005a827839a75${toHex(counting(0xa0, 60))}`,
      [
        there,
        ipv6({ ...v6, flowLabel: 0xb0d6a }),
        fragment({ nextHeader: 58, fragmentOffset: 1448, id: 0x27839a75 }),
        counting(0xa0, 60),
      ],
    ],
    [
      'UDP datagram over IPv6',
      `02000000000202000000000186dd6009d80a000f1140${nextHop6}9c401388000f8f9f68656c6c6f2121`,
      [there, ipv6({ ...v6, flowLabel: 0x9d80a }), udp({ srcPort: 40000, dstPort: 5000 }), 'hello!!'],
    ],
    [
      'TCP SYN over IPv6',
      `02000000000202000000000186dd600810f200280640${nextHop6}9c411389821849f400000000a002fd20fed60000020405a00402080a9fd0d4fc000000000103030a`,
      [
        there,
        ipv6({ ...v6, flowLabel: 0x810f2 }),
        tcp({
          srcPort: 40001,
          dstPort: 5001,
          seq: 2182629876,
          flags: ['syn'],
          window: 64800,
          options: [
            { option: 'mss', value: 1440 },
            { option: 'sackPermitted' },
            { option: 'timestamps', value: 2681263356, echo: 0 },
            { option: 'nop' },
            { option: 'windowScale', shift: 10 },
          ],
        }),
      ],
    ],
  ]

  test.each(rows)('%s', (_, hex, parts) => {
    expect(toHex(build(...parts))).toBe(hex.replaceAll(' ', ''))
    expect(dissect(fromHex(hex)).trouble).toBeUndefined()
  })
})

describe('what carries what', () => {
  const udp4 = '04d2 0035 000a'
  const ports = { srcPort: 1234, dstPort: 53 }
  const inner4 = `45000 01e 0000 0000 40 11 66cd 0a000001 0a000002 ${udp4} 7e67 6869`.replaceAll(' ', '')
  const rows: readonly (readonly [name: string, hex: string, parts: readonly Part[]])[] = [
    ['IPv4', `${eth} 0800 ${inner4}`, [there, ipv4(v4), udp(ports), 'hi']],
    ['802.1Q', `${eth} 8100 a005 0800 ${inner4}`, [there, vlan({ id: 5, priority: 5 }), ipv4(v4), udp(ports), 'hi']],
    [
      '802.1ad over 802.1Q',
      `${eth} 88a8 1006 8100 0007 0800 ${inner4}`,
      [
        there,
        vlan({ tpid: EtherType.serviceVlan, id: 6, dropEligible: true }),
        vlan({ id: 7 }),
        ipv4(v4),
        udp(ports),
        'hi',
      ],
    ],
    [
      'IPv4 in IPv4, protocol 4',
      `${eth} 0800 45000032 0000 0000 40 04 f6c4 c0000201 c0000202 ${inner4}`,
      [there, ipv4({ src: '192.0.2.1', dst: '192.0.2.2' }), ipv4(v4), udp(ports), 'hi'],
    ],
    [
      'IPv4 in IPv6, next header 4',
      `${eth} 86dd 60000000 001e 04 40 ${nextHop6} ${inner4}`,
      [there, ipv6(v6), ipv4(v4), udp(ports), 'hi'],
    ],
    [
      'IPv6 in IPv4, protocol 41',
      `${eth} 0800 4500003c 0000 0000 40 29 6697 0a000001 0a000002 60000000 0000 3b 40 ${nextHop6}`,
      [there, ipv4(v4), ipv6({ ...v6, nextHeader: 59 })],
    ],
    [
      'IPv6 in IPv6, next header 41',
      `${eth} 86dd 60000000 0028 29 40 ${nextHop6} 60000000 0000 3b 40 ${nextHop6}`,
      [there, ipv6(v6), ipv6({ ...v6, nextHeader: 59 })],
    ],
    [
      'a trailer that no length counts',
      `${eth} 0800 ${inner4} 0000`,
      [there, ipv4(v4), udp(ports), 'hi', trailer(new Uint8Array(2))],
    ],
  ]

  test.each(rows)('%s', (_, hex, parts) => {
    expect(toHex(build(...parts))).toBe(hex.replaceAll(' ', ''))
  })

  test('a UDP checksum that comes out as zero is sent as ones', () => {
    const zero = udp({ srcPort: 0, dstPort: 0, checksum: 0 })
    const partial = dissect(build(ipv4(v4), udp({ ...ports, checksum: 1 }), Uint8Array.of(0, 0)), { link: 'ip' })
    const right = Number(/should be (0x[\da-f]+)/.exec(partial.trouble ?? '')?.[1])
    const bytes = build(ipv4(v4), udp(ports), Uint8Array.of(right >>> 8, right & 255))
    expect(toHex(bytes.subarray(26, 28))).toBe('ffff')
    expect(dissect(bytes, { link: 'ip' }).trouble).toBeUndefined()
    expect(toHex(build(ipv4(v4), zero).subarray(26, 28))).toBe('0000')
  })

  test('a checksum covers the last address of a routing header with segments left', () => {
    const data = fromHex(`00000000 20010db8000000000000000000000099`)
    const routed = build(ipv6(v6), routing({ type: 4, segmentsLeft: 1, data }), udp(ports), 'hi')
    const direct = build(ipv6({ ...v6, dst: '2001:db8::99' }), udp(ports), 'hi')
    expect(routed.subarray(-10)).toEqual(direct.subarray(-10))
  })
})

describe('wrong on purpose', () => {
  test('what is given is written as it is', () => {
    const bytes = build(
      ethernet({ ...there, type: 0x1234 }),
      ipv4({ ...v4, version: 5, ihl: 4, totalLength: 1, checksum: 0xbeef, protocol: 200 }),
      tcp({ srcPort: 1, dstPort: 2, dataOffset: 3, reserved: 7, checksum: 0xdead }),
    )
    expect(toHex(bytes)).toBe(
      `${eth} 1234 54000001 0000 0000 40 c8 beef 0a000001 0a000002 0001 0002 00000000 00000000 3e00 ffff dead 0000`.replaceAll(
        ' ',
        '',
      ),
    )
  })

  test('a header is cut by cutting the bytes', () => {
    const cut = build(there, ipv4(v4), tcp({ srcPort: 1, dstPort: 2 })).subarray(0, 50)
    expect(dissect(cut).troubles.map(({ layer }) => layer)).toEqual(['ipv4', 'tcp'])
  })
})

describe('refused', () => {
  const ports = { srcPort: 1, dstPort: 2 }
  const rows: readonly (readonly [field: string, message: string, parts: readonly Part[]])[] = [
    [
      'udp.dstPort',
      'udp.dstPort is 65536; it must be a whole number from 0 to 65535',
      [ipv4(v4), udp({ srcPort: 1, dstPort: 65536 })],
    ],
    [
      'tcp.seq',
      'tcp.seq is -1; it must be a whole number from 0 to 4294967295',
      [ipv4(v4), tcp({ ...ports, seq: -1 })],
    ],
    ['tcp.window', 'tcp.window is 0.5; it must be', [ipv4(v4), tcp({ ...ports, window: 0.5 })]],
    ['ipv4.ttl', 'ipv4.ttl is NaN; it must be', [ipv4({ ...v4, ttl: Number.NaN }), udp(ports)]],
    [
      'ipv4.fragmentOffset',
      'ipv4.fragmentOffset is 1; it must be a multiple of 8',
      [ipv4({ ...v4, fragmentOffset: 1 }), udp(ports)],
    ],
    [
      'ipv4.src',
      'ipv4.src is wrong: "10.0.0.256" is not an IPv4 address: 256 is over 255',
      [ipv4({ ...v4, src: '10.0.0.256' }), udp(ports)],
    ],
    [
      'ethernet.dst',
      'ethernet.dst is wrong: "x" is not a MAC address',
      [ethernet({ dst: 'x' }), ipv4({ ...v4, protocol: 1 })],
    ],
    [
      'ipv6.dst',
      'ipv6.dst is wrong: "fe80::1%eth0" is not an IPv6 address: a zone',
      [ipv6({ ...v6, dst: 'fe80::1%eth0' }), udp(ports)],
    ],
    [
      'ipv4.protocol',
      'ipv4.protocol must be given: no layer follows that would tell it',
      [ipv4(v4), new Uint8Array(8)],
    ],
    ['ethernet.type', 'ethernet.type must be given', [there, new Uint8Array(46)]],
    ['tcp.checksum', 'tcp.checksum must be given: no IP header stands before it', [tcp(ports)]],
    [
      'ipv4.options',
      'ipv4.options take 44 bytes; 40 fit',
      [ipv4({ ...v4, options: [new Uint8Array(41)] }), udp(ports)],
    ],
    ['tcp.options', 'tcp.options take 44 bytes; 40 fit', [ipv4(v4), tcp({ ...ports, options: [new Uint8Array(41)] })]],
    [
      'udp.length',
      'udp.length is 65536; it must be',
      [ipv4({ ...v4, totalLength: 0 }), udp(ports), new Uint8Array(65528)],
    ],
    ['icmpv4.mtu', 'icmpv4.mtu has no place in type 8 code 0', [ipv4(v4), icmpv4({ type: 8, mtu: 1400 })]],
    ['icmpv4.mtu', 'icmpv4.mtu is 65536; it must be', [ipv4(v4), icmpv4({ type: 3, code: 4, mtu: 65536 })]],
    [
      'icmpv4.gateway',
      'icmpv4.gateway is wrong: "::1" is not an IPv4 address',
      [ipv4(v4), icmpv4({ type: 5, gateway: '::1' })],
    ],
    [
      'icmpv6.options.data',
      'icmpv6.options.data has 7 bytes; it must be 6 more than a multiple of 8',
      [ipv6(v6), icmpv6({ type: 133, options: [{ option: 'other', type: 6, data: new Uint8Array(7) }] })],
    ],
    [
      'tcp.flags',
      'tcp.flags has "nop"; known are fin, syn, rst',
      [ipv4(v4), tcp({ ...ports, flags: ['nop' as TcpFlag] })],
    ],
    [
      'tcp.options',
      'tcp.options have "mms"; known are nop, mss, windowScale,',
      [ipv4(v4), tcp({ ...ports, options: [{ option: 'mms', value: 1460 } as never] })],
    ],
    [
      'icmpv6.options',
      'icmpv6.options have "sourceLinkAddress"; known are sourceLinkLayerAddress,',
      [ipv6(v6), icmpv6({ type: 133, options: [{ option: 'sourceLinkAddress' } as never] })],
    ],
    ['ipv4.tll', 'ipv4.tll is no field; there are src, dst, ttl,', [ipv4({ ...v4, tll: 1 } as never), udp(ports)]],
    ['part 1', 'part 1 is undefined; it must be a layer, bytes or text', [ipv4(v4), undefined as never]],
    ['part 1', 'part 1 is number; it must be', [ipv4(v4), 5 as never]],
    ['part 1', 'part 1 is object; it must be', [ipv4(v4), { ...udp(ports), kind: 'upd' } as never]],
    [
      'hopByHop.options',
      'hopByHop.options take 2054 bytes; 2046 fit',
      [ipv6(v6), hopByHop({ options: [new Uint8Array(2047)] }), udp(ports)],
    ],
    ['udp.checksum', 'udp.checksum is 65536; it must be', [ipv4(v4), udp({ ...ports, checksum: 65536 })]],
  ]

  test.each(rows)('%s: %s', (field, message, parts) => {
    const attempt = (): Uint8Array => build(...parts)
    expect(attempt).toThrow(BuildError)
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(expect.objectContaining({ field }))
  })
})
