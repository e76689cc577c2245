import { expect, test } from '@jest/globals'
import { isOlder, whyNoGo } from './go.ts'

test('versions of Go are compared by their numbers', () => {
  expect(isOlder('1.9.2', '1.26.0')).toBe(true)
  expect(isOlder('1.26.8', '1.26.0')).toBe(false)
  expect(isOlder('1.26rc1', '1.26.0')).toBe(false)
  expect(isOlder('2.0', '1.26.0')).toBe(false)
})

test('no Go is new enough for everything', () => {
  expect(whyNoGo('99.1')).toMatch(/99\.1 or newer is needed/)
})
