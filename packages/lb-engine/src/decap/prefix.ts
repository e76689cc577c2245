import type { DecapPrefix } from '@skep/datapath/decap'
import {
  type Address,
  addressFromBytes,
  cidrNetwork,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
  sameCidr,
  tryParseAddress,
  tryParseCidr,
} from '@skep/packet'

/** The prefix as it is meant, in canonical spelling; an address alone is the prefix of its whole length. */
export function readPrefix(text: string): string | undefined {
  const address = tryParseAddress(text)
  const cidr = address ? { address, prefix: address.bytes.length * 8 } : tryParseCidr(text)
  return cidr && formatCidr(cidr)
}

/** The prefix without its host bits, or `undefined` where it has none. */
export function withoutHostBits(prefix: string): string | undefined {
  const cidr = parseCidr(prefix)
  const network = { address: cidrNetwork(cidr), prefix: cidr.prefix }
  return formatCidr(network) === formatCidr(cidr) && sameCidr(network, cidr) ? undefined : formatCidr(network)
}

/** An address as the maps have it, which write IPv4 as ::ffff:a.b.c.d. */
export function addressWords(text: string): number[] {
  return words(parseAddress(text))
}

/** A prefix as the maps have it. */
export function prefixKey(prefix: string): DecapPrefix {
  const { address, prefix: length } = parseCidr(prefix)
  return { length: length + (address.family === 4 ? 96 : 0), address: words(address) }
}

/** The way back, for what is read from a map. */
export function addressOf(mapped: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(16))
  mapped.forEach((word, i) => view.setUint32(4 * i, word))
  const bytes = new Uint8Array(view.buffer)
  const isIpv4 = mapped[0] === 0 && mapped[1] === 0 && mapped[2] === 0xffff
  return formatAddress(addressFromBytes(isIpv4 ? bytes.subarray(12) : bytes))
}

function words({ bytes }: Address): number[] {
  const view = new DataView(new ArrayBuffer(16))
  if (bytes.length === 4) view.setUint16(10, 0xffff)
  new Uint8Array(view.buffer).set(bytes, 16 - bytes.length)
  return [0, 4, 8, 12].map((offset) => view.getUint32(offset))
}
