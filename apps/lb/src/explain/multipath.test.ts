import { expect, test } from '@jest/globals'
import { multipathNote } from './multipath.ts'

const hop = { weight: 1, flags: [] }
const two = [
  { ...hop, via: 'fe80::1' },
  { ...hop, via: 'fe80::2' },
]

test('only an IPv6 route with next hops of its own goes on with those that do not answer', () => {
  expect(multipathNote({ family: 'ipv6', nexthops: two })).toContain('nexthop group')
  expect(multipathNote({ family: 'ipv6', nexthops: two, nexthopId: 10 })).toBeNull()
  expect(multipathNote({ family: 'ipv6', nexthops: two.slice(1) })).toBeNull()
  expect(multipathNote({ family: 'ipv4', nexthops: two })).toBeNull()
})
