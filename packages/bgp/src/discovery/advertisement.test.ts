import { expect, test } from '@jest/globals'
import { encodeAdvertisement, encodeSolicitation, readArrival } from './advertisement.ts'

const mac = [1, 1, 2, 0, 0, 0, 0, 1]
const from = 'fe80::1'
const hops = 255

test('what we say is read by our like, and makes us nobody’s default router', () => {
  expect(readArrival({ bytes: encodeAdvertisement(), from, hops })).toBe('advertisement')
  expect(readArrival({ bytes: encodeSolicitation(), from, hops })).toBe('solicitation')
  const [high, low] = encodeAdvertisement().subarray(6, 8)
  expect([high, low]).toEqual([0, 0])
})

test.each([
  ['with an option', { bytes: Uint8Array.of(...encodeAdvertisement(), ...mac), from, hops }, 'advertisement'],
  ['passed on by a router', { bytes: encodeAdvertisement(), from, hops: 254 }, undefined],
  ['from a global address', { bytes: encodeAdvertisement(), from: '2001:db8::1', hops }, undefined],
  ['cut off', { bytes: encodeAdvertisement().subarray(0, 12), from, hops }, undefined],
  ['an option of no length', { bytes: Uint8Array.of(...encodeAdvertisement(), 1, 0), from, hops }, undefined],
  ['an option past the end', { bytes: Uint8Array.of(...encodeAdvertisement(), 1, 2, 0, 0), from, hops }, undefined],
  ['a neighbour solicitation', { bytes: Uint8Array.of(135, ...Array<number>(23).fill(0)), from, hops }, undefined],
])('%s', (_what, arrival, wanted) => {
  expect(readArrival(arrival)).toBe(wanted)
})
