import { expect, test } from '@jest/globals'
import { parseAddress } from '@skep/packet'
import * as fc from 'fast-check'
import { IP_TTL, IPV6_HOPLIMIT, SOL_IP, SOL_IPV6 } from './constants.ts'
import { controlMessage, readControl, sourceControl } from './control.ts'

function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer)
}

test('several messages in a row, as the kernel gives them', () => {
  const hops = controlMessage(SOL_IP, IP_TTL, int(255))
  const info = sourceControl(parseAddress('10.0.0.1'), 7)
  // Received, the destination stands where a sender leaves zeros.
  info.set(parseAddress('224.0.0.18').bytes, 24)
  expect(readControl(Buffer.concat([hops, info]))).toEqual({ hops: 255, to: '224.0.0.18', device: 7 })
})

test('IPv6, and messages that are not asked for between them', () => {
  const other = controlMessage(1, 29, new Uint8Array(16))
  const hops = controlMessage(SOL_IPV6, IPV6_HOPLIMIT, int(64))
  const info = sourceControl(parseAddress('ff02::12'), 3)
  expect(readControl(Buffer.concat([other, info, hops]))).toEqual({ hops: 64, to: 'ff02::12', device: 3 })
})

test('no bytes throw or hang, and what is cut off is left out', () => {
  const whole = Buffer.concat([controlMessage(SOL_IP, IP_TTL, int(9)), sourceControl(parseAddress('::1'), 1)])
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(whole.length).map((at) => whole.subarray(0, at)),
      ),
      (bytes) => {
        expect(readControl(new Uint8Array(bytes))).toBeInstanceOf(Object)
      },
    ),
  )
  expect(readControl(new Uint8Array(whole.subarray(0, 30)))).toEqual({ hops: 9 })
})
