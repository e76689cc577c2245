import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { someHop } from '../../test/world.ts'
import { countHops } from './count.ts'
import { hopKey } from './key.ts'

test('each next hop is there once, with as many users as destinations lead by it', () => {
  fc.assert(
    fc.property(fc.array(fc.array(someHop, { maxLength: 4 }), { maxLength: 12 }), (ways) => {
      const counted = countHops(ways)
      expect(new Set(counted.map(hopKey)).size).toBe(counted.length)
      expect(new Set(counted.map(hopKey))).toEqual(new Set(ways.flat().map(hopKey)))
      for (const hop of counted)
        expect(hop.users).toBe(ways.filter((way) => way.some((one) => hopKey(one) === hopKey(hop))).length)
    }),
  )
})

test('a router stays as long as one destination is left that needs it', () => {
  const router = { index: 2, address: '10.0.0.254' }
  const ways = [[router], [router], [{ index: 2, address: '10.0.0.7' }]]
  const users = (some: typeof ways): number | undefined =>
    countHops(some).find(({ address }) => address === router.address)?.users
  expect([users(ways), users(ways.slice(1)), users(ways.slice(2))]).toEqual([2, 1, undefined])
})
