import { expect, test } from '@jest/globals'
import { unknownHop } from '@skep/neighbor'
import { outOfReach } from './out-of-reach.ts'

const hop = (address: string) => ({ index: 2, address })
const failed = (address: string) => ({ ...unknownHop(0), phase: 'failed' as const, hop: hop(address) })
const [near, a, b] = ['10.1.0.11', '10.1.0.251', '10.1.0.252'].map(hop) as [
  ReturnType<typeof hop>,
  ...ReturnType<typeof hop>[],
]

test('a backend is out of reach where no route leads to it, or none of its next hops answers', () => {
  const ways = new Map([
    ['10.1.0.11', [near]],
    ['10.2.0.11', [a!, b!]],
  ])
  const unreachable = new Map([['10.9.0.1', 'no route to 10.9.0.1: ENETUNREACH']])
  const reached = (...silent: string[]) => [...outOfReach({ ways, unreachable }, silent.map(failed)).entries()]
  const lost = ['10.9.0.1', 'no route to 10.9.0.1: ENETUNREACH']
  expect(reached()).toEqual([lost])
  expect(reached('10.1.0.251')).toEqual([lost])
  expect(reached('10.1.0.11')).toEqual([lost, ['10.1.0.11', '10.1.0.11 does not answer']])
  expect(reached('10.1.0.251', '10.1.0.252')).toEqual([lost, ['10.2.0.11', '10.1.0.251, 10.1.0.252 does not answer']])
})

test('a backend that is reached, though not in the way that its service wants, is no business of this', () => {
  const ways = new Map([['10.1.0.11', [near]]])
  expect(outOfReach({ ways, unreachable: new Map([['10.1.0.11', 'behind the router']]) }, [])).toEqual(new Map())
})
