import { formatAddress, parseAddress } from '@skep/packet'

/** An address as maps hold it: four words, IPv4 in the first. */
export function toWords(address: string): number[] {
  const bytes = new Uint8Array(16)
  bytes.set(parseAddress(address).bytes)
  const view = new DataView(bytes.buffer)
  return [0, 4, 8, 12].map((offset) => view.getUint32(offset))
}

export function fromWords(words: readonly number[], family: number): string {
  const view = new DataView(new ArrayBuffer(16))
  words.forEach((word, i) => view.setUint32(i * 4, word))
  return formatAddress(new Uint8Array(view.buffer, 0, family === AF_INET6 ? 16 : 4))
}

export const AF_INET = 2
export const AF_INET6 = 10

export function familyOf(address: string): number {
  return address.includes(':') ? AF_INET6 : AF_INET
}
