import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  build,
  destinationOptions,
  dissect,
  ethernet,
  fragment,
  hopByHop,
  icmpv4,
  icmpv6,
  ipv4,
  ipv6,
  tcp,
  trailer,
  udp,
  vlan,
} from './index.ts'

const eth = ethernet({ src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' })
const v4 = { src: '10.0.0.1', dst: '10.0.0.2' }
const v6 = { src: '2001:db8::1', dst: '2001:db8::2' }
const ports = { srcPort: 1234, dstPort: 80 }

describe('what is wrong, and where', () => {
  const udp4 = build(eth, ipv4(v4), udp(ports), 'hello')
  test.each([
    ['nothing', udp4, undefined],
    ['no byte', new Uint8Array(), 'ethernet at 0: needs 14 bytes, 0 are there'],
    ['an Ethernet header cut short', udp4.subarray(0, 13), 'ethernet at 0: needs 14 bytes, 13 are there'],
    [
      'a VLAN tag cut short',
      build(eth, vlan({ id: 1, type: 0x800 })).subarray(0, 16),
      'vlan at 14: needs 4 bytes, 2 are there',
    ],
    ['an IPv4 header cut short', udp4.subarray(0, 33), 'ipv4 at 14: needs 20 bytes, 19 are there'],
    [
      'IPv4 options cut short',
      build(eth, ipv4({ ...v4, ihl: 7, totalLength: 28, protocol: 17, checksum: 0 })),
      'ipv4 at 14: needs 28 bytes, 20 are there',
    ],
    ['a short ihl', build(eth, ipv4({ ...v4, ihl: 4 }), udp(ports)), 'ipv4 at 14: ihl is 4 words, the least is 5'],
    ['another version', build(eth, ipv4({ ...v4, version: 6 }), udp(ports)), 'ipv4 at 14: version is 6, should be 4'],
    [
      'a wrong IPv4 checksum',
      build(eth, ipv4({ ...v4, checksum: 0x1234 }), udp(ports)),
      'ipv4 at 14: checksum is 0x1234, should be 0x66cf',
    ],
    ['a total length past the end', udp4.subarray(0, 45), 'ipv4 at 14: total length is 33, 31 bytes are there'],
    [
      'a total length below the header',
      build(eth, ipv4({ ...v4, totalLength: 19 }), udp(ports)),
      'ipv4 at 14: total length is 19, the header alone takes 20',
    ],
    [
      'an IPv4 option without end',
      build(eth, ipv4({ ...v4, options: [Uint8Array.of(7, 9, 4, 0)] }), udp(ports)),
      'ipv4 at 14: option 7 at 34 has length 9; 4 bytes are left',
    ],
    [
      'an IPv4 option of length 0',
      build(eth, ipv4({ ...v4, options: [Uint8Array.of(1, 7, 0, 0)] }), udp(ports)),
      'ipv4 at 14: option 7 at 35 has length 0; 3 bytes are left',
    ],
    [
      'a short data offset',
      build(eth, ipv4(v4), tcp({ ...ports, dataOffset: 4 })),
      'tcp at 34: data offset is 4 words, the least is 5',
    ],
    [
      'a data offset past the end',
      build(eth, ipv4(v4), tcp({ ...ports, dataOffset: 6 })),
      'tcp at 34: needs 24 bytes, 20 are there',
    ],
    [
      'a TCP header cut short',
      build(eth, ipv4({ ...v4, protocol: 6 }), new Uint8Array(19)),
      'tcp at 34: needs 20 bytes, 19 are there',
    ],
    [
      'a wrong TCP checksum',
      build(eth, ipv4(v4), tcp({ ...ports, checksum: 1 }), 'x'),
      'tcp at 34: checksum is 0x0001, should be 0x1ebf',
    ],
    [
      'a TCP option without end',
      build(eth, ipv4(v4), tcp({ ...ports, options: [Uint8Array.of(8, 10, 0, 0)] })),
      'tcp at 34: option 8 at 54 has length 10; 4 bytes are left',
    ],
    [
      'a UDP length below 8',
      build(eth, ipv4(v4), udp({ ...ports, length: 7 })),
      'udp at 34: length is 7, the least is 8',
    ],
    [
      'a UDP length past the end',
      build(eth, ipv4(v4), udp({ ...ports, length: 9 })),
      'udp at 34: length is 9, 8 bytes are there',
    ],
    ['no UDP checksum over IPv4', build(eth, ipv4(v4), udp({ ...ports, checksum: 0 })), undefined],
    [
      'no UDP checksum over IPv6',
      build(eth, ipv6(v6), udp({ ...ports, checksum: 0 })),
      'udp at 54: checksum is 0x0000, over IPv6 there must be one',
    ],
    [
      'an IPv6 header cut short',
      build(eth, ipv6({ ...v6, nextHeader: 17 })).subarray(0, 53),
      'ipv6 at 14: needs 40 bytes, 39 are there',
    ],
    [
      'a payload length past the end',
      build(eth, ipv6({ ...v6, payloadLength: 9 }), udp({ ...ports, checksum: 7 })),
      'ipv6 at 14: payload length is 9, 8 bytes are there',
    ],
    [
      'hop-by-hop options in the second place',
      build(eth, ipv6(v6), destinationOptions(), hopByHop(), udp(ports)),
      'hopByHop at 62: does not stand first after the IPv6 header',
    ],
    [
      'an extension header past the end',
      build(eth, ipv6(v6), destinationOptions({ length: 2 }), udp(ports)),
      'destinationOptions at 54: needs 24 bytes, 16 are there',
    ],
    [
      'an IPv6 option without end',
      build(eth, ipv6(v6), destinationOptions({ options: [Uint8Array.of(0x1e, 5, 1, 1, 1, 1)] }), udp(ports)),
      'destinationOptions at 54: option 30 at 56 takes 7 bytes; 6 are left',
    ],
    [
      'a wrong ICMP checksum',
      build(eth, ipv4(v4), icmpv4({ type: 8, checksum: 0 })),
      'icmpv4 at 34: checksum is 0x0000, should be 0xf7ff',
    ],
    [
      'a neighbour solicitation cut short',
      build(eth, ipv6(v6), icmpv6({ type: 135 }), new Uint8Array(15)),
      'icmpv6 at 54: needs 24 bytes, 23 are there',
    ],
    [
      'a neighbour option of length 0',
      build(eth, ipv6(v6), icmpv6({ type: 135, target: '::1' }), new Uint8Array(8)),
      'icmpv6 at 54: option 0 at 78 has length 0; 8 bytes are left',
    ],
  ])('%s', (_, bytes, trouble) => {
    expect(dissect(bytes).trouble).toBe(trouble)
  })

  test('two troubles stand on one line, and one by one', () => {
    const packet = dissect(build(eth, ipv4({ ...v4, checksum: 1 }), udp({ ...ports, checksum: 1 })))
    expect(packet.troubles.map(({ layer, offset }) => [layer, offset])).toEqual([
      ['ipv4', 14],
      ['udp', 34],
    ])
    expect(packet.trouble).toMatch(/^ipv4 at 14: checksum .*; udp at 34: checksum /)
  })

  test('the checksum that it says is right is right', () => {
    for (const header of [tcp({ ...ports, checksum: 0xbeef }), udp({ ...ports, checksum: 0xbeef })]) {
      const should = /should be (0x[\da-f]+)/.exec(
        dissect(build(ipv6(v6), header, 'odd'), { link: 'ip' }).trouble ?? '',
      )
      const fixed = build(ipv6(v6), { ...header, checksum: Number(should?.[1]) }, 'odd')
      expect(fixed).toEqual(build(ipv6(v6), { ...header, checksum: undefined }, 'odd'))
    }
  })
})

describe('fragments', () => {
  test('the first has its transport header, without a look at the checksum', () => {
    const packet = dissect(
      build(eth, ipv4({ ...v4, moreFragments: true }), udp({ ...ports, length: 3000, checksum: 1 }), 'part'),
    )
    expect(packet.trouble).toBeUndefined()
    expect(packet.udp).toMatchObject({ dstPort: 80, length: 3000 })
  })

  test('the others have bytes only', () => {
    const packet = dissect(build(eth, ipv4({ ...v4, fragmentOffset: 1480, protocol: 17 }), 'rest'))
    expect(packet.layers.map((layer) => layer.kind)).toEqual(['ethernet', 'ipv4'])
    expect(packet.payload).toEqual(new TextEncoder().encode('rest'))
  })

  test('over IPv6 likewise', () => {
    const first = dissect(
      build(eth, ipv6(v6), fragment({ id: 7, moreFragments: true }), tcp({ ...ports, checksum: 1 })),
    )
    expect([first.trouble, first.tcp?.dstPort, first.fragment?.id]).toEqual([undefined, 80, 7])
    const second = dissect(build(eth, ipv6(v6), fragment({ fragmentOffset: 8, nextHeader: 6 }), 'rest'))
    expect([second.trouble, second.tcp]).toEqual([undefined, undefined])
  })
})

describe('tunnels and quotes', () => {
  test('named layers are the outermost', () => {
    const packet = dissect(build(eth, ipv4(v4), ipv4({ src: '192.0.2.1', dst: '192.0.2.2' }), udp(ports)))
    expect(packet.ipv4?.src).toBe('10.0.0.1')
    expect(packet.layers.filter((layer) => layer.kind === 'ipv4').map((layer) => layer.src)).toEqual([
      '10.0.0.1',
      '192.0.2.1',
    ])
    expect(packet.udp?.dstPort).toBe(80)
  })

  test('an ICMP error has the quoted packet apart from its own layers', () => {
    const quoted = build(ipv4({ ...v4, totalLength: 1500 }), udp({ ...ports, length: 1480, checksum: 1 }))
    const packet = dissect(build(eth, ipv4(v4), icmpv4({ type: 3, code: 4, mtu: 1400 }), quoted))
    expect(packet.trouble).toBeUndefined()
    expect(packet.udp).toBeUndefined()
    expect(packet.icmpv4).toMatchObject({ type: 3, code: 4, mtu: 1400 })
    expect(packet.quote).toMatchObject({ ipv4: { totalLength: 1500 }, udp: { length: 1480 } })
    expect(packet.quote?.trouble).toBeUndefined()
  })

  test('a quote that ends inside its TCP header keeps the bytes', () => {
    const quoted = build(ipv6(v6), tcp(ports)).subarray(0, 48)
    const packet = dissect(build(eth, ipv6(v6), icmpv6({ type: 2, mtu: 1280 }), quoted))
    expect(packet.icmpv6?.mtu).toBe(1280)
    expect([packet.quote?.trouble, packet.quote?.tcp, packet.quote?.payload.length]).toEqual([undefined, undefined, 8])
  })
})

test('Ethernet padding is the trailer, outside every length and checksum', () => {
  const packet = dissect(build(eth, ipv4(v4), udp(ports), 'hi', trailer(Uint8Array.of(1, 2, 3))))
  expect(packet.trouble).toBeUndefined()
  expect(packet.payload).toEqual(new TextEncoder().encode('hi'))
  expect(packet.trailer).toEqual(Uint8Array.of(1, 2, 3))
})

test('a packet without Ethernet, by its version', () => {
  expect(dissect(build(ipv6(v6), udp(ports)), { link: 'ip' }).udp?.dstPort).toBe(80)
  expect(dissect(build(ipv4(v4), udp(ports)), { link: 'ip' }).udp?.dstPort).toBe(80)
  expect(dissect(Uint8Array.of(0x20), { link: 'ip' }).trouble).toBe('ipv4 at 0: needs 20 bytes, 1 are there')
})

test('a view into a larger buffer is read within its bounds', () => {
  const whole = build(eth, ipv4(v4), tcp(ports), 'x'.repeat(50))
  const backing = new Uint8Array(whole.length + 64).fill(0xff)
  backing.set(whole, 32)
  fc.assert(
    fc.property(fc.nat(whole.length), (length) => {
      const view = dissect(backing.subarray(32, 32 + length))
      const copy = dissect(whole.slice(0, length))
      expect(view.layers).toEqual(copy.layers)
      expect(view.troubles).toEqual(copy.troubles)
    }),
  )
})
