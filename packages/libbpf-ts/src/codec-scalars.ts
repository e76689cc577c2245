import type { ScalarName } from './btf/scalar.ts'
import type { Codec } from './codec.ts'

/** Whether this machine, and so every BPF map on it, is little-endian. */
export const HOST_LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/*
 * Integers are written as C assigns them: modulo their width, without a range check.
 */

/** `__u8`. */
export const u8: Codec<number> = {
  size: 1,
  align: 1,
  read: (view, offset) => view.getUint8(offset),
  write: (view, offset, value) => view.setUint8(offset, value),
}

/** `__s8`, and a `char` by itself. */
export const s8: Codec<number> = {
  size: 1,
  align: 1,
  read: (view, offset) => view.getInt8(offset),
  write: (view, offset, value) => view.setInt8(offset, value),
}

/** `bool`. */
export const bool: Codec<boolean> = {
  size: 1,
  align: 1,
  read: (view, offset) => view.getUint8(offset) !== 0,
  write: (view, offset, value) => view.setUint8(offset, value ? 1 : 0),
}

function uint16(littleEndian: boolean): Codec<number> {
  return {
    size: 2,
    align: 2,
    read: (view, offset) => view.getUint16(offset, littleEndian),
    write: (view, offset, value) => view.setUint16(offset, value, littleEndian),
  }
}

function int16(littleEndian: boolean): Codec<number> {
  return {
    size: 2,
    align: 2,
    read: (view, offset) => view.getInt16(offset, littleEndian),
    write: (view, offset, value) => view.setInt16(offset, value, littleEndian),
  }
}

function uint32(littleEndian: boolean): Codec<number> {
  return {
    size: 4,
    align: 4,
    read: (view, offset) => view.getUint32(offset, littleEndian),
    write: (view, offset, value) => view.setUint32(offset, value, littleEndian),
  }
}

function int32(littleEndian: boolean): Codec<number> {
  return {
    size: 4,
    align: 4,
    read: (view, offset) => view.getInt32(offset, littleEndian),
    write: (view, offset, value) => view.setInt32(offset, value, littleEndian),
  }
}

function uint64(littleEndian: boolean): Codec<bigint> {
  return {
    size: 8,
    align: 8,
    read: (view, offset) => view.getBigUint64(offset, littleEndian),
    write: (view, offset, value) => view.setBigUint64(offset, value, littleEndian),
  }
}

function int64(littleEndian: boolean): Codec<bigint> {
  return {
    size: 8,
    align: 8,
    read: (view, offset) => view.getBigInt64(offset, littleEndian),
    write: (view, offset, value) => view.setBigInt64(offset, value, littleEndian),
  }
}

/** `__u16` in the host's byte order. */
export const u16: Codec<number> = uint16(HOST_LITTLE_ENDIAN)
/** `__s16` in the host's byte order. */
export const s16: Codec<number> = int16(HOST_LITTLE_ENDIAN)
/** `__u32` in the host's byte order. */
export const u32: Codec<number> = uint32(HOST_LITTLE_ENDIAN)
/** `__s32` in the host's byte order. */
export const s32: Codec<number> = int32(HOST_LITTLE_ENDIAN)
/** `__u64` in the host's byte order. */
export const u64: Codec<bigint> = uint64(HOST_LITTLE_ENDIAN)
/** `__s64` in the host's byte order. */
export const s64: Codec<bigint> = int64(HOST_LITTLE_ENDIAN)
/** `__be16`: network order in the map, a plain number here. */
export const be16: Codec<number> = uint16(false)
/** `__be32`: network order in the map, a plain number here. */
export const be32: Codec<number> = uint32(false)
/** `__be64`: network order in the map, a plain bigint here. */
export const be64: Codec<bigint> = uint64(false)
/** `__le16`. */
export const le16: Codec<number> = uint16(true)
/** `__le32`. */
export const le32: Codec<number> = uint32(true)
/** `__le64`. */
export const le64: Codec<bigint> = uint64(true)

type AnyScalar = Codec<number> | Codec<bigint> | Codec<boolean>

const LITTLE: Record<ScalarName, AnyScalar> = scalars(true)
const BIG: Record<ScalarName, AnyScalar> = scalars(false)

function scalars(littleEndian: boolean): Record<ScalarName, AnyScalar> {
  return {
    u8,
    s8,
    bool,
    char: s8,
    u16: uint16(littleEndian),
    s16: int16(littleEndian),
    u32: uint32(littleEndian),
    s32: int32(littleEndian),
    u64: uint64(littleEndian),
    s64: int64(littleEndian),
  }
}

/** The codec of a scalar in a given byte order. */
export function scalarCodec(name: ScalarName, littleEndian: boolean): AnyScalar {
  return (littleEndian ? LITTLE : BIG)[name]
}
