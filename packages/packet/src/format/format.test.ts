import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import type { LayerSpec, Part, TlvOptions } from '../index.ts'
import {
  arp,
  build,
  destinationOptions,
  dissect,
  ethernet,
  EtherType,
  format,
  fragment,
  hopByHop,
  icmpv4,
  icmpv6,
  ipv4,
  Ipv4OptionType,
  ipv6,
  routing,
  tcp,
  trailer,
  udp,
  vlan,
} from '../index.ts'
import { brokenPackets, packets } from '../test/arbitrary.ts'
import { tcpdump, withoutTcpdump } from '../test/tcpdump.ts'

const eth = ethernet({ src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' })
const v4 = ipv4({ src: '10.0.0.1', dst: '10.0.0.2' })
const v6 = ipv6({ src: '2001:db8::1', dst: '2001:db8::2' })
const ports = { srcPort: 40000, dstPort: 443 }
const quoted4 = build(
  ipv4({ src: '10.0.0.2', dst: '192.0.2.1', totalLength: 1500 }),
  udp({ ...ports, length: 1480 }),
).slice(0, 28)
const quotedTcp4 = build(ipv4({ src: '10.0.0.2', dst: '192.0.2.1' }), tcp(ports)).slice(0, 28)
const quoted6 = build(ipv6({ src: '2001:db8::2', dst: '2001:db8::99' }), tcp(ports))
const neighborOption = { option: 'sourceLinkLayerAddress', address: '02:00:00:00:00:01' } as const
const syn = tcp({
  ...ports,
  seq: 4294967295,
  flags: ['syn'],
  window: 64240,
  options: [
    { option: 'mss', value: 1460 },
    { option: 'sackPermitted' },
    { option: 'timestamps', value: 7, echo: 0 },
    { option: 'nop' },
    { option: 'windowScale', shift: 7 },
  ],
})

const rows: readonly (readonly [line: string, parts: readonly Part[]])[] = [
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [S], seq 4294967295, win 64240, options [mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7], length 0',
    [v4, syn],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [S.], seq 1, ack 2, win 65535, length 0',
    [v4, tcp({ ...ports, seq: 1, ack: 2, flags: ['syn', 'ack'] })],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [.], ack 9, win 65535, length 0',
    [v4, tcp({ ...ports, ack: 9, flags: ['ack'] })],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [P.], seq 4294967290:4, ack 9, win 512, length 10',
    [v4, tcp({ ...ports, seq: 4294967290, ack: 9, flags: ['psh', 'ack'], window: 512 }), '0123456789'],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [F.], seq 5, ack 9, win 65535, length 0',
    [v4, tcp({ ...ports, seq: 5, ack: 9, flags: ['fin', 'ack'] })],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [R], seq 5, win 0, length 0',
    [v4, tcp({ ...ports, seq: 5, flags: ['rst'], window: 0 })],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [SUEW], seq 0, win 65535, urg 3, length 0',
    [v4, tcp({ ...ports, flags: ['syn', 'urg', 'ece', 'cwr', 'ae'], urgent: 3 })],
  ],
  ['IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [none], win 65535, length 0', [v4, tcp(ports)]],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [.], ack 1, win 65535, options [nop,nop,sack 2 {10:20}{30:40}], length 0',
    [
      v4,
      tcp({
        ...ports,
        ack: 1,
        flags: ['ack'],
        options: [
          { option: 'nop' },
          { option: 'nop' },
          {
            option: 'sack',
            blocks: [
              [10, 20],
              [30, 40],
            ],
          },
        ],
      }),
    ],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [none], win 65535, options [sackOK,unknown-77 0x0102,eol], length 0',
    [
      v4,
      tcp({
        ...ports,
        options: [
          { option: 'sackPermitted' },
          { option: 'other', type: 77, data: Uint8Array.of(1, 2) },
          Uint8Array.of(0),
        ],
      }),
    ],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [none], win 65535, options [sackOK,[bad opt]]',
    [v4, tcp({ ...ports, options: [{ option: 'sackPermitted' }, Uint8Array.of(8, 10)] })],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [none] [bad hdr length 24 - too long, > 20]',
    [v4, tcp({ ...ports, dataOffset: 6 })],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443:  tcp 4 [bad hdr length 16 - too short, < 20]',
    [v4, tcp({ ...ports, dataOffset: 4 })],
  ],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [P.], seq 0:37, ack 0, win 65535, length 37: HTTP: GET /index.html HTTP/1.1',
    [v4, tcp({ ...ports, dstPort: 80, flags: ['psh', 'ack'] }), 'GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n'],
  ],
  [
    'IP6 2001:db8::1.8080 > 2001:db8::2.40000: Flags [.], seq 0:17, ack 0, win 65535, length 17: HTTP: HTTP/1.1 200 OK',
    [v6, tcp({ srcPort: 8080, dstPort: 40000, flags: ['ack'] }), 'HTTP/1.1 200 OK\r\n'],
  ],
  [
    'IP 10.0.0.1.80 > 10.0.0.2.40000: Flags [.], seq 0:8, ack 0, win 65535, length 8: HTTP',
    [v4, tcp({ srcPort: 80, dstPort: 40000, flags: ['ack'] }), 'a b c d\n'],
  ],
  [
    'IP 10.0.0.1.80 > 10.0.0.2.40000: Flags [.], seq 0:10, ack 0, win 65535, length 10: HTTP: GET /trunc [|http]',
    [v4, tcp({ srcPort: 80, dstPort: 40000, flags: ['ack'] }), 'GET /trunc'],
  ],
  ['IP 10.0.0.1.40000 > 10.0.0.2.5000: UDP, length 5', [v4, udp({ srcPort: 40000, dstPort: 5000 }), 'hello']],
  ['IP6 2001:db8::1.40000 > 2001:db8::2.5000: UDP, length 5', [v6, udp({ srcPort: 40000, dstPort: 5000 }), 'hello']],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.5000: UDP, length 0',
    [v4, udp({ srcPort: 40000, dstPort: 5000 }), trailer(new Uint8Array(18))],
  ],
  ['IP 10.0.0.1.40000 > 10.0.0.2.443: UDP, bad length 10 > 2', [v4, udp({ ...ports, length: 18 }), 'hi']],
  ['IP 10.0.0.1.40000 > 10.0.0.2.443: truncated-udplength 7', [v4, udp({ ...ports, length: 7 })]],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: UDP, length 1472',
    [{ ...v4, moreFragments: true }, udp({ ...ports, length: 1480 }), 'start'],
  ],
  ['IP 10.0.0.1 > 10.0.0.2: ip-proto-17', [{ ...v4, fragmentOffset: 1480, protocol: 17 }, 'rest']],
  ['IP 10.0.0.1 > 10.0.0.2:  ip-proto-253 4', [{ ...v4, protocol: 253 }, 'rest']],
  ['IP6 2001:db8::1 > 2001:db8::2:  ip-proto-253 4', [{ ...v6, nextHeader: 253 }, 'rest']],
  ['IP6 2001:db8::1 > 2001:db8::2: no next header', [{ ...v6, nextHeader: 59 }]],
  [
    'IP truncated-ip - 67 bytes missing! 10.0.0.1.40000 > 10.0.0.2.443: UDP, length 72',
    [{ ...v4, totalLength: 100 }, udp({ ...ports, length: 80 }), 'start'],
  ],
  ['IP bad-hlen 16', [{ ...v4, ihl: 4 }, udp(ports)]],
  ['IP bad-len 19', [{ ...v4, totalLength: 19 }, udp(ports)]],
  ['IP6, wrong link-layer encapsulation (invalid)', [{ ...v4, version: 6 }, udp(ports)]],
  ['IP6 version error: 4 != 6', [{ ...v6, version: 4 }, udp(ports)]],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 7, seq 1, length 64',
    [v4, icmpv4({ type: 8, id: 7, sequence: 1 }), new Uint8Array(56)],
  ],
  ['IP 10.0.0.1 > 10.0.0.2: ICMP echo reply, id 7, seq 1, length 8', [v4, icmpv4({ type: 0, id: 7, sequence: 1 })]],
  ['IP 10.0.0.1 > 10.0.0.2: ICMP net 192.0.2.1 unreachable, length 36', [v4, icmpv4({ type: 3, code: 0 }), quoted4]],
  ['IP 10.0.0.1 > 10.0.0.2: ICMP host 192.0.2.1 unreachable, length 36', [v4, icmpv4({ type: 3, code: 1 }), quoted4]],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP 192.0.2.1 protocol 17 unreachable, length 36',
    [v4, icmpv4({ type: 3, code: 2 }), quoted4],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP 192.0.2.1 udp port 443 unreachable, length 36',
    [v4, icmpv4({ type: 3, code: 3 }), quoted4],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP 192.0.2.1 tcp port 443 unreachable, length 36',
    [v4, icmpv4({ type: 3, code: 3 }), quotedTcp4],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP 192.0.2.1 unreachable - need to frag (mtu 1400), length 36',
    [v4, icmpv4({ type: 3, code: 4, mtu: 1400 }), quoted4],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP 192.0.2.1 unreachable - need to frag, length 36',
    [v4, icmpv4({ type: 3, code: 4 }), quoted4],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP redirect 192.0.2.1 to host 10.0.0.9, length 36',
    [v4, icmpv4({ type: 5, code: 1, gateway: '10.0.0.9' }), quoted4],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP redirect-tos 192.0.2.1 to net 10.0.0.9, length 36',
    [v4, icmpv4({ type: 5, code: 2, gateway: '10.0.0.9' }), quoted4],
  ],
  ['IP 10.0.0.1 > 10.0.0.2: ICMP time exceeded in-transit, length 36', [v4, icmpv4({ type: 11 }), quoted4]],
  ['IP 10.0.0.1 > 10.0.0.2: ICMP ip reassembly time exceeded, length 36', [v4, icmpv4({ type: 11, code: 1 }), quoted4]],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP parameter problem - octet 5, length 36',
    [v4, icmpv4({ type: 12, pointer: 5 }), quoted4],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: ICMP time stamp query id 1 seq 2, length 20',
    [v4, icmpv4({ type: 13, id: 1, sequence: 2 }), new Uint8Array(12)],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, echo request, id 7, seq 1, length 8',
    [v6, icmpv6({ type: 128, id: 7, sequence: 1 })],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, echo reply, id 7, seq 1, length 8',
    [v6, icmpv6({ type: 129, id: 7, sequence: 1 })],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, destination unreachable, unreachable route 2001:db8::99, length 68',
    [v6, icmpv6({ type: 1, code: 0 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, destination unreachable,  unreachable prohibited 2001:db8::99, length 68',
    [v6, icmpv6({ type: 1, code: 1 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, destination unreachable, beyond scope 2001:db8::99, source address 2001:db8::2, length 68',
    [v6, icmpv6({ type: 1, code: 2 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, destination unreachable, unreachable port, 2001:db8::99 tcp port 443, length 68',
    [v6, icmpv6({ type: 1, code: 4 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, packet too big, mtu 1400, length 68',
    [v6, icmpv6({ type: 2, mtu: 1400 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, time exceeded in-transit for 2001:db8::99, length 68',
    [v6, icmpv6({ type: 3 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, time exceeded in-transit (reassembly), length 68',
    [v6, icmpv6({ type: 3, code: 1 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, parameter problem, next header - octet 6, length 68',
    [v6, icmpv6({ type: 4, code: 1, pointer: 6 }), quoted6],
  ],
  [
    'IP6 2001:db8::1 > ff02::1:ff00:2: ICMP6, neighbor solicitation, who has 2001:db8::2, length 32',
    [{ ...v6, dst: 'ff02::1:ff00:2' }, icmpv6({ type: 135, target: '2001:db8::2', options: [neighborOption] })],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, neighbor advertisement, tgt is 2001:db8::1, length 24',
    [v6, icmpv6({ type: 136, target: '2001:db8::1', solicited: true, override: true })],
  ],
  [
    'IP6 fe80::1 > ff02::2: ICMP6, router solicitation, length 16',
    [ipv6({ src: 'fe80::1', dst: 'ff02::2' }), icmpv6({ type: 133, options: [neighborOption] })],
  ],
  [
    'IP6 fe80::1 > ff02::1: ICMP6, router advertisement, length 16',
    [ipv6({ src: 'fe80::1', dst: 'ff02::1' }), icmpv6({ type: 134 }), new Uint8Array(8)],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: ICMP6, redirect, :: to ::, length 40',
    [v6, icmpv6({ type: 137 }), new Uint8Array(32)],
  ],
  [
    'IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28',
    [
      ipv6({ src: '::', dst: 'ff02::16', hopLimit: 1 }),
      hopByHop({ options: [{ type: 5, data: new Uint8Array(2) }] }),
      icmpv6({ type: 143, rest: 1 }),
      new Uint8Array(20),
    ],
  ],
  ['IP6 2001:db8::1 > 2001:db8::2: DSTOPT 40000 > 443: UDP, length 0', [v6, destinationOptions(), udp(ports)]],
  [
    'IP6 2001:db8::1 > 2001:db8::2: frag (0|13) 40000 > 443: UDP, length 1472',
    [v6, fragment({ id: 1, moreFragments: true }), udp({ ...ports, length: 1480 }), 'start'],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: frag (1480|4)',
    [v6, fragment({ id: 1, fragmentOffset: 1480, nextHeader: 17 }), 'rest'],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: RT6 (len=2, type=4, segleft=1, last-entry=0, tag=0, [0]::) 40000 > 443: UDP, length 0',
    [v6, routing({ type: 4, segmentsLeft: 1, data: new Uint8Array(20) }), udp(ports)],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: RT6 (len=2, type=0 [Deprecated], segleft=0, rsv=0x1000000, [0]::) 40000 > 443: UDP, length 0',
    [v6, routing({ type: 0, data: new Uint8Array(20).fill(1, 0, 1) }), udp(ports)],
  ],
  [
    'IP 10.0.0.1 > 10.0.0.2: IP 192.0.2.1.40000 > 192.0.2.2.443: UDP, length 0',
    [v4, ipv4({ src: '192.0.2.1', dst: '192.0.2.2' }), udp(ports)],
  ],
  [
    'IP6 2001:db8::1 > 2001:db8::2: IP6 ::1.40000 > ::2.443: UDP, length 0',
    [v6, ipv6({ src: '::1', dst: '::2' }), udp(ports)],
  ],
  ['IP6 2001:db8::1 > 2001:db8::2: IP 10.0.0.1.40000 > 10.0.0.2.443: UDP, length 0', [v6, v4, udp(ports)]],
  ['IP 10.0.0.1 > 10.0.0.2: IP6 2001:db8::1.40000 > 2001:db8::2.443: UDP, length 0', [v4, v6, udp(ports)]],
  ['IP 10.0.0.1.40000 > 10.0.0.2.443: UDP, length 0', [vlan({ id: 5 }), v4, udp(ports)]],
  [
    'IP 10.0.0.1.40000 > 10.0.0.2.443: UDP, length 0',
    [vlan({ id: 5, tpid: EtherType.serviceVlan }), vlan({ id: 6 }), v4, udp(ports)],
  ],
  [
    'ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28',
    [arp({ operation: 1, senderMac: '02:00:00:00:00:01', senderIp: '10.0.0.1', targetIp: '10.0.0.2' })],
  ],
  [
    'ARP, Request who-has 10.0.0.2 (02:00:00:00:00:02) tell 10.0.0.1, length 46',
    [
      arp({
        operation: 1,
        senderMac: '02:00:00:00:00:01',
        senderIp: '10.0.0.1',
        targetIp: '10.0.0.2',
        targetMac: '02:00:00:00:00:02',
      }),
      trailer(new Uint8Array(18)),
    ],
  ],
  [
    'ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:01, length 28',
    [arp({ operation: 2, senderMac: '02:00:00:00:00:01', senderIp: '10.0.0.1', targetIp: '10.0.0.2' })],
  ],
]

test.each(rows)('%s', (line, parts) => {
  expect(format(build(eth, ...parts))).toBe(line)
})

test('what cannot be read says which header it is', () => {
  const frame = build(eth, v4, udp(ports))
  expect(format(frame.subarray(0, 10))).toBe(' [|ether]')
  expect(format(frame.subarray(0, 30))).toBe('IP  [|ip]')
  expect(format(frame.subarray(0, 36))).toBe('IP truncated-ip - 6 bytes missing! 10.0.0.1 > 10.0.0.2:  [|udp]')
  expect(format(build(eth, { ...v4, protocol: 6 }, new Uint8Array(7)))).toBe('IP 10.0.0.1.0 > 10.0.0.2.0:  [|tcp]')
  expect(format(build(ethernet({ type: 0x88b5 }), new Uint8Array(46)))).toBe(
    '00:00:00:00:00:00 > 00:00:00:00:00:00, ethertype Unknown (0x88b5), length 60',
  )
})

test('a packet without Ethernet', () => {
  expect(format(dissect(build(v4, udp(ports)), { link: 'ip' }))).toBe('IP 10.0.0.1.40000 > 10.0.0.2.443: UDP, length 0')
})

test('any bytes give one line', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), brokenPackets), (bytes) =>
      expect(format(bytes)).toMatch(/^[^\n]+$/),
    ),
  )
})

const second = withoutTcpdump === undefined ? describe : describe.skip
second(`tcpdump as the second reader${withoutTcpdump === undefined ? '' : ` (skipped: ${withoutTcpdump})`}`, () => {
  test('prints the same lines', () => {
    const frames = rows.map(([, parts]) => build(eth, ...parts))
    expect(frames.map(format)).toEqual(tcpdump(frames))
  })

  test('prints the same for every code of ICMP unreachable, redirect and time exceeded', () => {
    const frames = [3, 5, 11].flatMap((type) =>
      Array.from({ length: 18 }, (_, code) => build(eth, v4, icmpv4({ type, code }), quoted4)),
    )
    expect(frames.map(format)).toEqual(tcpdump(frames))
  })

  test('prints the same for an error whose quote is cut', () => {
    const codes = [0, 1, 2, 3, 4, 5]
    const short4 = codes.flatMap((code) => [
      build(eth, v4, icmpv4({ type: 3, code }), quoted4.subarray(0, 19)),
      build(eth, v4, icmpv4({ type: 3, code }), quoted4.subarray(0, 22)),
    ])
    const others4 = [5, 11].map((type) => build(eth, v4, icmpv4({ type }), quoted4.subarray(0, 19)))
    const short6 = [0, 1, 2, 3, 4].flatMap((code) =>
      [39, 42].map((length) => build(eth, v6, icmpv6({ type: 1, code }), quoted6.subarray(0, length))),
    )
    const others6 = [2, 3, 4].map((type) => build(eth, v6, icmpv6({ type }), quoted6.subarray(0, 39)))
    const frames = [...short4, ...others4, ...short6, ...others6]
    expect(frames.map(format)).toEqual(tcpdump(frames))
  })

  test('prints the same for a packet cut anywhere', () => {
    const whole: readonly (readonly Part[])[] = [
      [v4, syn],
      [v6, syn],
      [v4, udp(ports), 'abc'],
      [v6, udp(ports), 'abc'],
      [vlan({ id: 7 }), v4, udp(ports)],
      [arp({ operation: 1, senderMac: '02:00:00:00:00:01', senderIp: '10.0.0.1', targetIp: '10.0.0.2' })],
      [v6, fragment({ id: 5, moreFragments: true }), udp(ports), new Uint8Array(8)],
      [v6, hopByHop(), destinationOptions(), udp(ports)],
      [v6, routing({ type: 4 }), udp(ports)],
      [v4, icmpv4({ type: 8, id: 1, sequence: 2 })],
      [v6, icmpv6({ type: 128, id: 1, sequence: 2 })],
      [v6, icmpv6({ type: 135, target: '2001:db8::2', options: [neighborOption] })],
      [v4, v4, udp(ports)],
      [v6, v6, syn],
      [v4, v6, udp(ports)],
    ]
    const frames = whole.flatMap((parts) => {
      const frame = build(eth, ...parts)
      return Array.from(frame, (_, length) => frame.slice(0, length + 1))
    })
    expect(frames.map(format)).toEqual(tcpdump(frames).map((line) => line.trimEnd()))
  })

  test('prints the same for transport headers that are too short', () => {
    const frames = [1, 6, 17, 58].flatMap((protocol) =>
      [0, 1, 3, 4, 7].flatMap((length) => {
        const bytes = new Uint8Array(length).fill(protocol === 58 ? 128 : 8)
        return [build(eth, { ...v4, protocol }, bytes), build(eth, { ...v6, nextHeader: protocol }, bytes)]
      }),
    )
    expect(frames.map(format)).toEqual(tcpdump(frames).map((line) => line.trimEnd()))
  })

  test('prints the same for packets at random', () => {
    fc.assert(
      fc.property(some(packets.filter(comparable)), (samples) => {
        const frames = samples.map(({ layers, payload }) => build(...layers.map(plain), payload))
        expect(frames.map(format)).toEqual(tcpdump(frames))
      }),
    )
  })

  test('finds the checksums right', () => {
    fc.assert(
      fc.property(some(packets.filter(usualRoute)), (samples) => {
        const frames = samples.map(({ layers, payload }) => build(...layers, payload))
        expect(tcpdump(frames, '-vv').filter(complains)).toEqual([])
      }),
    )
  })

  test('finds the wrong checksums wrong', () => {
    const wrong = [tcp({ ...ports, checksum: 1 }), udp({ ...ports, checksum: 1 }), icmpv4({ type: 8, checksum: 1 })]
    const frames = [build(eth, { ...v4, checksum: 1 }, udp(ports)), ...wrong.map((layer) => build(eth, v4, layer))]
    expect(tcpdump(frames, '-vv').filter(complains)).toHaveLength(4)
    expect(frames.map((frame) => dissect(frame).troubles.length)).toEqual([1, 1, 1, 1])
  })
})

function some<T>(samples: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(samples, { minLength: 1, maxLength: 20 })
}

function complains(line: string): boolean {
  return /incorrect|bad (udp |icmp6 )?cksum|wrong icmp cksum/.test(line)
}

interface Sample {
  readonly layers: readonly LayerSpec[]
}

/** tcpdump takes a source route's last address for the destination, whether segments are left or not. */
function usualRoute({ layers }: Sample): boolean {
  const routes = layers.filter((layer) => layer.kind === 'routing')
  const right = routes.length < 2 && routes.every((route) => route.segmentsLeft && route.data?.length === 20)
  return right && layers.every((layer) => layer.kind !== 'ipv4' || !isSourceRouted(layer.options ?? []))
}

function isSourceRouted(options: TlvOptions): boolean {
  const types: readonly number[] = [Ipv4OptionType.looseSourceRoute, Ipv4OptionType.strictSourceRoute]
  return options.some((option) => 'type' in option && types.includes(option.type))
}

/** Kinds of which tcpdump prints no more than is printed here. ICMP errors need a true quote: they stand in the rows. */
function comparable(sample: Sample): boolean {
  return usualRoute(sample) && sample.layers.every((layer) => comparableLayer(layer))
}

function comparableLayer(layer: LayerSpec): boolean {
  if (layer.kind === 'arp') return layer.operation === 1 || layer.operation === 2
  if (layer.kind === 'icmpv4') return layer.type === 0 || layer.type === 8
  if (layer.kind === 'icmpv6') return layer.type >= 128 && !isV4Compatible(layer.target)
  if (layer.kind === 'ipv6') return !isV4Compatible(layer.src) && !isV4Compatible(layer.dst)
  return (
    layer.kind !== 'tcp' || (layer.options ?? []).every((option) => !('option' in option) || option.option !== 'other')
  )
}

/** RFC 5952 has no dotted form for these; tcpdump has. */
function isV4Compatible(text: string | undefined): boolean {
  return /^::[\da-f]+:[\da-f]+$/.test(text ?? '')
}

/** The same layer on ports that tcpdump knows no protocol for. */
function plain(layer: LayerSpec): LayerSpec {
  if (layer.kind !== 'tcp' && layer.kind !== 'udp') return layer
  return { ...layer, srcPort: 50000 + (layer.srcPort % 10000), dstPort: 50000 + (layer.dstPort % 10000) }
}
