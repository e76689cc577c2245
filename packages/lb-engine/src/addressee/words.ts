import { parseMac } from '@skep/packet'
import type { OwnAddress } from './plan.ts'

/** As bpf/include/maps/addresses.h has them. */
export const PLACES = 1024
const PLACES_OF_ONE = 8

/** Stands for a device of which all addresses are known. */
const KNOWN = '00:00:00:00:00:00'

/**
 * The table's words. A device whose addresses do not all find a place is left out, with all of them: then each frame is
 * for this host.
 */
export function addressWords(addresses: readonly OwnAddress[]): { words: BigUint64Array<ArrayBuffer>; left: number[] } {
  const words = new BigUint64Array(PLACES)
  const left = new Set<number>()
  // That a device is known is asked for the frames of others alone, so addresses have the first places.
  for (const { device, address } of addresses) if (!put(words, wordOf(device, address))) left.add(device)
  for (const device of new Set(addresses.map((one) => one.device)))
    if (!left.has(device) && !put(words, wordOf(device, KNOWN))) left.add(device)
  return { words, left: [...left] }
}

function put(words: BigUint64Array, word: bigint): boolean {
  const first = firstPlace(word)
  const places = Array.from({ length: PLACES_OF_ONE }, (_, i) => (first + i) % PLACES)
  const free = places.find((place) => words[place] === 0n)
  if (free !== undefined) words[free] = word
  return free !== undefined
}

/** Where the datapath looks first. */
export function firstPlace(word: bigint): number {
  return Number(BigInt.asUintN(64, word * 0x9e3779b97f4a7c15n) >> 54n)
}

/** As `struct own_address` is read at once: the address as frames have it, above the device. */
function wordOf(device: number, address: string): bigint {
  const bytes = [...parseMac(address)].reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n)
  return (bytes << 16n) | BigInt(device & 0xffff)
}
