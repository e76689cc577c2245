import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { someServices } from '../test/contract.ts'
import { anyDesired } from '../test/desired.ts'
import { checkFreeIsZero, checkHolds, checkOwnership } from '../test/invariants.ts'
import { sizes, testKey } from '../test/maps.ts'
import { applyUnderTraffic, packetsFor } from '../test/traffic.ts'
import { systemClock } from './clock.ts'
import { type LbMaps, memoryMaps } from './maps.ts'
import { plan } from './plan.ts'
import { readActual } from './read-actual.ts'
import { ServiceMaps } from './reconcile.ts'

const later = { release: 'later' } as const

/** Maps that count the waits for packets under way. */
function countingMaps(): LbMaps & { readonly waits: () => number } {
  let waits = 0
  const maps = memoryMaps(sizes, testKey, { gracePeriod: () => void waits++ })
  return { ...maps, waits: () => waits }
}

describe('members that are released later', () => {
  test('come and go without a wait, until time passes', () => {
    const maps = countingMaps()
    const services = ServiceMaps.adopt(maps)
    services.reconcile(someServices(10), later)
    const before = maps.waits()
    for (const count of [9, 8, 10, 7]) services.reconcile(someServices(count), later)
    expect(maps.waits()).toBe(before)
    expect(services.isSettled).toBe(false)
    expect(services.tick()).toBe(true)
    expect(services.isSettled).toBe(true)
    expect(maps.waits()).toBeGreaterThan(before)
    checkOwnership(services.actual)
    checkFreeIsZero(services.actual)
    checkHolds(services.actual, someServices(7))
  })

  test('are told as gone once, and as new when they come back', () => {
    const services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
    const members = (count: number): unknown => services.reconcile(someServices(count), later).changes[0]?.members
    expect(members(10)).toEqual({ added: 10, removed: 0, kept: 0 })
    expect(members(9)).toEqual({ added: 0, removed: 1, kept: 9 })
    expect(members(8)).toEqual({ added: 0, removed: 1, kept: 8 })
    expect(members(9)).toEqual({ added: 1, removed: 0, kept: 8 })
  })

  test('make room at once when there is none', () => {
    const services = ServiceMaps.adopt(memoryMaps({ ...sizes, members: 41 }, testKey))
    const other = someServices(10).services.map((one) => ({
      ...one,
      backends: one.backends.map((backend, i) => (i < 5 ? backend : { ...backend, port: 9090 })),
    }))
    const states = [someServices(10), someServices(5), { ...someServices(10), services: other }]
    for (const desired of states) {
      expect(services.reconcile(desired, later).problems).toEqual([])
    }
    checkHolds(services.actual, states[2]!)
  })

  test('leave nothing behind, whatever comes and goes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyDesired, fc.constantFrom('tick', 'restart', 'none')), { maxLength: 8 }),
        (states) => {
          let services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
          for (const [desired, then] of states) {
            expect(services.reconcile(desired, later).problems).toEqual([])
            checkOwnership(services.actual)
            if (then === 'restart') services = ServiceMaps.adopt(services.maps)
            if (then !== 'tick') continue
            services.tick()
            checkFreeIsZero(services.actual)
            checkHolds(services.actual, desired)
          }
        },
      ),
    )
  })

  test('no packet goes astray, killed between any two stores or not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyDesired, fc.nat({ max: 2500 })), { minLength: 2, maxLength: 5 }),
        fc.gen(),
        (runs, gen) => {
          const dice = (bound: number): number => gen(fc.nat, { max: bound - 1 })
          const maps = memoryMaps(sizes, testKey)
          const packets = packetsFor(
            runs.map(([desired]) => desired),
            3,
          )
          for (const [desired, killAt] of runs) {
            applyUnderTraffic(plan(desired, readActual(maps), systemClock(), true), maps, packets, dice, killAt)
          }
          const services = ServiceMaps.adopt(maps)
          services.reconcile(runs.at(-1)![0], later)
          services.tick()
          checkOwnership(services.actual)
          checkHolds(services.actual, runs.at(-1)![0])
        },
      ),
    )
  })
})
