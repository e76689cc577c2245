import { HeaderWriter } from '../bytes/writer.ts'
import { byNextHeader } from '../dispatch.ts'
import type { Fields, Header, Spec } from '../header.ts'
import { hasRoom, nextNumber } from '../header.ts'
import { roundUp } from './options.ts'

/** An IPv6 routing header (RFC 8200, 4.4). */
export interface Routing {
  readonly kind: 'routing'
  readonly nextHeader: number
  /** Length in units of 8 bytes, the first 8 not counted. */
  readonly length: number
  /** 0 (source route, deprecated), 2 (mobility), 4 (segment routing) and others. */
  readonly type: number
  readonly segmentsLeft: number
  /** What follows the first four bytes; zeros fill it up to 4 more than a multiple of 8. */
  readonly data: Uint8Array
}

export type RoutingSpec = Spec<Routing, 'type'>

/** A routing header; no segments left and no data unless given. */
export function routing(fields: Fields<Routing, 'type'>): RoutingSpec {
  return { kind: 'routing', ...fields }
}

export const routingHeader: Header<RoutingSpec, Routing> = {
  size: (layer) => roundUp(4 + Math.max(4, layer.data?.length ?? 0), 8),

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'routing')
      .u8('nextHeader', nextNumber('routing.nextHeader', layer.nextHeader, place.next?.protocol))
      .u8('length', layer.length ?? place.size / 8 - 1)
      .u8('type', layer.type)
      .u8('segmentsLeft', layer.segmentsLeft ?? 0)
      .bytes(layer.data ?? new Uint8Array())
  },

  read(place) {
    if (!hasRoom(place, 8)) return undefined
    const { bytes, start } = place
    const [nextHeader, length] = [bytes[start]!, bytes[start + 1]!]
    const size = (length + 1) * 8
    if (!hasRoom(place, size)) return undefined
    const layer: Routing = {
      kind: 'routing',
      nextHeader,
      length,
      type: bytes[start + 2]!,
      segmentsLeft: bytes[start + 3]!,
      data: bytes.slice(start + 4, start + size),
    }
    const last = finalDestination(layer)
    const pseudo = last && place.pseudo && { pseudo: { src: place.pseudo.src, dst: last } }
    return { layer, size, next: byNextHeader.get(nextHeader), ...pseudo }
  },
}

/**
 * The address that transport checksums cover while segments are left (RFC 8200, 8.1); undefined when the IPv6 header's is right.
 * Type 0 has it last, type 2 has only it, type 4 (RFC 8754) has it first.
 */
export function finalDestination(layer: RoutingSpec): Uint8Array | undefined {
  const data = layer.data ?? new Uint8Array()
  if (!layer.segmentsLeft || data.length < 20) return undefined
  if (layer.type === 2 || layer.type === 4) return data.subarray(4, 20)
  return layer.type === 0 ? data.subarray(data.length - 16) : undefined
}
