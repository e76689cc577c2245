import type { Address } from '@skep/packet'
import { addressFromBytes, formatAddress } from '@skep/packet'
import { AF_INET, AF_INET6, AF_PACKET } from './constants.ts'

/** `struct sockaddr_in` or `sockaddr_in6`; `scope` is the device of a link-local address. */
export function ipSocketAddress({ family, bytes }: Address, port = 0, scope = 0): Uint8Array {
  const out = new Uint8Array(family === 4 ? 16 : 28)
  const view = new DataView(out.buffer)
  view.setUint16(0, family === 4 ? AF_INET : AF_INET6, true)
  view.setUint16(2, port)
  out.set(bytes, family === 4 ? 4 : 8)
  if (family === 6) view.setUint32(24, scope, true)
  return out
}

/** The address in a `struct sockaddr_in` or `sockaddr_in6`. */
export function ipOfSocketAddress(bytes: Uint8Array): string {
  const family = bytes[0]! | (bytes[1]! << 8)
  return formatAddress(addressFromBytes(family === AF_INET ? bytes.slice(4, 8) : bytes.slice(8, 24)))
}

/** One end of a connection, or where a datagram comes from. */
export interface Endpoint {
  readonly address: string
  readonly port: number
  /** The index of the device, of a link-local IPv6 address; else 0. */
  readonly scope: number
}

/** What a `struct sockaddr_in` or `sockaddr_in6` says. */
export function endpointOfSocketAddress(bytes: Uint8Array): Endpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const isV6 = view.getUint16(0, true) === AF_INET6
  return {
    address: ipOfSocketAddress(bytes),
    port: view.getUint16(2),
    scope: isV6 ? view.getUint32(24, true) : 0,
  }
}

/** `struct sockaddr_ll`, to bind to or send by. */
export function linkSocketAddress(index: number, etherType: number): Uint8Array {
  const out = new Uint8Array(20)
  const view = new DataView(out.buffer)
  view.setUint16(0, AF_PACKET, true)
  view.setUint16(2, etherType)
  view.setInt32(4, index, true)
  return out
}

/** What a `struct sockaddr_ll` tells of a frame that came in. */
export interface LinkOrigin {
  readonly etherType: number
  readonly device: number
  /** `PACKET_HOST` and so on. */
  readonly packetType: number
}

export function originOfLinkAddress(bytes: Uint8Array): LinkOrigin {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { etherType: view.getUint16(2), device: view.getInt32(4, true), packetType: bytes[10]! }
}
