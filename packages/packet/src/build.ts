import { ipv4Bytes, parseIpv4 } from './address/ipv4.ts'
import { parseIpv6 } from './address/ipv6.ts'
import type { PseudoHeader } from './bytes/checksum.ts'
import { BuildError, parseField } from './bytes/writer.ts'
import { fieldNames } from './field-names.ts'
import type { Header, WritePlace } from './header.ts'
import { finalDestination } from './headers/routing.ts'
import type { Layer, LayerSpec } from './layers.ts'
import { headers } from './layers.ts'
import { EtherType, IpProtocol } from './protocols.ts'

/** Bytes after the packet that no header's length counts: Ethernet padding, a frame check sequence. */
export interface Trailer {
  readonly kind: 'trailer'
  readonly bytes: Uint8Array
}

/** A layer, bytes, or text (as UTF-8). */
export type Part = LayerSpec | Uint8Array | string | Trailer

/** Bytes after the packet that no header's length counts. */
export function trailer(bytes: Uint8Array): Trailer {
  return { kind: 'trailer', bytes }
}

/**
 * Builds a packet from its layers, outermost first, and what they carry.
 * Lengths, protocol numbers and checksums are filled in unless a layer gives them; a given value is written as it is, right or wrong.
 * Throws `BuildError`, which names the field, when a value does not fit or cannot be known.
 */
export function build(...parts: readonly Part[]): Uint8Array {
  const pieces = parts.map(toPiece)
  const offsets = pieces.map(() => 0)
  for (let i = 1; i < pieces.length; i++) offsets[i] = offsets[i - 1]! + sizeOf(pieces[i - 1]!)
  const end = pieces.reduce((sum, piece) => sum + (isTrailer(piece) ? 0 : sizeOf(piece)), 0)
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + sizeOf(piece), 0))
  for (let i = pieces.length - 1; i >= 0; i--) writePiece(pieces, i, { bytes, start: offsets[i]!, end })
  return bytes
}

type Piece = Exclude<Part, string>

function toPiece(part: Part, index: number): Piece {
  if (typeof part === 'string') return new TextEncoder().encode(part)
  if (ArrayBuffer.isView(part)) return part
  if (isKnown(part)) return checkFields(part)
  const problem = `is ${part === null ? 'null' : typeof part}; it must be a layer, bytes or text`
  throw new BuildError('INVALID_FIELD', `part ${index}`, problem)
}

function checkFields(part: LayerSpec | Trailer): LayerSpec | Trailer {
  if (part.kind === 'trailer') return part
  const known: Readonly<Record<string, true>> = fieldNames[part.kind]
  const wrong = Object.keys(part).find((name) => name !== 'kind' && !Object.hasOwn(known, name))
  if (wrong === undefined) return part
  const problem = `is no field; there are ${Object.keys(known).join(', ')}`
  throw new BuildError('INVALID_FIELD', `${part.kind}.${wrong}`, problem)
}

function isKnown(part: unknown): part is LayerSpec | Trailer {
  const { kind } = (part ?? {}) as { readonly kind?: unknown }
  return typeof kind === 'string' && (kind === 'trailer' || Object.hasOwn(headers, kind))
}

function writePiece(pieces: readonly Piece[], index: number, place: Pick<WritePlace, 'bytes' | 'start' | 'end'>): void {
  const piece = pieces[index]!
  if (!isLayer(piece)) {
    place.bytes.set(isTrailer(piece) ? piece.bytes : piece, place.start)
    return
  }
  const next = numbersOf(pieces[index + 1])
  headerOf(piece).write(piece, { ...place, size: sizeOf(piece), next, pseudo: pseudoHeader(pieces.slice(0, index)) })
}

function sizeOf(piece: Piece): number {
  if (isLayer(piece)) return headerOf(piece).size(piece)
  return isTrailer(piece) ? piece.bytes.length : piece.length
}

function headerOf(layer: LayerSpec): Header<LayerSpec, Layer> {
  return headers[layer.kind]
}

function isTrailer(piece: Piece): piece is Trailer {
  return 'kind' in piece && piece.kind === 'trailer'
}

function isLayer(piece: Piece): piece is LayerSpec {
  return 'kind' in piece && piece.kind !== 'trailer'
}

const etherTypes: Readonly<Record<string, number | undefined>> = EtherType
const protocols: Readonly<Record<string, number | undefined>> = IpProtocol

function numbersOf(piece: Piece | undefined): WritePlace['next'] {
  if (piece === undefined || !isLayer(piece)) return undefined
  const etherType = piece.kind === 'vlan' ? (piece.tpid ?? EtherType.vlan) : etherTypes[piece.kind]
  return { etherType, protocol: protocols[piece.kind] }
}

/** The addresses of the last IP header; behind a routing header with segments left, the final destination. */
function pseudoHeader(before: readonly Piece[]): PseudoHeader | undefined {
  const layers = before.filter(isLayer)
  const at = layers.findLastIndex((layer) => layer.kind === 'ipv4' || layer.kind === 'ipv6')
  const ip = layers[at]
  if (ip?.kind === 'ipv4') return addressesOf(ip, (text) => ipv4Bytes(parseIpv4(text)))
  if (ip?.kind !== 'ipv6') return undefined
  const { src, dst } = addressesOf(ip, parseIpv6)
  const last = layers.slice(at).map((layer) => (layer.kind === 'routing' ? finalDestination(layer) : undefined))
  return { src, dst: last.findLast((address) => address !== undefined) ?? dst }
}

function addressesOf(
  ip: { readonly kind: string; readonly src: string; readonly dst: string },
  parse: (text: string) => Uint8Array,
): PseudoHeader {
  return { src: parseField(ip.kind, 'src', ip.src, parse), dst: parseField(ip.kind, 'dst', ip.dst, parse) }
}
