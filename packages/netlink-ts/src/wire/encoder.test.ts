import { expect, test } from '@jest/globals'
import { hex } from '../../test/fake-door.ts'
import { Encoder } from './encoder.ts'

test('an attribute has its length without the padding, and is padded', () => {
  const encoder = new Encoder(1)
  const at = encoder.begin(3)
  encoder.string('eth0')
  encoder.end(at)
  expect(encoder.bytes).toEqual(hex('09000300 6574683000 000000'))
})

test('a nest is marked, and holds what is written until its end', () => {
  const encoder = new Encoder()
  const outer = encoder.beginNested(18)
  const inner = encoder.begin(1)
  encoder.u16(0x1234)
  encoder.end(inner)
  encoder.end(outer)
  expect(encoder.bytes).toEqual(hex('0c001280 06000100 3412 0000'))
})

test('it grows, and what a reset leaves does not shine through', () => {
  const encoder = new Encoder(4)
  encoder.write(new Uint8Array(100).fill(0xff))
  encoder.reset()
  encoder.u8(1).zeros(3).u32(2)
  expect(encoder.bytes).toEqual(hex('01000000 02000000'))
})

test('an attribute that its length field cannot hold is refused', () => {
  const encoder = new Encoder()
  const at = encoder.begin(1)
  encoder.zeros(0x10000)
  expect(() => encoder.end(at)).toThrow('65535 is the most')
})
