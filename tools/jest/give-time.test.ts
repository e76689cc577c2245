import type { Circus } from '@jest/types'
import { expect, test } from '@jest/globals'
import { giveTime } from './give-time.ts'

test('time-outs of tests and hooks, however deep, are so many times longer; the default stays what it is', () => {
  const inner = { type: 'describeBlock', hooks: [{ timeout: 5 }], children: [{ type: 'test', timeout: 7 }] }
  const block = { type: 'describeBlock', hooks: [{ timeout: undefined }], children: [inner, { type: 'test' }] }
  giveTime(block as unknown as Circus.DescribeBlock, 10)
  expect(inner).toEqual({ type: 'describeBlock', hooks: [{ timeout: 50 }], children: [{ type: 'test', timeout: 70 }] })
  expect(block).toMatchObject({ hooks: [{ timeout: undefined }], children: [inner, { type: 'test' }] })
})
