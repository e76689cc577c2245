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
  const left: number[] = []
  for (const [device, own] of Map.groupBy(addresses, (one) => one.device)) {
    const places = placesFor(
      [KNOWN, ...own.map(({ address }) => address)].map((each) => wordOf(device, each)),
      words,
    )
    if (places === undefined) left.push(device)
    else for (const [place, word] of places) words[place] = word
  }
  return { words, left }
}

function placesFor(own: readonly bigint[], taken: BigUint64Array): Map<number, bigint> | undefined {
  const places = new Map<number, bigint>()
  for (const word of own) {
    const first = Number((word >> 56n) ^ (word & 0xffffn)) % PLACES
    const all = Array.from({ length: PLACES_OF_ONE }, (_, i) => (first + i) % PLACES)
    const free = all.find((place) => taken[place] === 0n && !places.has(place))
    if (free === undefined) return undefined
    places.set(free, word)
  }
  return places
}

/** As `struct own_address` is read at once: the address as frames have it, above the device. */
function wordOf(device: number, address: string): bigint {
  const bytes = [...parseMac(address)].reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n)
  return (bytes << 16n) | BigInt(device & 0xffff)
}
