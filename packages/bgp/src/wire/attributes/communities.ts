import { u32, Writer } from '../bytes.ts'
import { type AttributeCodec, badLength, optionalTransitive } from './attribute.ts'

/** A large community (RFC 8092): three numbers of 32 bits. */
export interface LargeCommunity {
  readonly global: number
  readonly local1: number
  readonly local2: number
}

/** COMMUNITIES (RFC 1997), each a uint32: the AS number in the upper half. */
export const communities: AttributeCodec<readonly number[]> = {
  code: 8,
  name: 'COMMUNITIES',
  flags: optionalTransitive,
  malformed: 'treat-as-withdraw',
  decode: (value) =>
    isMultiple(value, 4) ? every(value, 4, (at) => u32(value, at)) : badLength(value, 'a multiple of 4'),
  encode: (value) => value.reduce((writer, one) => writer.u32(one), new Writer()).done(),
}

/** EXTENDED COMMUNITIES (RFC 4360), each eight octets as one number. */
export const extendedCommunities: AttributeCodec<readonly bigint[]> = {
  code: 16,
  name: 'EXTENDED_COMMUNITIES',
  flags: optionalTransitive,
  malformed: 'treat-as-withdraw',
  decode: (value) =>
    isMultiple(value, 8)
      ? every(value, 8, (at) => (BigInt(u32(value, at)) << 32n) | BigInt(u32(value, at + 4)))
      : badLength(value, 'a multiple of 8'),
  encode: (value) =>
    value.reduce((writer, one) => writer.u32(Number(one >> 32n)).u32(Number(one & 0xffffffffn)), new Writer()).done(),
}

/** LARGE_COMMUNITY (RFC 8092). */
export const largeCommunities: AttributeCodec<readonly LargeCommunity[]> = {
  code: 32,
  name: 'LARGE_COMMUNITY',
  flags: optionalTransitive,
  malformed: 'treat-as-withdraw',
  decode: (value) =>
    isMultiple(value, 12)
      ? every(value, 12, (at) => ({ global: u32(value, at), local1: u32(value, at + 4), local2: u32(value, at + 8) }))
      : badLength(value, 'a multiple of 12'),
  encode: (value) =>
    value
      .reduce((writer, { global, local1, local2 }) => writer.u32(global).u32(local1).u32(local2), new Writer())
      .done(),
}

function isMultiple(value: Uint8Array, size: number): boolean {
  return value.length > 0 && value.length % size === 0
}

function every<T>(value: Uint8Array, size: number, read: (at: number) => T): T[] {
  return Array.from({ length: value.length / size }, (_, i) => read(i * size))
}
