export type { Address } from './address/address.ts'
export {
  addressFromBytes,
  compareAddresses,
  formatAddress,
  parseAddress,
  tryParseAddress,
  unmapAddress,
} from './address/address.ts'
export type { Cidr } from './address/cidr.ts'
export {
  cidrContains,
  cidrLast,
  cidrNetwork,
  cidrsOverlap,
  formatCidr,
  parseCidr,
  sameCidr,
  tryParseCidr,
} from './address/cidr.ts'
export type { AddressErrorCode } from './address/error.ts'
export { AddressError } from './address/error.ts'
export { formatIpv4, ipv4Bytes, ipv4FromBytes, parseIpv4, tryParseIpv4 } from './address/ipv4.ts'
export { formatIpv6, isV4Mapped, parseIpv6, tryParseIpv6 } from './address/ipv6.ts'
export { formatMac, parseMac, tryParseMac } from './address/mac.ts'
