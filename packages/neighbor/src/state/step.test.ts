import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import type { NeighborState } from 'netlink-ts'
import { isUsable, step, unknownHop } from './step.ts'
import type { Fact, HopState } from './types.ts'

const [a, b] = ['02:00:00:00:00:01', '02:00:00:00:00:02']
const usable: NeighborState[] = ['reachable', 'stale', 'delay', 'probe', 'permanent']
const unusable: NeighborState[] = ['none', 'incomplete', 'failed']

const someFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.constant(undefined),
  fc.record({ state: fc.constantFrom(...usable), lladdr: fc.constantFrom(a, b), flags: fc.constant([]) }),
  fc.record({ state: fc.constantFrom(...unusable), flags: fc.constant([]) }),
)

const someStory = fc.array(fc.record({ fact: someFact, after: fc.nat(10_000) }), { minLength: 1, maxLength: 30 })

/** A next hop after each fact of a story, with the time and the fact. */
function told(story: readonly { fact: Fact; after: number }[]): { state: HopState; at: number; fact: Fact }[] {
  let at = 1_000_000
  let state = unknownHop(at)
  return story.map(({ fact, after }) => {
    at += after
    state = step(state, fact, at)
    return { state, at, fact }
  })
}

describe('whatever the kernel tells of a next hop', () => {
  test('it is usable exactly while packets are sent to it, at the address that was told last', () => {
    fc.assert(
      fc.property(someStory, (story) => {
        for (const { state, fact } of told(story)) {
          const isOn = fact !== undefined && isUsable(fact)
          expect(state.phase === 'usable').toBe(isOn)
          if (isOn) expect(state.mac).toBe(fact.lladdr)
        }
      }),
    )
  })

  test('it is so since the first moment that it was, and never since later than now', () => {
    fc.assert(
      fc.property(someStory, (story) => {
        const all = told(story)
        for (const [i, { state, at }] of all.entries()) {
          expect(state.since).toBeLessThanOrEqual(at)
          const before = all[i - 1]?.state
          if (before === undefined) continue
          const isNew = before.phase !== state.phase || before.moves !== state.moves
          expect(state.since).toBe(isNew ? at : before.since)
        }
      }),
    )
  })

  test('one that failed has failed until it answers or is gone, however often the kernel asks again', () => {
    fc.assert(
      fc.property(someStory, (story) => {
        const all = told(story)
        for (const [i, { state, fact }] of all.entries())
          if (all[i - 1]?.state.phase === 'failed' && fact !== undefined && !isUsable(fact))
            expect(state.phase).toBe('failed')
      }),
    )
  })

  test('being told the same again changes nothing', () => {
    fc.assert(
      fc.property(someStory, fc.nat(10_000), (story, later) => {
        const { state, fact, at } = told(story).at(-1)!
        expect(step(state, fact, at + later)).toEqual(state)
      }),
    )
  })

  test('counts only grow, by one at a time', () => {
    fc.assert(
      fc.property(someStory, (story) => {
        const all = told(story)
        for (const [i, { state }] of all.entries()) {
          const before = all[i - 1]?.state ?? unknownHop(0)
          for (const key of ['failures', 'moves'] as const) expect([0, 1]).toContain(state[key] - before[key])
        }
      }),
    )
  })
})

test('another address counts as a move, also after it was silent in between', () => {
  const at = (state: NeighborState, lladdr?: string): Fact => ({ state, flags: [], ...(lladdr ? { lladdr } : {}) })
  const story = [at('reachable', a), at('failed'), at('incomplete'), at('reachable', b)]
  const end = story.reduce<HopState>((state, fact, i) => step(state, fact, 100 * i), unknownHop(0))
  expect(end).toMatchObject({ phase: 'usable', mac: b, moves: 1, failures: 1, since: 300 })
})
