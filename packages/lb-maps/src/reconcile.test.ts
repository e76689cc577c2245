import { expect, test } from '@jest/globals'
import { someServices } from '../test/contract.ts'
import { checkHolds, checkOwnership } from '../test/invariants.ts'
import { sizes, testKey } from '../test/maps.ts'
import { memoryMaps } from './maps.ts'
import { ServiceMaps } from './reconcile.ts'

test('tells what changed, and nothing when nothing did', () => {
  const services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
  expect(services.reconcile(someServices(5)).changes.map(({ kind }) => kind)).toEqual(Array(5).fill('add'))
  expect(services.reconcile(someServices(5))).toEqual({ changes: [], problems: [] })
})

test('input that is wrong changes nothing', () => {
  const services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
  services.reconcile(someServices(5))
  const { actual } = services
  const wrong = { services: [{ name: 'x', frontends: [], backends: [] }], sources: new Map() }
  expect(() => services.reconcile(wrong)).toThrow('services[0].frontends')
  expect(services.actual).toBe(actual)
})

test('when a write fails half-way, the next reconcile finishes what was begun', () => {
  let failing = false
  const hooks = {
    resetCounters: () => {
      if (failing) throw new Error('no such map')
    },
  }
  const maps = memoryMaps(sizes, testKey, hooks)
  ServiceMaps.adopt(maps).reconcile(someServices(2))
  const services = ServiceMaps.adopt(maps)
  failing = true
  expect(() => services.reconcile(someServices(20))).toThrow('no such map')
  failing = false
  services.reconcile(someServices(20))
  checkOwnership(services.actual)
  checkHolds(services.actual, someServices(20))
})

test('counters are reset where something may have been counted', () => {
  const reset: number[] = []
  const hooks = { resetCounters: (ids: Uint32Array) => void reset.push(...ids) }
  const maps = memoryMaps(sizes, testKey, hooks)
  const services = ServiceMaps.adopt(maps)
  services.reconcile(someServices(5))
  expect(reset).toEqual([])
  services.reconcile(someServices(0))
  services.reconcile(someServices(1))
  expect(reset).toEqual([])
  const again = ServiceMaps.adopt(maps)
  again.reconcile(someServices(3))
  expect(reset).toHaveLength(4 * (3 - 1))
})

test('what a killed run left is there to be seen, and gone after the next reconcile', () => {
  const maps = memoryMaps(sizes, testKey)
  ServiceMaps.adopt(maps).reconcile(someServices(5))
  maps.members.words.set([1, 0, 0, 0, 0x01021f90, 1, 3, 0], 100 * 8)
  const services = ServiceMaps.adopt(maps)
  expect(services.needsRepair).toBe(true)
  expect(services.actual.leftovers.members).toEqual([100])
  services.reconcile(someServices(5))
  expect(services.needsRepair).toBe(false)
  expect(ServiceMaps.adopt(maps).needsRepair).toBe(false)
})
