import { expect, test } from '@jest/globals'
import { defaultSettings } from '../model/defaults.ts'
import { wantedSizes } from '../datapath/settings.ts'
import { tableNotes } from './plan.ts'
import { planSizes } from './sizes.ts'

const installed = (others = {}) => ({ sizes: { ...wantedSizes(defaultSettings), ...others }, program: undefined })

test('tables grow, and never shrink; what is not there yet is made', () => {
  expect(planSizes({ a: 2, b: 2, c: 2, d: 2 }, { a: 1, b: 2, c: 3 })).toEqual({
    sizes: { a: 2, b: 2, c: 3, d: 2 },
    grown: ['a'],
    kept: ['c'],
  })
})

test('nothing is said where nothing differs, nor at a first start', () => {
  expect(tableNotes(defaultSettings, installed())).toEqual([])
  expect(tableNotes(defaultSettings, undefined)).toEqual([])
})

test('a release with a larger table of its own grows it; an older one keeps it', () => {
  expect(tableNotes(defaultSettings, installed({ verdictCounters: 39 }))).toEqual([
    'tables grow, with what is in them, while traffic goes on: verdictCounters',
  ])
  expect(tableNotes(defaultSettings, installed({ verdictCounters: 128 }))).toEqual([])
})

test('less capacity than what is loaded is said, with the way to it', () => {
  const less = { ...defaultSettings, capacity: { ...defaultSettings.capacity, connections: 4096 } }
  expect(tableNotes(less, installed()).join()).toMatch(
    /^spec\.capacity\.connections: 4096 is less than what is loaded .* skep-lb uninstall, and a new start$/,
  )
})
