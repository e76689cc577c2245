import { u16, u32 } from '../bytes/reader.ts'
import { BuildError, HeaderWriter } from '../bytes/writer.ts'
import { byNextHeader } from '../dispatch.ts'
import type { Fields, Header, Spec } from '../header.ts'
import { hasRoom, nextNumber } from '../header.ts'

/** An IPv6 fragment header (RFC 8200, 4.5). */
export interface Fragment {
  readonly kind: 'fragment'
  readonly nextHeader: number
  /** The reserved byte. */
  readonly reserved: number
  /** In bytes: a multiple of 8. */
  readonly fragmentOffset: number
  /** The two reserved bits. */
  readonly reservedBits: number
  readonly moreFragments: boolean
  readonly id: number
}

export type FragmentSpec = Spec<Fragment>

/** An offset in the units of the header. */
export function fragmentUnits(header: string, offset: number): number {
  if (offset % 8 === 0) return offset / 8
  throw new BuildError('INVALID_FIELD', `${header}.fragmentOffset`, `is ${offset}; it must be a multiple of 8`)
}

/** A fragment header; without fields an atomic fragment with id 0. */
export function fragment(fields: Fields<Fragment> = {}): FragmentSpec {
  return { kind: 'fragment', ...fields }
}

export const fragmentHeader: Header<FragmentSpec, Fragment> = {
  size: () => 8,

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'fragment')
      .u8('nextHeader', nextNumber('fragment.nextHeader', layer.nextHeader, place.next?.protocol))
      .u8('reserved', layer.reserved ?? 0)
      .bits(
        ['fragmentOffset / 8', 13, fragmentUnits('fragment', layer.fragmentOffset ?? 0)],
        ['reservedBits', 2, layer.reservedBits ?? 0],
        ['moreFragments', 1, Number(layer.moreFragments ?? false)],
      )
      .u32('id', layer.id ?? 0)
  },

  read(place) {
    if (!hasRoom(place, 8)) return undefined
    const { bytes, start } = place
    const word = u16(bytes, start + 2)
    const layer: Fragment = {
      kind: 'fragment',
      nextHeader: bytes[start]!,
      reserved: bytes[start + 1]!,
      fragmentOffset: word & 0xfff8,
      reservedBits: (word >>> 1) & 3,
      moreFragments: (word & 1) !== 0,
      id: u32(bytes, start + 4),
    }
    const next = layer.fragmentOffset === 0 ? byNextHeader.get(layer.nextHeader) : undefined
    return { layer, size: 8, next, partial: place.partial || layer.moreFragments }
  },
}
