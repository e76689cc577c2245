import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { halves, hashWords, Mixer } from './hash.ts'
import { KeyHasher, serviceKey } from './key.ts'
import { hashFlow } from './lookup.ts'
import { parseWords } from './address.ts'

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

test('fmix64 is the finaliser of MurmurHash3', () => {
  // From the reference implementation: fmix64(1), fmix64(0x0123456789abcdef).
  expect(hashWords(0n, [1n]).toString(16)).toBe('b456bcfc34c2cb2c')
  expect(hashWords(0n, [0n])).toBe(0n)
})

test('in halves and in bigint it is one hash', () => {
  fc.assert(
    fc.property(u64, fc.array(u64, { maxLength: 4 }), (seed, words) => {
      const start = halves(seed)
      const mixer = new Mixer().start(start.lo, start.hi)
      for (const word of words) mixer.word(halves(word).lo, halves(word).hi)
      expect(mixer.value()).toBe(hashWords(seed, words))
    }),
    { numRuns: 10 * (fc.readConfigureGlobal().numRuns ?? 100) },
  )
})

test('a v4 key is one word, a v6 key three', () => {
  const hashKey = { key0: 0x243f6a8885a308d3n, key1: 0n }
  const words = new Uint32Array(4)
  parseWords('10.0.0.1', words, 0)
  const v4 = hashWords(hashKey.key0, [0x01_06_5000_0100000an])
  expect(bucketsOf(2)).toEqual([Number(v4 & 0xffn), Number((v4 >> 32n) & 0xffn)])
  parseWords('2001:db8::1', words, 0)
  const v6 = hashWords(hashKey.key0, [0xb80d0120n, 0x01000000_00000000n, 0x01_06_5000n])
  expect(bucketsOf(10)).toEqual([Number(v6 & 0xffn), Number((v6 >> 32n) & 0xffn)])

  function bucketsOf(family: 2 | 10): [number, number] {
    const { first, second } = new KeyHasher(hashKey).buckets(serviceKey(family, words, 80, 6), 256)
    return [first, second]
  }
})

test('a flow’s hash takes the client, both ports and the protocol', () => {
  const key1 = 0x13198a2e03707344n
  const words = new Uint32Array(4)
  parseWords('198.51.100.7', words, 0)
  const { lo, hi } = hashFlow(key1, { family: 2, words, clientPort: 40000, port: 443, protocol: 17 })
  const expected = hashWords(key1 ^ 17n, [0xbb01_409c_076433c6n])
  expect((BigInt(hi) << 32n) | BigInt(lo)).toBe(expected)
})
