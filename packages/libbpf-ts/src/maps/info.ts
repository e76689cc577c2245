import { checked } from '../errors.ts'
import { Attr } from '../sys/attr.ts'
import { readInfo } from '../sys/object.ts'
import { mapTypeName } from './types.ts'

/** What the kernel says about a map. Sizes are in bytes. */
export interface MapInfo {
  readonly id: number
  /** As `bpftool map` shows it: `hash`, `percpu_array`. */
  readonly type: string
  readonly typeNumber: number
  /** Cut by the kernel to 15 characters. */
  readonly name: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  /** The BTF object with the key's and value's types; 0 when the map has none. */
  readonly btfId: number
  readonly keyTypeId: number
  readonly valueTypeId: number
  readonly ifindex: number
}

/** struct bpf_map_info */
const SIZE = 88

/** Errors: as the kernel refuses. Minimum kernel 4.13, BTF ids 4.18. Equivalent to: `bpftool map show`. */
export function mapInfo(fd: number): MapInfo {
  const info = new Attr(SIZE)
  checked(readInfo(fd, info.bytes), 'map.info', `map fd ${fd}`)
  const type = info.getU32(0)
  return {
    id: info.getU32(4),
    type: mapTypeName(type),
    typeNumber: type,
    name: info.text(24, 16),
    keySize: info.getU32(8),
    valueSize: info.getU32(12),
    maxEntries: info.getU32(16),
    flags: info.getU32(20),
    ifindex: info.getU32(40),
    btfId: info.getU32(64),
    keyTypeId: info.getU32(68),
    valueTypeId: info.getU32(72),
  }
}
