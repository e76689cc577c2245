import { expect, test } from '@jest/globals'
import { quantile } from './quantile.ts'

test('quantiles from the least to the greatest value', () => {
  const values = [5, 1, 4, 2, 3]
  expect([quantile(values, 0), quantile(values, 0.5), quantile(values, 1)]).toEqual([1, 3, 5])
})
