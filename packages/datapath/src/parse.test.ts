import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  arp,
  build,
  destinationOptions,
  ethernet,
  fragment,
  hopByHop,
  ipv4,
  ipv6,
  type Part,
  routing,
  tcp,
  trailer,
  vlan,
} from '@skep/packet'
import { atEachHook, leastAt } from '../test/hook.ts'
import { backend, client, mac, own, vip } from '../test/lab.ts'
import { datagram, families, ip, leg, packet, segment, sent } from '../test/packets.ts'
import { type Stage, stage, verdictTable } from '../test/stage.ts'

atEachHook('what a packet is', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  afterAll(() => at[Symbol.dispose]())

  const { clientToVip, ownToBackend } = leg
  const syn = segment(40000, 80, 'syn')
  const forwarded = segment(40000, 8080, 'syn')

  describe('what is not for a service passes untouched', () => {
    verdictTable(
      () => at,
      [
        {
          name: 'ARP',
          packet: build(
            clientToVip.ethernet,
            arp({ operation: 1, senderMac: mac.client, senderIp: client.v4, targetIp: vip.v4 }),
          ),
          verdict: 'PASS_ETHERTYPE',
        },
        {
          name: 'three VLAN tags, even with a service inside',
          packet: build(
            clientToVip.ethernet,
            vlan({ id: 7 }),
            vlan({ id: 8 }),
            vlan({ id: 9 }),
            ip('v4', clientToVip),
            syn,
          ),
          verdict: 'PASS_ETHERTYPE',
        },
        {
          name: 'an unknown ethertype',
          packet: build(
            ethernet({ src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02', type: 0x88cc }),
            new Uint8Array(46),
          ),
          verdict: 'PASS_ETHERTYPE',
        },
        {
          name: 'SCTP to a service address',
          packet: build(clientToVip.ethernet, ipv4({ src: client.v4, dst: vip.v4, protocol: 132 }), new Uint8Array(32)),
          verdict: 'PASS_PROTOCOL',
        },
        ...families.flatMap((family) => [
          {
            name: `${family}: a service address at a port that no service has`,
            packet: packet(family, clientToVip, segment(40000, 81, 'syn')),
            verdict: 'PASS_FOREIGN' as const,
          },
          {
            name: `${family}: the port of a service at another address`,
            packet: packet(family, { ...clientToVip, destination: backend }, syn),
            verdict: 'PASS_FOREIGN' as const,
          },
          {
            name: `${family}: a port of the NAT range at another address`,
            packet: packet(family, { ...clientToVip, destination: backend }, segment(80, 40000, 'ack')),
            verdict: 'PASS_FOREIGN' as const,
          },
          {
            name: `${family}: a port of the NAT range at a service address`,
            packet: packet(family, clientToVip, segment(80, 40000, 'ack')),
            verdict: 'PASS_FOREIGN' as const,
          },
          {
            name: `${family}: an own address below the NAT range`,
            packet: packet(family, { ...clientToVip, destination: own }, segment(40000, 32767, 'syn')),
            verdict: 'PASS_FOREIGN' as const,
          },
          {
            name: `${family}: an own address in the NAT range, without a connection`,
            packet: packet(family, { ...clientToVip, destination: own }, segment(40000, 32768, 'syn')),
            verdict: 'PASS_NO_CONNECTION' as const,
          },
          {
            name: `${family}: the same with its last hop, as traceroute sends it`,
            packet: build(
              clientToVip.ethernet,
              ip(family, { ...clientToVip, destination: own }, 1),
              datagram(40000, 33434),
            ),
            verdict: 'PASS_NO_CONNECTION' as const,
          },
          ...['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '33:33:00:00:00:01'].map((dst) => ({
            name: `${family}: for a service, in a frame to ${dst}`,
            packet: build(ethernet({ src: mac.client, dst }), ip(family, clientToVip), syn),
            verdict: 'PASS_GROUP' as const,
          })),
        ]),
      ],
    )
  })

  describe('headers that are cut short pass untouched', () => {
    const whole = {
      'v4 TCP': packet('v4', clientToVip, syn),
      'v4 UDP': packet('v4', clientToVip, datagram(40000, 80)),
      'v6 TCP': packet('v6', clientToVip, syn),
      'v6 UDP': packet('v6', clientToVip, datagram(40000, 80)),
      'v6 TCP after options': packet('v6', clientToVip, hopByHop(), destinationOptions(), syn),
    }
    test.each(Object.entries(whole))('%s, at every length', (name, bytes) => {
      for (let length = leastAt(hook, name.startsWith('v4') ? 'v4' : 'v6'); length < bytes.length; length++) {
        const { verdict, packet: after } = at.run(bytes.slice(0, length))
        expect({ length, verdict }).toEqual({ length, verdict: 'PASS_TRUNCATED' })
        expect(after).toEqual(bytes.slice(0, length))
      }
    })

    const v4 = (fields: object, ...rest: Part[]): Uint8Array =>
      build(clientToVip.ethernet, ipv4({ src: client.v4, dst: vip.v4, ...fields }), ...rest)
    const v6 = (fields: object, ...rest: Part[]): Uint8Array =>
      build(clientToVip.ethernet, ipv6({ src: client.v6, dst: vip.v6, ...fields }), ...rest)
    verdictTable(
      () => at,
      [
        { name: 'v4: version 6 in an IPv4 frame', packet: v4({ version: 6 }, syn), verdict: 'PASS_TRUNCATED' },
        { name: 'v4: a header of 16 bytes', packet: v4({ ihl: 4 }, syn), verdict: 'PASS_TRUNCATED' },
        {
          name: 'v4: options beyond the packet',
          packet: v4({ ihl: 15, totalLength: 40 }, syn),
          verdict: 'PASS_TRUNCATED',
        },
        {
          name: 'v4: a total length that ends inside TCP',
          packet: v4({ totalLength: 39 }, syn),
          verdict: 'PASS_TRUNCATED',
        },
        {
          name: 'v4: a total length beyond the frame',
          packet: v4({ totalLength: 41 }, syn),
          verdict: 'PASS_TRUNCATED',
        },
        { name: 'v6: version 4 in an IPv6 frame', packet: v6({ version: 4 }, syn), verdict: 'PASS_TRUNCATED' },
        {
          name: 'v6: a payload length that ends inside TCP',
          packet: v6({ payloadLength: 19 }, syn),
          verdict: 'PASS_TRUNCATED',
        },
        {
          name: 'v6: a payload length beyond the frame',
          packet: v6({ payloadLength: 21 }, syn),
          verdict: 'PASS_TRUNCATED',
        },
        {
          name: 'v6: options that are longer than the packet',
          packet: v6({}, hopByHop({ length: 9 }), syn),
          verdict: 'PASS_TRUNCATED',
        },
      ],
    )
  })

  describe('what stands between the IP header and the ports', () => {
    const inV6 = (...rest: Part[]): { packet: Uint8Array; becomes: Uint8Array } => ({
      packet: packet('v6', clientToVip, ...rest, syn),
      becomes: sent('v6', ownToBackend, ...rest, forwarded),
    })
    const optionBytes = [{ type: 7, data: new Uint8Array(37) }]
    const five = [
      hopByHop(),
      destinationOptions(),
      routing({ type: 4 }),
      fragment({ id: 5 }),
      destinationOptions(),
    ] as const
    const six = [...five, destinationOptions()]
    verdictTable(
      () => at,
      [
        {
          name: 'v4: no options',
          packet: packet('v4', clientToVip, syn),
          becomes: sent('v4', ownToBackend, forwarded),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'v4: 40 bytes of options',
          packet: build(clientToVip.ethernet, ipv4({ src: client.v4, dst: vip.v4, options: optionBytes }), syn),
          becomes: build(
            ownToBackend.ethernet,
            ipv4({ src: own.v4, dst: backend.v4, ttl: 63, options: optionBytes }),
            forwarded,
          ),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        { name: 'v6: no extension headers', ...inV6(), verdict: 'REDIRECT_TO_BACKEND' },
        { name: 'v6: hop-by-hop options', ...inV6(hopByHop()), verdict: 'REDIRECT_TO_BACKEND' },
        {
          name: 'v6: destination options of 40 bytes',
          ...inV6(destinationOptions({ options: [{ type: 1, data: new Uint8Array(36) }] })),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'v6: a whole packet with a fragment header',
          ...inV6(fragment({ id: 5 })),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        { name: 'v6: all that RFC 8200 has, in its order', ...inV6(...five), verdict: 'REDIRECT_TO_BACKEND' },
        {
          name: 'v6: a source route that goes on',
          packet: packet('v6', clientToVip, routing({ type: 4, segmentsLeft: 1 }), syn),
          verdict: 'PASS_PROTOCOL',
        },
        {
          name: 'v6: as many as are followed, and then no TCP yet',
          packet: packet('v6', clientToVip, ...six, syn),
          verdict: 'DROP_EXTENSION_HEADERS',
        },
        {
          name: 'v6: too many, but not for us',
          packet: packet('v6', { ...clientToVip, destination: backend }, ...six, syn),
          verdict: 'PASS_FOREIGN',
        },
        {
          name: 'v4: TCP options and data',
          packet: packet(
            'v4',
            clientToVip,
            tcp({ srcPort: 40000, dstPort: 80, flags: ['ack'], options: [{ option: 'nop' }] }),
            'odd',
          ),
          becomes: sent(
            'v4',
            ownToBackend,
            tcp({ srcPort: 40000, dstPort: 8080, flags: ['ack'], options: [{ option: 'nop' }] }),
            'odd',
          ),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'v4: a frame that is padded to 60 bytes',
          packet: packet('v4', clientToVip, datagram(40000, 80), 'hi', trailer(new Uint8Array(16))),
          becomes: sent('v4', ownToBackend, datagram(40000, 8080), 'hi', trailer(new Uint8Array(16))),
          verdict: 'REDIRECT_TO_BACKEND',
        },
      ],
    )
  })

  describe('fragments', () => {
    const payload = new Uint8Array(64)
    const v4 = (dst: string, fields: object): Uint8Array =>
      build(clientToVip.ethernet, ipv4({ src: client.v4, dst, protocol: 17, ...fields }), payload)
    const v6 = (dst: string, fields: object): Uint8Array =>
      build(clientToVip.ethernet, ipv6({ src: client.v6, dst }), fragment({ nextHeader: 17, ...fields }), payload)
    const first = { moreFragments: true }
    const last = { fragmentOffset: 64 }
    verdictTable(
      () => at,
      [
        {
          name: 'v4: the first, to a service address, but no port of one',
          packet: v4(vip.v4, first),
          verdict: 'PASS_FOREIGN',
        },
        { name: 'v4: the last, to a service address', packet: v4(vip.v4, last), verdict: 'DROP_FRAGMENT' },
        { name: 'v4: the first, to another address', packet: v4(backend.v4, first), verdict: 'PASS_FOREIGN' },
        { name: 'v4: the last, to an own address', packet: v4(own.v4, last), verdict: 'PASS_FOREIGN' },
        {
          name: 'v6: the first, to a service address, but no port of one',
          packet: v6(vip.v6, first),
          verdict: 'PASS_FOREIGN',
        },
        { name: 'v6: the last, to a service address', packet: v6(vip.v6, last), verdict: 'DROP_FRAGMENT' },
        { name: 'v6: the first, to another address', packet: v6(backend.v6, first), verdict: 'PASS_FOREIGN' },
        { name: 'v6: the last, to an own address', packet: v6(own.v6, last), verdict: 'PASS_FOREIGN' },
      ],
    )
  })
})
