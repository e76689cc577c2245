import { expect, test } from '@jest/globals'
import { addressWords, firstPlace, PLACES } from './words.ts'

const address = (number: number): string =>
  `02:00:00:00:${[number >> 8, number & 0xff].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`
const WORD = 0x0e0d0c0b0a020005n
const told = (words: BigUint64Array): bigint[] => [...words].filter((word) => word !== 0n)

test('an address stands where the datapath looks first, above its device’s number; beside it, that the device is known', () => {
  const { words, left } = addressWords([{ device: 5, address: '02:0a:0b:0c:0d:0e' }])
  expect(left).toEqual([])
  expect(words[firstPlace(WORD)]).toBe(WORD)
  expect(words[firstPlace(5n)]).toBe(5n)
})

test('those that meet stand behind one another; none is lost while there is room', () => {
  const many = Array.from({ length: 300 }, (_, i) => ({ device: 2 + (i % 4), address: address(i) }))
  const { words, left } = addressWords(many)
  expect(left).toEqual([])
  expect(told(words)).toHaveLength(304)
  for (const [place, word] of words.entries())
    if (word !== 0n) expect((place - firstPlace(word) + PLACES) % PLACES).toBeLessThan(8)
})

test('a device with more than there is room for is not known, so each of its frames is for this host', () => {
  const many = Array.from({ length: 2000 }, (_, i) => ({ device: 7, address: address(i) }))
  const { words, left } = addressWords(many)
  expect(left).toEqual([7])
  expect(told(words)).not.toContain(7n)
})
