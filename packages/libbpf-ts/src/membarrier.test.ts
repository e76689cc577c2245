import { expect, test } from '@jest/globals'
import { rcuGracePeriod } from './membarrier.ts'

test('a grace period ends', () => {
  expect(rcuGracePeriod()).toBeUndefined()
})
