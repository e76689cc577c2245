import { expect, test } from '@jest/globals'
import { parseCidr } from '@skep/packet'
import { parseCommunity, parseExtendedCommunity, parseLargeCommunity } from './community-text.ts'
import { Framer } from './framer.ts'
import { encodeKeepalive } from './message.ts'
import { decodeMessage } from './decode.ts'
import { encodeNotification, formatNotification, decodeNotification, shutdownNotification } from './notification.ts'
import { encodeOpen } from './open/open.ts'
import { PrefixList } from './prefixes.ts'
import { encodeEndOfRib, encodeUpdate } from './update.ts'

const marker = 'ff'.repeat(16)
const context = { as4: true, external: true }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function decode(text: string) {
  const [message] = new Framer().push(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
  return decodeMessage(message!, context)
}

test('KEEPALIVE is a header alone', () => {
  expect(hex(encodeKeepalive())).toBe(`${marker}001304`)
})

test('OPEN carries AS_TRANS and the AS of four octets', () => {
  const open = {
    asn: 4200000001,
    holdTime: 90,
    identifier: '10.0.0.1',
    capabilities: {
      multiprotocol: [
        { afi: 1, safi: 1 },
        { afi: 2, safi: 1 },
      ],
      as4: 4200000001,
      routeRefresh: true,
      extendedNextHop: [{ afi: 1, safi: 1 }],
      gracefulRestart: { restarting: true, seconds: 120, families: [{ afi: 1, safi: 1, forwarding: true }] },
      enhancedRouteRefresh: true,
    },
  }
  const text = `${marker} 0045 01 04 5ba0 005a 0a000001 28 02 26
    01 04 0001 00 01  01 04 0002 00 01  02 00  05 06 0001 0001 0002
    40 06 8078 0001 01 80  41 04 fa56ea01  46 00`
  expect(hex(encodeOpen(open))).toBe(text.replaceAll(/\s/g, ''))
  expect(decode(text)).toEqual({ type: 'open', open })
})

test('an OPEN of a speaker without capabilities', () => {
  const open = { asn: 64512, holdTime: 180, identifier: '192.0.2.1', capabilities: { multiprotocol: [] } }
  expect(decode(`${marker} 001d 01 04 fc00 00b4 c0000201 00`)).toEqual({ type: 'open', open })
  expect(hex(encodeOpen(open))).toBe(`${marker}001d0104fc0000b4c000020100`)
})

test('UPDATE of IPv4 prefixes, with communities of each kind', () => {
  const bytes = encodeUpdate(
    {
      withdrawn: [PrefixList.of('ipv4', [parseCidr('198.51.100.128/25')])],
      reach: [
        {
          family: 'ipv4',
          nextHop: { address: '10.0.0.1' },
          prefixes: PrefixList.of('ipv4', [
            parseCidr('10.1.2.3/16'),
            parseCidr('192.0.2.10/32'),
            parseCidr('0.0.0.0/0'),
          ]),
        },
      ],
      attributes: {
        origin: 'igp',
        asPath: [{ kind: 'sequence', asns: [65001] }],
        med: 10,
        communities: [parseCommunity('65001:100')!, parseCommunity('graceful-shutdown')!],
        extendedCommunities: [parseExtendedCommunity('rt:65001:100')!],
        largeCommunities: [parseLargeCommunity('65001:1:2')!],
      },
    },
    context,
  )
  expect(hex(bytes)).toBe(
    `${marker} 0065 02 0005 19c6336480 0040
    40 01 01 00  40 02 06 02 01 0000fde9  40 03 04 0a000001  80 04 04 0000000a
    c0 08 08 fde90064 ffff0000  c0 10 08 0002fde900000064  c0 20 0c 0000fde9 00000001 00000002
    10 0a01  20 c000020a  00`.replaceAll(/\s/g, ''),
  )
})

test('UPDATE of IPv6 prefixes, and of IPv4 prefixes over an IPv6 next hop, by MP_REACH_NLRI first', () => {
  const attributes = { origin: 'incomplete', asPath: [] } as const
  const one = (family: 'ipv4' | 'ipv6', cidr: string, linkLocal?: string): string =>
    hex(
      encodeUpdate(
        {
          withdrawn: [],
          reach: [
            {
              family,
              nextHop: { address: '2001:db8::1', ...(linkLocal && { linkLocal }) },
              prefixes: PrefixList.of(family, [parseCidr(cidr)]),
            },
          ],
          attributes,
        },
        context,
      ),
    )
  const tail = '40010102 400200'.replaceAll(' ', '')
  const v6 = `80 0e 3a 0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00 40 20010db800010000`
  expect(one('ipv6', '2001:db8:1::/64', 'fe80::1')).toContain(v6.replaceAll(' ', '').replace('800e3a', '800e2e') + tail)
  const v4 = '80 0e 19 0001 01 10 20010db8000000000000000000000001 00 18 0a0102'
  expect(one('ipv4', '10.1.2.0/24')).toContain(v4.replaceAll(' ', '') + tail)
})

test('End-of-RIB of each family', () => {
  expect(hex(encodeEndOfRib('ipv4'))).toBe(`${marker}00170200000000`)
  expect(hex(encodeEndOfRib('ipv6'))).toBe(`${marker}001d0200000006800f03000201`)
  expect(decode(hex(encodeEndOfRib('ipv4')))).toMatchObject({ update: { endOfRib: 'ipv4', withdrawn: [], reach: [] } })
  expect(decode(hex(encodeEndOfRib('ipv6')))).toMatchObject({ update: { endOfRib: 'ipv6', withdrawn: [], reach: [] } })
  // A withdrawal alone is none.
  expect(decode(`${marker} 001a 02 0003 10 0a01 0000`)).not.toHaveProperty('update.endOfRib')
})

test('NOTIFICATION with the words of a shutdown', () => {
  const bytes = encodeNotification(shutdownNotification('moved to rack 7 – back at 10:00'))
  const words = hex(Buffer.from('moved to rack 7 – back at 10:00'))
  expect(hex(bytes)).toBe(`${marker}003703060221${words}`)
  expect(formatNotification(decodeNotification(bytes.subarray(19)))).toBe(
    'cease: administrative shutdown ("moved to rack 7 – back at 10:00")',
  )
})

test('words are cut between characters, and what is no text is shown as it is', () => {
  const { data } = shutdownNotification('–'.repeat(200))
  expect([data![0], data!.length]).toEqual([255, 256])
  const wrong = { code: 6, subcode: 2, data: Uint8Array.of(3, 0xff, 0xfe, 0xfd) }
  expect(formatNotification(wrong)).toBe('cease: administrative shutdown (data 03fffefd)')
  const hostile = { code: 6, subcode: 4, data: Uint8Array.of(6, 0x1b, 0x5b, 0x32, 0x4a, 0x0a, 0x41) }
  expect(formatNotification(hostile)).toBe('cease: administrative reset ("[2J A")')
})
