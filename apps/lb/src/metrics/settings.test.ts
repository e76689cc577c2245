import { expect, test } from '@jest/globals'
import { metricsSchema, parseListen } from './settings.ts'

test('addresses to listen on', () => {
  expect(parseListen('127.0.0.1:9090')).toEqual({ host: '127.0.0.1', port: 9090 })
  expect(parseListen('[::1]:9090')).toEqual({ host: '::1', port: 9090 })
})

test.each([
  '9090',
  ':9090',
  'localhost:9090',
  '127.0.0.1',
  '127.0.0.1:0',
  '127.0.0.1:65536',
  '::1:9090',
  '[127.0.0.1]:1',
])('%s is refused with a right one', (text) => {
  const problem = 'is not an address and port; write one like 127.0.0.1:9090 or "[::1]:9090"'
  expect(metricsSchema.safeParse({ listen: text }).error?.issues[0]?.message).toBe(`"${text}" ${problem}`)
})

test('defaults and limits of the budget', () => {
  expect(metricsSchema.parse({})).toEqual({ seriesBudget: 10_000 })
  expect(metricsSchema.safeParse({ seriesBudget: 10 }).error?.issues[0]?.message).toBe(
    '10 is not a number of series; write a whole number from 500 to 1000000',
  )
})
