import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  type ControlPacket,
  decodeControlPacket,
  type Discard,
  encodeControlPacket,
  stateNames,
} from './control-packet.ts'

const packet: ControlPacket = {
  diagnostic: 1,
  state: 'up',
  poll: true,
  final: false,
  controlPlaneIndependent: true,
  demand: false,
  multiplier: 3,
  myDiscriminator: 0x01020304,
  yourDiscriminator: 0x05060708,
  desiredMinTx: 50_000,
  requiredMinRx: 300_000,
  requiredMinEchoRx: 0,
}

// As RFC 5880, 4.1 draws it.
const bytes = Uint8Array.from(
  Buffer.from('21 e8 03 18 01020304 05060708 0000c350 000493e0 00000000'.replaceAll(' ', ''), 'hex'),
)

test('a packet is as RFC 5880 draws it', () => {
  expect(encodeControlPacket(packet)).toEqual(bytes)
  expect(decodeControlPacket(bytes)).toEqual(packet)
})

/** The packet with some bytes changed. */
function changed(changes: Readonly<Record<number, number>>): Uint8Array {
  const out = bytes.slice()
  for (const [at, value] of Object.entries(changes)) out[Number(at)] = value
  return out
}

const noYours = { 8: 0, 9: 0, 10: 0, 11: 0 }

const bad: readonly (readonly [why: string, bytes: Uint8Array, discard: Discard])[] = [
  ['no bytes', new Uint8Array(), 'length'],
  ['23 bytes', bytes.subarray(0, 23), 'length'],
  ['a length of 23', changed({ 3: 23 }), 'length'],
  ['a length past the end', changed({ 3: 25 }), 'length'],
  ['authentication without room', changed({ 1: 0xec }), 'length'],
  ['authentication', Buffer.concat([changed({ 1: 0xec, 3: 27 }), Uint8Array.of(1, 3, 1)]), 'authentication'],
  ['version 0', changed({ 0: 0x01 }), 'version'],
  ['version 2', changed({ 0: 0x41 }), 'version'],
  ['multiplier 0', changed({ 2: 0 }), 'multiplier'],
  ['the multipoint bit', changed({ 1: 0xe9 }), 'multipoint'],
  ['no discriminator of its own', changed({ 4: 0, 5: 0, 6: 0, 7: 0 }), 'my-discriminator'],
  ['state up without ours', changed(noYours), 'your-discriminator'],
  ['state init without ours', changed({ 1: 0xa8, ...noYours }), 'your-discriminator'],
]

test.each(bad)('%s is refused', (_why, wrong, discard) => {
  expect(decodeControlPacket(wrong)).toBe(discard)
})

test('down and adminDown need no discriminator of ours; what follows the packet is left out', () => {
  expect(decodeControlPacket(changed({ 1: 0x48, ...noYours }))).toMatchObject({ state: 'down', yourDiscriminator: 0 })
  expect(decodeControlPacket(changed({ 1: 0x08, ...noYours }))).toMatchObject({ state: 'adminDown' })
  expect(decodeControlPacket(Buffer.concat([bytes, new Uint8Array(40)]))).toEqual(packet)
})

const u32 = fc.integer({ min: 0, max: 0xffffffff })
const packets: fc.Arbitrary<ControlPacket> = fc.record({
  diagnostic: fc.nat(31),
  state: fc.constantFrom(...stateNames),
  poll: fc.boolean(),
  final: fc.boolean(),
  controlPlaneIndependent: fc.boolean(),
  demand: fc.boolean(),
  multiplier: fc.integer({ min: 1, max: 255 }),
  myDiscriminator: fc.integer({ min: 1, max: 0xffffffff }),
  yourDiscriminator: fc.integer({ min: 1, max: 0xffffffff }),
  desiredMinTx: u32,
  requiredMinRx: u32,
  requiredMinEchoRx: u32,
})

test('what is written is read again', () => {
  fc.assert(fc.property(packets, (each) => expect(decodeControlPacket(encodeControlPacket(each))).toEqual(each)))
})

test('no bytes throw; what is taken is what its bytes say', () => {
  const mutated = fc
    .tuple(packets, fc.array(fc.tuple(fc.nat(23), fc.nat(255)), { maxLength: 4 }))
    .map(([each, changes]) => {
      const out = encodeControlPacket(each)
      for (const [at, value] of changes) out[at] = value
      return out
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated), (some) => {
      const read = decodeControlPacket(some)
      if (typeof read === 'string') return
      const again = encodeControlPacket(read)
      again[3] = some[3]!
      expect(again).toEqual(Uint8Array.from(some.subarray(0, 24)))
    }),
  )
})
