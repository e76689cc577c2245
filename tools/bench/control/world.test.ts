import { expect, test } from '@jest/globals'
import { World } from './world.ts'

const backendsOf = (world: World, service: number): number => world.desired.services[service]!.backends.length

test('a change takes one backend out of one service, and brings it back', () => {
  const world = new World(2, 10)
  world.toggle(1, 3)
  world.toggle(1, 4)
  expect([backendsOf(world, 0), backendsOf(world, 1)]).toEqual([10, 8])
  const gone = world.addressOf(1, 3)
  expect(world.desired.services[1]!.backends.map(({ address }) => address)).not.toContain(gone)
  world.toggle(1, 3)
  expect(backendsOf(world, 1)).toBe(9)
  expect(world.desired.services[1]!.backends.map(({ address }) => address)).toContain(gone)
})

test('backends of all services have addresses of their own', () => {
  const { desired } = new World(300, 10)
  expect(new Set(desired.services.flatMap(({ backends }) => backends.map(({ address }) => address))).size).toBe(3000)
})
