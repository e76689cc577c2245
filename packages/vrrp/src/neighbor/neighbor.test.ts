import { expect, test } from '@jest/globals'
import { arp, build, dissect, ethernet, format, icmpv6, Icmpv6Type, ipv6 } from '@skep/packet'
import * as fc from 'fast-check'
import { announcement } from './announce.ts'
import { answer, solicitedNodeGroup, solicitedNodeMac } from './answer.ts'

const mac = '02:00:00:00:00:01'
const client = '02:00:00:00:00:99'
const owns = (address: string) => ['192.0.2.10', '2001:db8::10'].includes(address)

function ask(fields: { senderIp?: string; targetIp?: string; operation?: number }): Uint8Array {
  const { senderIp = '192.0.2.99', targetIp = '192.0.2.10', operation = 1 } = fields
  return build(
    ethernet({ src: client, dst: 'ff:ff:ff:ff:ff:ff' }),
    arp({ operation, senderMac: client, senderIp, targetIp }),
  )
}

function solicit({ src = 'fe80::99', target = '2001:db8::10', hopLimit = 255, type = 135 } = {}): Uint8Array {
  return build(
    ethernet({ src: client, dst: solicitedNodeMac(target) }),
    ipv6({ src, dst: solicitedNodeGroup(target), hopLimit }),
    icmpv6({ type, target }),
  )
}

test('gratuitous ARP: a broadcast request of the address for itself (RFC 5227)', () => {
  const packet = dissect(announcement('192.0.2.10', mac))
  expect(packet.trouble).toBeUndefined()
  expect(packet.ethernet).toMatchObject({ src: mac, dst: 'ff:ff:ff:ff:ff:ff' })
  expect(packet.arp).toMatchObject({ operation: 1, senderMac: mac, senderIp: '192.0.2.10', targetIp: '192.0.2.10' })
})

test('unsolicited neighbour advertisement: to all nodes, overriding (RFC 4861)', () => {
  const packet = dissect(announcement('2001:db8::10', mac))
  expect(packet.trouble).toBeUndefined()
  expect(packet.ethernet).toMatchObject({ src: mac, dst: '33:33:00:00:00:01' })
  expect(packet.ipv6).toMatchObject({ dst: 'ff02::1', hopLimit: 255 })
  expect(packet.icmpv6).toMatchObject({
    type: Icmpv6Type.neighborAdvertisement,
    override: true,
    solicited: false,
    router: false,
    target: '2001:db8::10',
    options: [{ option: 'targetLinkLayerAddress', address: mac }],
  })
})

test('an ARP request for an owned address is answered to who asked; a probe too', () => {
  const packet = dissect(answer(ask({}), mac, owns)!)
  expect(packet.ethernet).toMatchObject({ src: mac, dst: client })
  expect(packet.arp).toMatchObject({
    operation: 2,
    senderMac: mac,
    senderIp: '192.0.2.10',
    targetMac: client,
    targetIp: '192.0.2.99',
  })
  expect(dissect(answer(ask({ senderIp: '0.0.0.0' }), mac, owns)!).arp?.operation).toBe(2)
})

test('a solicitation for an owned address is answered; one without a source to everybody', () => {
  const packet = dissect(answer(solicit(), mac, owns)!)
  expect(packet.trouble).toBeUndefined()
  expect(packet.ethernet).toMatchObject({ src: mac, dst: client })
  expect(packet.ipv6).toMatchObject({ src: '2001:db8::10', dst: 'fe80::99', hopLimit: 255 })
  expect(packet.icmpv6).toMatchObject({ type: 136, solicited: true, override: true, target: '2001:db8::10' })
  const probe = dissect(answer(solicit({ src: '::' }), mac, owns)!)
  expect(probe.ipv6?.dst).toBe('ff02::1')
  expect(probe.icmpv6?.solicited).toBe(false)
})

test.each([
  ['an ARP request for another address', ask({ targetIp: '192.0.2.11' })],
  ['an ARP reply', ask({ operation: 2 })],
  ['another’s announcement of the address', ask({ senderIp: '192.0.2.10' })],
  ['a solicitation for another address', solicit({ target: '2001:db8::11' })],
  ['a solicitation that has passed a router', solicit({ hopLimit: 254 })],
  ['a neighbour advertisement', solicit({ type: 136 })],
  ['a frame that is cut short', solicit().subarray(0, 60)],
])('not answered: %s', (_, frame) => {
  expect(answer(frame, mac, owns)).toBeUndefined()
})

test('no frame throws, and every answer is well formed', () => {
  const mangled = fc
    .tuple(fc.constantFrom(ask({}), solicit()), fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([frame, at, value]) => {
      const bytes = frame.slice()
      bytes[at % bytes.length] = value
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(mangled, fc.uint8Array({ maxLength: 120 })), (frame) => {
      const reply = answer(frame, mac, owns)
      if (reply !== undefined) expect(`${dissect(reply).trouble} ${format(dissect(reply))}`).toMatch(/^undefined /)
    }),
  )
})

test('the group and MAC that IPv6 asks for an address', () => {
  expect(solicitedNodeMac('2001:db8::12:3456')).toBe('33:33:ff:12:34:56')
  expect(solicitedNodeGroup('2001:db8::12:3456')).toBe('ff02::1:ff12:3456')
})
