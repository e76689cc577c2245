import { expect, test } from '@jest/globals'
import { membersOf } from './nexthop-attributes.ts'

const group = [
  { id: 1, weight: 3 },
  { id: 2, weight: 0x8f01 },
]

test('the high byte of a weight is read where the kernel says that it wrote it', () => {
  expect(membersOf({ group, operationFlags: 0x8000_0000 })).toEqual(group)
  expect(membersOf({ group: [{ id: 1, weight: 256 }] })).toEqual([{ id: 1, weight: 256 }])
  const left = [
    { id: 1, weight: 3 },
    { id: 2, weight: 1 },
  ]
  expect(membersOf({ group })).toEqual(left)
  expect(membersOf({ group, operationFlags: 1 })).toEqual(left)
  expect(membersOf({})).toBeUndefined()
})
