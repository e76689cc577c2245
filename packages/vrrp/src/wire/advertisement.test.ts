import { describe, expect, test } from '@jest/globals'
import { addressFromBytes, checksum, formatAddress } from '@skep/packet'
import * as fc from 'fast-check'
import { type Advertisement, type ChecksumKind, decodeAdvertisement, encodeAdvertisement } from './advertisement.ts'

const ends = { from: '10.0.0.1', to: '224.0.0.18' }
const ends6 = { from: 'fe80::1', to: 'ff02::12' }
const advertisement = { id: 51, priority: 150, interval: 100, addresses: ['192.0.2.10', '192.0.2.11'] }

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

describe('bytes on the wire', () => {
  test('an advertisement over IPv4', () => {
    expect(hex(encodeAdvertisement(advertisement, ends))).toBe('313396020064c9bbc000020ac000020b')
  })

  test('over IPv4 the checksum covers the pseudo-header or the message alone; both are accepted', () => {
    const plain = encodeAdvertisement(advertisement, ends, 'plain')
    expect(checksum(plain)).toBe(0)
    expect(hex(plain)).not.toBe(hex(encodeAdvertisement(advertisement, ends)))
    expect(decodeAdvertisement(plain, ends)).toEqual({ advertisement })
  })

  test('over IPv6 it always covers the pseudo-header', () => {
    const said = { ...advertisement, addresses: ['2001:db8::10'] }
    const bytes = encodeAdvertisement(said, ends6, 'plain')
    expect(decodeAdvertisement(bytes, ends6)).toEqual({ advertisement: said })
    expect(decodeAdvertisement(bytes, { ...ends6, from: 'fe80::2' })).toEqual({ wrong: 'its checksum is wrong' })
  })
})

test.each([
  ['313396', "it has 3 bytes, fewer than a VRRP header's 8"],
  ['21339601 01010000 c000020a', 'it is of VRRP version 2, not 3 (keepalived speaks version 3 with: vrrp_version 3)'],
  ['32339601 00640000 c000020a', 'its type 2 is unknown'],
  ['31009601 00640000 c000020a', 'its virtual router id is 0'],
  ['31339600 00640000', 'it has no addresses'],
  ['31339602 00640000 c000020a', 'it has 12 bytes, not the 16 that 2 addresses take'],
  ['31339601 00000000 c000020a', 'its interval is 0'],
  ['31339601 0064ffff c000020a', 'its checksum is wrong'],
])('%s: %s', (text, wrong) => {
  expect(decodeAdvertisement(Buffer.from(text.replaceAll(' ', ''), 'hex'), ends)).toEqual({ wrong })
})

test.each([
  [{ id: 0 }, '0 is no id; it is a whole number from 1 to 255'],
  [{ priority: 256 }, '256 is no priority; it is a whole number from 0 to 255'],
  [{ interval: 4096 }, '4096 is no interval; it is a whole number from 1 to 4095'],
  [{ addresses: [] }, '0 is no number of addresses; it is a whole number from 1 to 255'],
  [{ addresses: ['2001:db8::1'] }, '2001:db8::1 is of another family than 10.0.0.1'],
])('%j cannot be said', (part, message) => {
  expect(() => encodeAdvertisement({ ...advertisement, ...part }, ends)).toThrow(message)
})

const addressOf = (size: 4 | 16) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => formatAddress(addressFromBytes(bytes)))

const said = fc.constantFrom(4 as const, 16 as const).chain((size) =>
  fc.record({
    message: fc.record({
      id: fc.integer({ min: 1, max: 255 }),
      priority: fc.integer({ min: 0, max: 255 }),
      interval: fc.integer({ min: 1, max: 4095 }),
      addresses: fc.array(addressOf(size), { minLength: 1, maxLength: 255 }),
    }),
    ends: fc.record({ from: addressOf(size), to: addressOf(size) }),
    kind: fc.constantFrom<ChecksumKind>('pseudo-header', 'plain'),
  }),
)

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(said, (one) => {
      const bytes = encodeAdvertisement(one.message as Advertisement, one.ends, one.kind)
      expect(decodeAdvertisement(bytes, one.ends)).toEqual({ advertisement: one.message })
    }),
  )
})

test('any bytes are read or refused in words; what is read means the same when it is said again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, v6) => {
      const decoded = decodeAdvertisement(bytes, v6 ? ends6 : ends)
      if ('wrong' in decoded) return decoded.wrong.length > 0
      const again = encodeAdvertisement(decoded.advertisement, v6 ? ends6 : ends)
      expect(decodeAdvertisement(again, v6 ? ends6 : ends)).toEqual(decoded)
      return true
    }),
  )
})

test('a flipped bit is noticed', () => {
  fc.assert(
    fc.property(said, fc.nat(), ({ message, ends: place, kind }, at) => {
      const bytes = encodeAdvertisement(message, place, kind)
      const bit = at % (8 * bytes.length)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      const decoded = decodeAdvertisement(bytes, place)
      expect(decoded).not.toEqual({ advertisement: message })
    }),
  )
})
