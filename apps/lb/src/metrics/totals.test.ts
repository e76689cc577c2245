import { expect, test } from '@jest/globals'
import { Totals } from './totals.ts'

const everything = () => true

function look(totals: Totals, parts: Readonly<Record<string, number>>): number {
  for (const [part, packets] of Object.entries(parts)) totals.grow(part, { packets, bytes: 0 }, ['all'])
  totals.settle(everything)
  return totals.get('all').packets
}

test('a sum grows by what its parts grow, from when it was first looked at', () => {
  const totals = new Totals()
  expect(look(totals, { a: 100, b: 50 })).toBe(0)
  expect(look(totals, { a: 110, b: 51 })).toBe(11)
})

test('a part that leaves takes nothing away, and one that comes is counted from 0', () => {
  const totals = new Totals()
  look(totals, { a: 100, b: 50 })
  expect(look(totals, { a: 101 })).toBe(1)
  expect(look(totals, { a: 101, b: 7 })).toBe(8)
})

test('a part that began anew counts what it has since', () => {
  const totals = new Totals()
  look(totals, { a: 100 })
  expect(look(totals, { a: 3 })).toBe(3)
})

test('sums that are no more are forgotten', () => {
  const totals = new Totals()
  look(totals, { a: 1 })
  look(totals, { a: 5 })
  totals.settle(() => false)
  expect(totals.get('all').packets).toBe(0)
})
