import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { anyDesired } from '../test/desired.ts'
import { checkFreeIsZero, checkHolds, checkOwnership } from '../test/invariants.ts'
import { sizes, testKey, tightSizes } from '../test/maps.ts'
import { applyUnderTraffic, type Dice, packetsFor } from '../test/traffic.ts'
import { checkOrder } from '../test/order.ts'
import type { TestPacket } from '../test/packet.ts'
import type { Actual } from './actual.ts'
import { memoryMaps } from './maps.ts'
import { plan } from './plan.ts'
import { readActual } from './read-actual.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Desired } from './service.ts'

const anyKey = fc.record({ key0: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), key1: fc.constant(testKey.key1) })

test('whatever comes and goes, all of it is somebody’s or free, and the maps hold what is desired', () => {
  fc.assert(
    fc.property(anyKey, fc.array(fc.tuple(anyDesired, fc.boolean()), { maxLength: 6 }), (key, states) => {
      let services = ServiceMaps.adopt(memoryMaps(sizes, key))
      for (const [desired, restarts] of states) {
        if (restarts) services = ServiceMaps.adopt(services.maps)
        expect(services.reconcile(desired).problems).toEqual([])
        checkOwnership(services.actual)
        checkFreeIsZero(services.actual)
        checkHolds(services.actual, desired)
      }
    }),
  )
})

test('no packet goes astray while services change', () => {
  fc.assert(
    fc.property(anyKey, fc.array(anyDesired, { minLength: 2, maxLength: 4 }), fc.gen(), (key, states, gen) => {
      const dice = (bound: number): number => gen(fc.nat, { max: bound - 1 })
      let actual = readActual(memoryMaps(tightSizes, key))
      states.forEach((desired, i) => {
        actual = settle(desired, actual, packetsFor(states.slice(Math.max(0, i - 1), i + 1), 5), dice)
      })
    }),
  )
})

test('killed between any two stores, the next run comes to the same end, and no packet goes astray', () => {
  fc.assert(
    fc.property(
      anyKey,
      fc.array(fc.tuple(anyDesired, fc.nat({ max: 2500 })), { minLength: 2, maxLength: 5 }),
      fc.gen(),
      (key, runs, gen) => {
        const dice = (bound: number): number => gen(fc.nat, { max: bound - 1 })
        const maps = memoryMaps(sizes, key)
        const states = runs.map(([desired]) => desired)
        const packets = packetsFor(states, 3)
        for (const [desired, killAt] of runs) {
          applyUnderTraffic(plan(desired, readActual(maps)), maps, packets, dice, killAt)
        }
        const last = states.at(-1)!
        checkOwnership(settle(last, readActual(maps), packets, dice))
      },
    ),
  )
})

/** Plans and applies, under traffic, until nothing more can be done. */
function settle(desired: Desired, actual: Actual, packets: readonly TestPacket[], dice: Dice): Actual {
  const next = plan(desired, actual)
  checkOrder(next.steps, actual.maps)
  applyUnderTraffic(next, actual.maps, packets, dice)
  if (next.planAgain) return settle(desired, next.after, packets, dice)
  if (next.problems.length === 0) checkHolds(next.after, desired)
  return next.after
}
