import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { carriedOut, someInput } from '../../test/world.ts'
import { hopKey } from '../hop/key.ts'
import { isMarked } from './mark.ts'
import { planKeep } from './plan.ts'
import type { KeepInput } from './types.ts'

const keys = (hops: Iterable<{ index: number; address: string }>): string[] => [...hops].map(hopKey)

/** The plan of the next round, when this one is carried out. */
function next(input: KeepInput): KeepInput {
  const { actions, kept } = planKeep(input)
  return { ...input, neighbors: carriedOut(input, actions), noted: kept, atStart: false }
}

describe('whatever a keeper finds', () => {
  test('after one round there is nothing more to do', () => {
    fc.assert(fc.property(someInput, (input) => expect(planKeep(next(input)).actions).toEqual([])))
  })

  test('all that is wanted and can be resolved is kept, or permanent by another’s will', () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const { neighbors } = next(input)
        const { foreign, own, idle } = planKeep(input)
        for (const hop of input.wanted) {
          if (keys([...own, ...idle]).includes(hopKey(hop))) continue
          const entry = neighbors.get(hopKey(hop))
          const flag = input.mode === 'managed' ? 'managed' : 'extern_learn'
          if (keys(foreign).includes(hopKey(hop))) expect(entry).toBe(input.neighbors.get(hopKey(hop)))
          else expect([entry?.flags.includes(flag), entry?.state === 'permanent']).toEqual([true, false])
        }
      }),
    )
  })

  test('an own address is never a neighbour of ours', () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const { actions, kept } = planKeep(input)
        expect(kept.filter(({ address }) => input.own.has(address))).toEqual([])
        const made = actions.filter((action) => action.do !== 'remove')
        expect(made.filter(({ hop }) => input.own.has(hop.address))).toEqual([])
        const left = [...carriedOut(input, actions).values()].filter((entry) => input.own.has(entry.address))
        expect(left.filter(isMarked)).toEqual([])
      }),
    )
  })

  test('what an earlier run left goes, unless it is wanted or another’s; what nobody of ours made stays', () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const after = carriedOut(input, planKeep(input).actions)
        const wanted = new Set(keys(input.wanted))
        for (const [key, entry] of input.neighbors) {
          const isOurs = isMarked(entry) || (keys(input.noted).includes(key) && entry.state !== 'permanent')
          if (!isOurs && !keys(input.noted).includes(key) && !wanted.has(key)) expect(after.get(key)).toBe(entry)
          if (isOurs && !wanted.has(key) && !input.others.has(key)) expect(after.has(key)).toBe(false)
        }
      }),
    )
  })

  test('a permanent entry keeps its address on the way to a dynamic one', () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const { actions } = planKeep(input)
        for (const [i, action] of actions.entries()) {
          if (action.do !== 'keep' || input.neighbors.get(hopKey(action.hop))?.state !== 'permanent') continue
          expect(actions[i - 1]).toMatchObject({ do: 'convert', hop: action.hop })
        }
      }),
    )
  })

  test('which next hops are wanted first makes no difference', () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const reversed = planKeep({ ...input, wanted: input.wanted.toReversed() })
        expect(new Set(keys(reversed.kept))).toEqual(new Set(keys(planKeep(input).kept)))
        expect(reversed.actions).toHaveLength(planKeep(input).actions.length)
      }),
    )
  })
})

test('a link-local address of ours on one link may be a router’s on another', () => {
  const base = { neighbors: new Map(), noted: [], others: new Set<string>(), mode: 'managed' } as const
  const input: KeepInput = {
    ...base,
    wanted: [
      { index: 2, address: 'fe80::1' },
      { index: 3, address: 'fe80::1' },
    ],
    own: new Set(['2 fe80::1']),
    devices: new Set([2, 3]),
    permanent: 'keep',
    atStart: true,
  }
  expect(planKeep(input)).toMatchObject({ kept: [{ index: 3 }], own: [{ index: 2 }] })
})
