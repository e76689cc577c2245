import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { PcapError, pcapHeader, PcapLink, PcapReader, pcapRecord, readPcap, writePcap } from '../index.ts'
import { fromHex, toHex } from '../test/hex.ts'

const packet = { bytes: Uint8Array.of(1, 2, 3), timestamp: 1_700_000_000_123_456_789n, originalLength: 60 }

test('the file as its format says', () => {
  expect(toHex(writePcap([packet]))).toBe(
    // magic, version 2.4, zone, accuracy, snapshot length, link type; seconds, nanoseconds, lengths
    '4d3cb2a10200040000000000000000000000040001000000 00f1536515cd5b07030000003c000000 010203'.replaceAll(' ', ''),
  )
})

test('reads back what was written', () => {
  const packets = fc.array(
    fc.record({
      bytes: fc.uint8Array({ maxLength: 100 }),
      timestamp: fc.bigInt({ min: 0n, max: 4_294_967_295_999_999_999n }),
      originalLength: fc.nat(65535),
    }),
  )
  fc.assert(
    fc.property(packets, fc.constantFrom(...Object.values(PcapLink)), (list, link) => {
      expect(readPcap(writePcap(list, { link }))).toEqual({ link, packets: list, rest: 0 })
    }),
  )
})

test('bytes alone have the time 0 and their own length', () => {
  expect(readPcap(writePcap([Uint8Array.of(7)])).packets).toEqual([
    { bytes: Uint8Array.of(7), timestamp: 0n, originalLength: 1 },
  ])
})

test('a big-endian file with microseconds', () => {
  const file = fromHex('a1b2c3d4 00020004 00000000 00000000 00040000 00000065  00000001 00000002 00000001 00000002 ab')
  expect(readPcap(file)).toEqual({
    link: PcapLink.raw,
    packets: [{ bytes: Uint8Array.of(0xab), timestamp: 1_000_002_000n, originalLength: 2 }],
    rest: 0,
  })
})

test('a stream in any pieces gives the same packets', () => {
  const file = writePcap([packet, packet.bytes, packet])
  fc.assert(
    fc.property(fc.array(fc.nat(file.length)), (cuts) => {
      const reader = new PcapReader()
      const edges = [0, ...cuts.toSorted((a, b) => a - b), file.length]
      const found = edges.slice(1).flatMap((edge, i) => reader.push(file.subarray(edges[i], edge)))
      expect(found).toEqual(readPcap(file).packets)
      expect([reader.link, reader.pending]).toEqual([PcapLink.ethernet, 0])
    }),
  )
})

test('a reused chunk does not change packets that were read', () => {
  const chunk = Uint8Array.from([...pcapHeader(), ...pcapRecord(packet)])
  const found = new PcapReader().push(chunk)
  chunk.fill(0)
  expect(found[0]?.bytes).toEqual(packet.bytes)
})

test('a file that ends inside a record gives the whole ones', () => {
  const file = writePcap([packet, packet])
  expect(readPcap(file.subarray(0, file.length - 1))).toMatchObject({ packets: [packet], rest: 18 })
})

describe('refused', () => {
  test.each([
    ['an empty file', '', '24 bytes of header; 0 bytes are there'],
    ['pcapng', `0a0d0d0a${'00'.repeat(20)}`, 'not with 0x0a0d0d0a: this is pcapng: convert it with'],
    ['something else', 'ff'.repeat(24), 'not with 0xffffffff: this is no capture'],
    [
      'a record too long',
      `${toHex(pcapHeader())}${'00'.repeat(8)}01000400${'00'.repeat(4)}`,
      'says that it has 262145 bytes; the most is 262144',
    ],
  ])('%s', (_, hex, message) => {
    expect(() => readPcap(fromHex(hex))).toThrow(PcapError)
    expect(() => readPcap(fromHex(hex))).toThrow(message)
  })

  test('any bytes give packets or a PcapError', () => {
    const file = fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.boolean())
    fc.assert(
      fc.property(file, ([bytes, headed]) => {
        const all = headed ? Uint8Array.from([...pcapHeader(), ...bytes]) : bytes
        try {
          expect(readPcap(all).rest).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toBeInstanceOf(PcapError)
        }
      }),
    )
  })
})
