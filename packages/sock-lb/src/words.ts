import { addressFromBytes, formatAddress, parseAddress, unmapAddress } from '@skep/packet'

const MAPPED = 0xffff

/** An address as the maps have it: four words, IPv4 as ::ffff:a.b.c.d. Throws `AddressError`. */
export function wordsOf(address: string): number[] {
  const { family, bytes } = parseAddress(address)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (family === 4) return [0, 0, MAPPED, view.getUint32(0)]
  return [0, 4, 8, 12].map((at) => view.getUint32(at))
}

/** The address that such words stand for. */
export function addressOf(words: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(16))
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word)
  return formatAddress(unmapAddress(addressFromBytes(new Uint8Array(view.buffer))))
}

/** Canonical text: the same for the same address. */
export function canonical(address: string): string {
  return addressOf(wordsOf(address))
}

export function isIpv6(address: string): boolean {
  return address.includes(':')
}

/** The address that stands for all of a node's. */
export function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}
