import { AddressError, addressFromBytes, formatAddress, parseAddress } from '@skep/packet'

/** An address as it stands in a packet. Throws `AddressError`, also where it is of the other family. */
export function addressBytes(text: string, family: 4 | 6): DataView {
  const { family: found, bytes } = parseAddress(text)
  if (found !== family) throw new AddressError(`INVALID_IPV${family}`, text, `it is of IPv${found}`)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** The address that stands in the first words: IPv4 in one, IPv6 in four. */
export function addressOf(words: readonly number[], isIpv6: boolean): string {
  const view = new DataView(new ArrayBuffer(isIpv6 ? 16 : 4))
  for (let i = 0; i < view.byteLength / 4; i++) view.setUint32(4 * i, words[i]!)
  return formatAddress(addressFromBytes(new Uint8Array(view.buffer)))
}
