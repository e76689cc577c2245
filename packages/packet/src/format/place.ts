import type { Packet } from '../dissect.ts'
import type { LayerKind } from '../header.ts'
import type { Ipv4 } from '../headers/ipv4.ts'
import type { Ipv6 } from '../headers/ipv6.ts'

/** What a layer's printer knows of its surroundings. */
export interface Place {
  readonly packet: Packet
  readonly previous: LayerKind | undefined
  readonly next: LayerKind | undefined
  /** Bytes from this header on, as the headers before say; it may be more than is there. */
  readonly length: number
  /** The nearest IP header before. */
  readonly ip: Ipv4 | Ipv6 | undefined
  /** A first fragment: lengths speak of the whole. */
  readonly fragmented: boolean
}

/** Writes one layer, as `tcpdump -n` does. */
export type Print<Layer> = (layer: Layer, place: Place) => string

/** True for the layers that write the addresses themselves, with ports. */
export function hasPorts(kind: LayerKind | undefined): boolean {
  return kind === 'tcp' || kind === 'udp'
}

/** `src.port > dst.port: `, or the ports alone where extension headers stand between: the addresses stand before them then. */
export function endpoints(layer: { readonly srcPort: number; readonly dstPort: number }, place: Place): string {
  if (place.previous !== 'ipv4' && place.previous !== 'ipv6') return `${layer.srcPort} > ${layer.dstPort}: `
  return `${place.ip?.src}.${layer.srcPort} > ${place.ip?.dst}.${layer.dstPort}: `
}
