import { expect, test } from '@jest/globals'
import { addressWords, PLACES } from './words.ts'

const address = (last: number): string => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`

test('an address stands where the datapath looks first, above its device’s number; beside it, that the device is known', () => {
  const { words, left } = addressWords([{ device: 5, address: '02:0a:0b:0c:0d:0e' }])
  expect(left).toEqual([])
  expect(words[(5 ^ 0x0e) % PLACES]).toBe(0x0e0d0c0b0a020005n)
  expect(words[5]).toBe(5n)
})

test('those that meet stand behind one another, eight at most; a device with more is not told of at all', () => {
  const same = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ device: 5, address: `02:00:00:00:0${i}:00` }))
  const told = ({ words }: { readonly words: BigUint64Array }) => words.filter((word) => word !== 0n).length
  expect(told(addressWords(same(7)))).toBe(8)
  expect(addressWords(same(8))).toMatchObject({ left: [5] })
  expect(told(addressWords([...same(8), { device: 700, address: address(1) }]))).toBe(2)
})
