import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import { wantedSizes } from '../datapath/settings.ts'
import { tableNotes } from './plan.ts'
import { planSizes } from './sizes.ts'

const config = (more = '') =>
  parseConfig('', `apiVersion: skep.dev/v1\nkind: LoadBalancer\nspec: { devices: [eth0], services: [], ${more} }\n`)
const installed = (more = '', others = {}) => ({
  sizes: { ...wantedSizes(config(more)), ...others },
  program: undefined,
})

test('tables grow, and never shrink; what is not there yet is made', () => {
  expect(planSizes({ a: 2, b: 2, c: 2, d: 2 }, { a: 1, b: 2, c: 3 })).toEqual({
    sizes: { a: 2, b: 2, c: 3, d: 2 },
    grown: ['a'],
    kept: ['c'],
  })
})

test('nothing is said where nothing differs, nor at a first start', () => {
  expect(tableNotes(config(), installed())).toEqual([])
  expect(tableNotes(config(), undefined)).toEqual([])
})

test('a release with a larger table of its own grows it; an older one keeps it', () => {
  expect(tableNotes(config(), installed('', { verdictCounters: 39 }))).toEqual([
    'tables grow, with what is in them, while traffic goes on: verdictCounters',
  ])
  expect(tableNotes(config(), installed('', { verdictCounters: 128 }))).toEqual([])
})

test('less capacity than what is loaded is said, with the way to it', () => {
  expect(tableNotes(config('capacity: { connections: 4096 }'), installed()).join()).toMatch(
    /^spec\.capacity\.connections: 4096 is less than what is loaded .* skep-lb uninstall, and a new start$/,
  )
})
