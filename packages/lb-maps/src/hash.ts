const C1_LO = 0xed558ccd | 0
const C1_HI = 0xff51afd7 | 0
const C2_LO = 0x1a85ec53 | 0
const C2_HI = 0xc4ceb9fe | 0

/** The two 64-bit seeds of the datapath's hashes: `key0` for the service table, `key1` for rings. The same on every node. */
export interface HashKey {
  readonly key0: bigint
  readonly key1: bigint
}

/**
 * The keyed 64-bit mix of bpf/lib/hash.h in 32-bit halves, without bigint: start from a seed, take word after word.
 * `lo` and `hi` are signed halves of the hash so far.
 */
export class Mixer {
  lo = 0
  hi = 0

  start(seedLo: number, seedHi: number): this {
    this.lo = seedLo | 0
    this.hi = seedHi | 0
    return this
  }

  /** h = fmix64(h ^ word), word given as its halves. */
  word(wordLo: number, wordHi: number): this {
    let lo = this.lo ^ wordLo
    let hi = this.hi ^ wordHi
    lo ^= hi >>> 1
    hi = (mulHigh(lo, C1_LO) + Math.imul(lo, C1_HI) + Math.imul(hi, C1_LO)) | 0
    lo = Math.imul(lo, C1_LO)
    lo ^= hi >>> 1
    hi = (mulHigh(lo, C2_LO) + Math.imul(lo, C2_HI) + Math.imul(hi, C2_LO)) | 0
    lo = Math.imul(lo, C2_LO)
    this.lo = lo ^ (hi >>> 1)
    this.hi = hi
    return this
  }

  /** The hash so far as one number; for reading, not for speed. */
  value(): bigint {
    return (BigInt(this.hi >>> 0) << 32n) | BigInt(this.lo >>> 0)
  }
}

/** The high 32 bits of a product of two unsigned 32-bit numbers. */
function mulHigh(a: number, b: number): number {
  const aLo = a & 0xffff
  const aHi = a >>> 16
  const bLo = b & 0xffff
  const bHi = b >>> 16
  const low = Math.imul(aLo, bLo) >>> 16
  const one = Math.imul(aHi, bLo)
  const two = Math.imul(aLo, bHi)
  const middle = low + (one & 0xffff) + (two & 0xffff)
  return (Math.imul(aHi, bHi) + (one >>> 16) + (two >>> 16) + (middle >>> 16)) | 0
}

/** Signed 32-bit halves of a 64-bit seed. */
export function halves(seed: bigint): { lo: number; hi: number } {
  return { lo: Number(BigInt.asIntN(32, seed)), hi: Number(BigInt.asIntN(32, seed >> 32n)) }
}

/** The same mix in bigint: the definition, one line a step. */
export function hashWords(seed: bigint, words: readonly bigint[]): bigint {
  return words.reduce((hash, word) => fmix64(hash ^ BigInt.asUintN(64, word)), BigInt.asUintN(64, seed))
}

function fmix64(x: bigint): bigint {
  x ^= x >> 33n
  x = BigInt.asUintN(64, x * 0xff51afd7ed558ccdn)
  x ^= x >> 33n
  x = BigInt.asUintN(64, x * 0xc4ceb9fe1a85ec53n)
  return x ^ (x >> 33n)
}
