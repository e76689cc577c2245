import { isIP } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  addressFromBytes,
  AddressError,
  compareAddresses,
  formatAddress,
  formatIpv4,
  formatIpv6,
  parseAddress,
  parseIpv4,
  parseIpv6,
  tryParseAddress,
  tryParseIpv4,
  tryParseIpv6,
  unmapAddress,
} from '../index.ts'

describe('IPv4', () => {
  test.each([
    ['0.0.0.0', 0],
    ['10.0.0.1', 0x0a000001],
    ['255.255.255.255', 0xffffffff],
    ['192.0.2.33', 0xc0000221],
  ])('%s is a uint32', (text, value) => {
    expect(parseIpv4(text)).toBe(value)
    expect(formatIpv4(value)).toBe(text)
  })

  test.each([
    ['10.0.0.256', '256 is over 255'],
    ['10.0.0', 'it has 3 numbers'],
    ['10.0.0.1.2', 'it has 5 numbers'],
    ['10.0.0.', 'a number is missing'],
    ['10.0.0.x', '"x" is not a number'],
    ['10.0.0.010', '010 has a leading zero, which some read as octal; write 10'],
    ['10.0.0.-1', '"-1" is not a number'],
    [' 10.0.0.1', '" 10" is not a number'],
    ['', 'a number is missing'],
  ])('%j is refused: %s', (text, reason) => {
    expect(tryParseIpv4(text)).toBeUndefined()
    expect(() => parseIpv4(text)).toThrow(reason)
  })
})

describe('IPv6', () => {
  // RFC 4291 section 2.2 and RFC 5952 sections 4 and 5.
  test.each([
    ['ABCD:EF01:2345:6789:ABCD:EF01:2345:6789', 'abcd:ef01:2345:6789:abcd:ef01:2345:6789'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1::', '1::'],
    ['2001:db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:ffff:129.144.52.38', '::ffff:129.144.52.38'],
    ['::FFFF:c000:0201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7.8.9.10', '1:2:3:4:5:6:708:90a'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s is %s', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text))).toBe(canonical)
  })

  test.each([
    ['fe80::1%eth0', 'a zone (%eth0) names a device and is no part of an address; write fe80::1'],
    ['1::2::3', '"::" may stand only once'],
    [':::', '"::" may stand only once'],
    ['1:2:3:4:5:6:7:8::', '"::" would stand for nothing'],
    ['1:2:3:4:5:6:7:8:9', 'it has 9 groups'],
    ['1:2:3', 'it has 3 groups'],
    [':1:2:3:4:5:6:7', 'a single ":" stands at an end'],
    ['1:2:3:4:5:6:7:', 'a single ":" stands at an end'],
    ['12345::', 'the group 12345 has more than four digits'],
    ['g::1', '"g" is not a hex number'],
    ['::ffff:1.2.3.256', 'in its IPv4 tail 256 is over 255'],
    ['1:2:3:4:5:6:7:1.2.3.4', 'it has 9 groups'],
    ['1.2.3.4::', '"1.2.3.4" is not a hex number'],
    ['2001:db8::/32', 'it has a prefix length'],
    ['', 'it has 0 groups'],
  ])('%j is refused: %s', (text, reason) => {
    expect(tryParseIpv6(text)).toBeUndefined()
    expect(() => parseIpv6(text)).toThrow(reason)
  })
})

describe('either family', () => {
  test('an error names the value, its code and what would be right', () => {
    expect(() => parseAddress('backend-1')).toThrow(
      new AddressError(
        'INVALID_ADDRESS',
        'backend-1',
        'a name is not looked up here; write an address like 10.0.0.1 or 2001:db8::1',
      ),
    )
    expect(() => parseAddress('')).toThrow('"" is not an IP address: it is empty; write an address like')
    expect(() => parseAddress('10.0.0.1/24')).toThrow('it has a prefix length')
    expect(() => parseAddress('10.0.0.300')).toThrow('"10.0.0.300" is not an IP address: 300 is over 255')
  })

  test('any address survives text', () => {
    const bytes = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), sparse(16))
    fc.assert(fc.property(bytes, (b) => expect(parseAddress(formatAddress(b))).toEqual(addressFromBytes(b))))
  })

  test('accepts what Node accepts, and nothing else', () => {
    const piece = fc.constantFrom('0', '1', 'ab', 'ffff', '12345', ':', '::', '.', '255', '256', '1.2.3.4', '01', 'g')
    const text = fc.oneof(
      fc.array(piece, { maxLength: 17 }).map((p) => p.join('')),
      fc.ipV6(),
      fc.ipV4(),
    )
    fc.assert(fc.property(text, (t) => expect(tryParseAddress(t)?.family ?? 0).toBe(isIP(t))))
  })

  test('an error is made for every text that is refused', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('0', '1', 'a', 'f', ':', '.', '/', '%', 'g', ' '), maxLength: 24 }),
        (t) => {
          if (tryParseAddress(t) !== undefined) return
          expect(() => parseAddress(t)).toThrow(AddressError)
        },
      ),
    )
  })

  test('a v4-mapped address becomes IPv4 only when asked', () => {
    const mapped = parseAddress('::ffff:192.0.2.1')
    expect(mapped.family).toBe(6)
    expect(unmapAddress(mapped)).toEqual(parseAddress('192.0.2.1'))
    expect(unmapAddress(parseAddress('::1'))).toEqual(parseAddress('::1'))
  })

  test('orders by family, then value', () => {
    const sorted = ['::1', '10.0.0.2', '9.255.0.0', '::', '10.0.0.2'].map(parseAddress).toSorted(compareAddresses)
    expect(sorted.map(formatAddress)).toEqual(['9.255.0.0', '10.0.0.2', '10.0.0.2', '::', '::1'])
  })

  test('only 4 or 16 bytes are an address', () => {
    expect(() => formatAddress(new Uint8Array(6))).toThrow('an address has 4 or 16 bytes, not 6')
    expect(() => addressFromBytes(new Uint8Array(0))).toThrow('an address has 4 or 16 bytes, not 0')
  })
})

function sparse(length: number): fc.Arbitrary<Uint8Array> {
  return fc
    .array(
      fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) }),
      {
        minLength: length,
        maxLength: length,
      },
    )
    .map((bytes) => Uint8Array.from(bytes))
}
