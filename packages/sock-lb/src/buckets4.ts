import {
  type SockFrontend,
  type SockFrontendKey,
  type SockLb,
  sockBucket4Codec,
  sockBucket4Offsets,
} from '@skep/datapath/sock-lb'
import { Mixer } from '@skep/lb-maps'

const WORD = 4
const WORDS = sockBucket4Codec.size / WORD
const KEYS = sockBucket4Offsets.keys / WORD
const FRONTENDS = sockBucket4Offsets.frontends / WORD
const OVERFLOW = sockBucket4Offsets.overflow / WORD
const PLACES = (FRONTENDS - KEYS) / 2
const MAPPED = 0xffff

/** A key's word in two halves, as the program reads it, and the first word of its bucket. */
interface Key {
  readonly low: number
  readonly high: number
  readonly at: number
}

/** So many buckets for so many frontends: few have more than they have places for, even when all are taken. */
export function bucketsFor(frontends: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(frontends / 2)))
}

/**
 * The IPv4 frontends once more, in the buckets of `sock_frontends4`, mapped into this process. What does not fit stands in
 * `sock_frontends` alone, which has to know it before, and for as long.
 */
export class Buckets4 implements Disposable {
  readonly #words: Uint32Array
  readonly #longs: BigUint64Array
  readonly #mixer = new Mixer()
  readonly #stack = new DisposableStack()

  constructor(map: SockLb['maps']['sockFrontends4']) {
    const { buffer } = this.#stack.use(map.mmap())
    this.#words = new Uint32Array(buffer)
    this.#longs = new BigUint64Array(buffer)
  }

  set(frontendKey: SockFrontendKey, frontend: SockFrontend): void {
    const key = this.#keyOf(frontendKey)
    if (key === undefined) return
    const known = this.#find(key, key)
    const place = known ?? this.#find(key, { low: 0, high: 0 })
    if (place === undefined) {
      Atomics.store(this.#words, key.at + OVERFLOW, 1)
      return
    }
    const value = BigInt(frontend.service) | (BigInt(frontend.flags) << 32n)
    Atomics.store(this.#longs, (key.at + FRONTENDS) / 2 + place, value)
    Atomics.store(this.#longs, (key.at + KEYS) / 2 + place, BigInt(key.low) | (BigInt(key.high) << 32n))
  }

  /** Its place must not be taken before a grace period is over. */
  delete(frontendKey: SockFrontendKey): void {
    const key = this.#keyOf(frontendKey)
    const place = key && this.#find(key, key)
    if (place !== undefined) Atomics.store(this.#longs, (key!.at + KEYS) / 2 + place, 0n)
  }

  /** Makes it what all frontends are: one that was killed may have written half, and a new table has none. */
  sync(frontends: Iterable<readonly [SockFrontendKey, SockFrontend]>): void {
    const all = [...frontends]
    const known = new Set(all.map(([key]) => this.#nameOf(this.#keyOf(key))))
    for (let at = 0; at < this.#words.length; at += WORDS)
      for (let place = 0; place < PLACES; place++) {
        const [low, high] = this.#keyAt(at, place)
        if (high !== 0 && !known.has(this.#nameOf({ low, high, at })))
          Atomics.store(this.#longs, (at + KEYS) / 2 + place, 0n)
      }
    for (const [key, frontend] of all) this.set(key, frontend)
  }

  #nameOf(key: Key | undefined): string {
    return key ? `${key.low} ${key.high} ${key.at}` : ''
  }

  #keyAt(at: number, place: number): readonly [low: number, high: number] {
    const word = at + KEYS + 2 * place
    return [this.#words[word]!, this.#words[word + 1]!]
  }

  #find({ at }: Key, { low, high }: Pick<Key, 'low' | 'high'>): number | undefined {
    for (let place = 0; place < PLACES; place++) {
      const [a, b] = this.#keyAt(at, place)
      if (a === low && b === high) return place
    }
    return undefined
  }

  /** `undefined`: of IPv6. */
  #keyOf({ address, port, protocol }: SockFrontendKey): Key | undefined {
    if (address[0] !== 0 || address[1] !== 0 || address[2] !== MAPPED) return undefined
    const low = swapped(address[3]!)
    const high = (((port & 0xff) << 8) | (port >>> 8) | (protocol << 16) | (1 << 24)) >>> 0
    const { lo } = this.#mixer.start(0, 0).word(low, high)
    return { low, high, at: ((lo & (this.#words.length / WORDS - 1)) >>> 0) * WORDS }
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }
}

function swapped(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
