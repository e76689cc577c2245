import type { PseudoHeader } from './bytes/checksum.ts'
import { BuildError } from './bytes/writer.ts'

/** The headers that this package knows. */
export type LayerKind =
  | 'ethernet'
  | 'vlan'
  | 'arp'
  | 'ipv4'
  | 'ipv6'
  | 'hopByHop'
  | 'routing'
  | 'fragment'
  | 'destinationOptions'
  | 'tcp'
  | 'udp'
  | 'icmpv4'
  | 'icmpv6'

/** What must be given of a layer, and what is filled in unless given. */
export type Spec<Layer extends { readonly kind: LayerKind }, Needed extends keyof Layer = never> = Pick<
  Layer,
  'kind' | Needed
> & {
  readonly [Field in Exclude<keyof Layer, 'kind' | Needed>]?: Layer[Field] | undefined
}

/** A {@link Spec} without its kind, as a layer's function takes it. */
export type Fields<Layer extends { readonly kind: LayerKind }, Needed extends keyof Layer = never> = Omit<
  Spec<Layer, Needed>,
  'kind'
>

/** Where a header is written. What follows it is already in place. */
export interface WritePlace {
  readonly bytes: Uint8Array
  readonly start: number
  /** Length of this header, in bytes. */
  readonly size: number
  /** The end of what this header carries. */
  readonly end: number
  /** EtherType or IP protocol of the layer that follows; undefined when bytes follow, or nothing. */
  readonly next: { readonly etherType: number | undefined; readonly protocol: number | undefined } | undefined
  /** Addresses of the nearest IP header before. */
  readonly pseudo: PseudoHeader | undefined
}

/** Where a header is read. */
export interface ReadPlace {
  readonly bytes: Uint8Array
  readonly start: number
  /** The end of what the headers before say is theirs, and of what is there. */
  readonly end: number
  readonly previous: LayerKind | undefined
  /** EtherType by which the header before named this one. */
  readonly etherType: number | undefined
  readonly pseudo: PseudoHeader | undefined
  /** Only a part is there (a fragment, a quote, a packet cut short): a checksum or length over the whole cannot be checked. */
  readonly partial: boolean
  /** Notes what is wrong; reading goes on. */
  trouble(message: string): void
  /** The quote of an ICMP error: missing bytes are no trouble. */
  readonly quote: boolean
}

/** What a header says. */
export interface Reading<Layer> {
  readonly layer: Layer
  /** Bytes taken, at least 1. */
  readonly size: number
  /** What follows; undefined: bytes. */
  readonly next?: LayerKind | undefined
  readonly etherType?: number
  /** Where the header's own length field ends what it carries. */
  readonly end?: number
  readonly pseudo?: PseudoHeader
  readonly partial?: boolean
}

/** One header's layout: how long it is, how it is written, how it is read. */
export interface Header<LayerSpec, Layer> {
  size(layer: LayerSpec): number
  write(layer: LayerSpec, place: WritePlace): void
  /** Undefined when too little is there to read; the trouble is noted. */
  read(place: ReadPlace): Reading<Layer> | undefined
}

/** The `value` given, or that of what follows; without either the field cannot be known. */
export function nextNumber(field: string, given: number | undefined, next: number | undefined): number {
  const number = given ?? next
  if (number !== undefined) return number
  throw new BuildError('MISSING_FIELD', field, 'must be given: no layer follows that would tell it')
}

/** True when `needed` bytes are there for a header; notes it when not. */
export function hasRoom(place: ReadPlace, needed: number): boolean {
  const there = place.end - place.start
  if (there < needed && !place.quote) place.trouble(`needs ${needed} bytes, ${there} are there`)
  return there >= needed
}

/** Notes that a length field goes past what is there, unless that was to be expected. */
export function noteCut(place: ReadPlace, message: string): void {
  if (!place.quote && !place.partial) place.trouble(message)
}
