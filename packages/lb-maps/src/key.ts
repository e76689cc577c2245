import { formatWords } from './address.ts'
import { halves, type HashKey, Mixer } from './hash.ts'
import { AF_INET, keyTail, PROTOCOL_TCP, PROTOCOL_UDP, swapPort, type Family } from './layout.ts'
import { formatEndpoint, type Protocol } from './service.ts'

/** A key of the service table: address in map order, and {port, protocol, 1}. Port and protocol 0: the address alone. */
export interface ServiceKey {
  readonly family: Family
  readonly words: Uint32Array
  readonly tail: number
}

export const protocolNumbers: Readonly<Record<Protocol, number>> = { TCP: PROTOCOL_TCP, UDP: PROTOCOL_UDP }

export function serviceKey(family: Family, words: Uint32Array, port: number, protocol: number): ServiceKey {
  return { family, words, tail: keyTail(port, protocol) }
}

/** The key of an address alone. */
export function addressKey(family: Family, words: Uint32Array): ServiceKey {
  return { family, words, tail: keyTail(0, 0) }
}

export function protocolOf({ tail }: ServiceKey): number {
  return (tail >>> 16) & 0xff
}

export function isAddressKey(key: ServiceKey): boolean {
  return key.tail === keyTail(0, 0)
}

export function sameKey(a: ServiceKey, b: ServiceKey): boolean {
  return a.tail === b.tail && a.words.every((word, i) => word === b.words[i])
}

/** One string a key, for sets: `2:…` and `10:…`. */
export function keyText({ family, words, tail }: ServiceKey): string {
  return `${family}:${words.join(',')}:${tail}`
}

/** `10.0.0.1:80/TCP`, or `10.0.0.1` for an address alone. */
export function formatKey(key: ServiceKey): string {
  const address = formatWords(key.words, 0, key.family)
  if (isAddressKey(key)) return address
  const protocol = protocolOf(key)
  const name = protocol === PROTOCOL_TCP ? 'TCP' : protocol === PROTOCOL_UDP ? 'UDP' : protocol
  return `${formatEndpoint(address, swapPort(key.tail & 0xffff))}/${name}`
}

/** The two buckets in which a key may stand; for some keys they are one. */
export interface Buckets {
  readonly first: number
  readonly second: number
}

/** Hashes service keys under one installation's key. */
export class KeyHasher {
  readonly #mixer = new Mixer()
  readonly #seed: { lo: number; hi: number }

  constructor({ key0 }: HashKey) {
    this.#seed = halves(key0)
  }

  buckets({ family, words, tail }: ServiceKey, bucketCount: number): Buckets {
    const mixer = this.#mixer.start(this.#seed.lo, this.#seed.hi)
    if (family === AF_INET) mixer.word(words[0]!, tail)
    else mixer.word(words[0]!, words[1]!).word(words[2]!, words[3]!).word(tail, 0)
    return { first: mixer.lo & (bucketCount - 1), second: mixer.hi & (bucketCount - 1) }
  }
}
