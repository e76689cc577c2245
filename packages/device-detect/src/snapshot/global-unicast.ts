import { tryParseCidr } from '@skep/packet'

/**
 * Whether a route's destination lies in the global unicast space: not loopback, link-local or multicast. Default routes
 * count, and so do private networks (RFC 1918, RFC 4193). The rule of Cilium 1.11, which takes it from Go's `IsGlobalUnicast`.
 */
export function isGlobalUnicast(destination: string): boolean {
  const cidr = tryParseCidr(destination)
  if (cidr === undefined) return false
  const { address, prefix } = cidr
  return address.family === 4 ? isGlobal4(address.bytes, prefix) : isGlobal6(address.bytes, prefix)
}

function isGlobal4([a = 0, b = 0, c = 0, d = 0]: Uint8Array, prefix: number): boolean {
  if (a === 0 && b === 0 && c === 0 && d === 0) return prefix < 8
  if (a === 127 || (a === 169 && b === 254)) return false
  if (a >= 224 && a < 240) return false
  return !(a === 255 && b === 255 && c === 255 && d === 255)
}

function isGlobal6(bytes: Uint8Array, prefix: number): boolean {
  const [first = 0, second = 0] = bytes
  if (first === 0xff) return false
  if (first === 0xfe && (second & 0xc0) === 0x80) return false
  if (bytes.some((byte) => byte !== 0)) return !isLoopback6(bytes)
  return prefix < 8
}

function isLoopback6(bytes: Uint8Array): boolean {
  return bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0)
}
