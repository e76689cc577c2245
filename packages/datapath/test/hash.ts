import { parseAddress } from '@skep/packet'

/** The keyed mix of bpf/lib/hash.h, written a second time so that tests do not believe the first. */
const mask64 = (1n << 64n) - 1n

export function fmix64(value: bigint): bigint {
  let x = value & mask64
  x ^= x >> 33n
  x = (x * 0xff51afd7ed558ccdn) & mask64
  x ^= x >> 33n
  x = (x * 0xc4ceb9fe1a85ec53n) & mask64
  return x ^ (x >> 33n)
}

/** Words are read little-endian from `bytes`, the last one filled up with zeros. */
export function hash(seed: bigint, bytes: Uint8Array): bigint {
  let h = seed
  for (let at = 0; at < bytes.length; at += 8) h = fmix64(h ^ littleEndian(bytes.subarray(at, at + 8)))
  return h
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

/** An address and what follows it in a key, in network order. */
export function keyBytes(address: string, ...rest: readonly number[]): Uint8Array {
  return Uint8Array.from([...parseAddress(address).bytes, ...rest])
}

export function portBytes(port: number): [number, number] {
  return [port >> 8, port & 0xff]
}

export function hashFlow(key1: bigint, protocol: number, client: string, clientPort: number, port: number): bigint {
  return hash(key1 ^ BigInt(protocol), keyBytes(client, ...portBytes(clientPort), ...portBytes(port)))
}

/** With the destination, as the NAT tables take it. */
export function hashNat(flow: bigint, destination: string): bigint {
  const bytes = new Uint8Array(16)
  bytes.set(parseAddress(destination).bytes)
  const fold = littleEndian(bytes.subarray(0, 8)) ^ littleEndian(bytes.subarray(8))
  return flow ^ ((fold * 0x9e3779b97f4a7c15n) & mask64)
}

export function tagOf(nat: bigint): number {
  return Number((nat ^ (nat >> 32n)) & 0xffffffffn) || 1
}

/** The two lines of a NAT key. */
export function linesOf(nat: bigint, natMask: number): [number, number] {
  return [Number(nat & BigInt(natMask)), Number((nat >> 32n) & BigInt(natMask))]
}
