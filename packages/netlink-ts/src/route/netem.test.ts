import { expect, test } from '@jest/globals'
import { hex } from '../../test/fake-door.ts'
import { Encoder } from '../wire/encoder.ts'
import { netem } from './netem.ts'

test('delays go as nanoseconds in attributes of their own; the struct’s ticks stay 0', () => {
  const to = new Encoder()
  netem.encode(to, { delayMs: 10, jitterMs: 2, loss: 1 })
  const struct = '00000000 e8030000 ffffffff 00000000 00000000 00000000'
  expect(to.bytes).toEqual(hex(`${struct}  0c00 0a00 8096980000000000  0c00 0b00 80841e0000000000`))
})
