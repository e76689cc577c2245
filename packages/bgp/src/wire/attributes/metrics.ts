import { u32 } from '../bytes.ts'
import { type AttributeCodec, badLength, type Malformed, optionalLocal, wellKnown } from './attribute.ts'

/** Which of several links into an AS to take: the lower. */
export const med: AttributeCodec<number> = {
  code: 4,
  name: 'MULTI_EXIT_DISC',
  flags: optionalLocal,
  malformed: 'treat-as-withdraw',
  decode: number,
  encode: bytes,
}

/** Which route an AS takes: the higher. */
export const localPref: AttributeCodec<number> = {
  code: 5,
  name: 'LOCAL_PREF',
  flags: wellKnown,
  malformed: 'treat-as-withdraw',
  internalOnly: true,
  decode: number,
  encode: bytes,
}

function number(value: Uint8Array): number | Malformed {
  return value.length === 4 ? u32(value, 0) : badLength(value, '4')
}

function bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}
