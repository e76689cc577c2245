import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { explainPassive } from './explain.ts'
import { type Accused, judge, nextReturn } from './judge.ts'
import { groundsOf, observe } from './observe.ts'
import { type PassivePolicy, passivePolicySchema } from './policy.ts'
import { type Observation, type PassiveState, unseen } from './state.ts'

const policyOf = (written: object = {}): PassivePolicy => passivePolicySchema.parse(written)
const seen = (answered: number, refused = 0, unanswered = 0): Observation => ({ answered, refused, unanswered })

/** The state after a look each second. */
function after(looks: readonly Observation[], policy: PassivePolicy): PassiveState {
  return looks.reduce((state, look, i) => observe(state, look, policy, i * 1000), unseen(0))
}

/** One backend among others that are fine, over time. */
class Lab {
  state = unseen(0)
  readonly policy: PassivePolicy
  readonly others: number

  constructor(written: object, others = 3) {
    this.policy = policyOf(written)
    this.others = others
  }

  at(seconds: number, look: Observation = seen(0)): this {
    const now = seconds * 1000
    const others = Array.from({ length: this.others }, (_, i) => ({ key: `o${i}`, state: unseen(0), isDown: false }))
    const me = { key: 'me', state: observe(this.state, look, this.policy, now), isDown: false }
    this.state = judge([me, ...others], this.policy, now).get('me')!
    return this
  }
}

describe('grounds', () => {
  test('as many failures in a row as configured, over any number of looks', () => {
    const policy = policyOf({ consecutiveFailures: 3 })
    expect(groundsOf(after([seen(0, 2)], policy), policy)).toBeUndefined()
    expect(groundsOf(after([seen(0, 2), seen(0), seen(0, 0, 1)], policy), policy)).toBe(
      '3 connections in a row failed (2 refused, 1 unanswered)',
    )
  })

  test('an answer ends the row', () => {
    const policy = policyOf({ consecutiveFailures: 3 })
    expect(groundsOf(after([seen(0, 2), seen(1, 9), seen(0, 2)], policy), policy)).toBeUndefined()
  })

  test('a share of failures counts from enough connections on, and only those of the window', () => {
    const policy = policyOf({ consecutiveFailures: 0, failurePercent: 50, minConnections: 10, windowSeconds: 3 })
    expect(groundsOf(after([seen(4, 5)], policy), policy)).toBeUndefined()
    expect(groundsOf(after([seen(5, 5)], policy), policy)).toBe('50 % of 10 connections in 3 s failed (5 refused)')
    expect(groundsOf(after([seen(0, 9), seen(1), seen(1), seen(9)], policy), policy)).toBeUndefined()
  })

  test('who fails nothing never has grounds', () => {
    const looks = fc.array(fc.nat(50).map((answered) => seen(answered)))
    fc.assert(
      fc.property(looks, (all) => {
        const policy = policyOf({ consecutiveFailures: 1, failurePercent: 1, minConnections: 1 })
        expect(groundsOf(after(all, policy), policy)).toBeUndefined()
      }),
    )
  })
})

describe('ejection', () => {
  test('ends by itself, and each next one lasts longer, up to the longest', () => {
    const lab = new Lab({ consecutiveFailures: 1, ejectionSeconds: 10, maxEjectionSeconds: 25 })
    const lengths: number[] = []
    for (let now = 0; lengths.length < 4; now += 1) {
      lab.at(now, seen(0, 1))
      const { ejection } = lab.state
      if (ejection?.at === now * 1000) lengths.push((ejection.until - ejection.at) / 1000)
    }
    expect(lengths).toEqual([10, 20, 25, 25])
  })

  test('time without one makes the next one shorter again', () => {
    const lab = new Lab({ consecutiveFailures: 1, ejectionSeconds: 10 })
    lab.at(0, seen(0, 1)).at(10).at(11, seen(0, 1)).at(31)
    expect(lab.state.times).toBe(2)
    expect(lab.at(41).state.times).toBe(1)
    expect(lab.at(100).state.times).toBe(0)
  })

  test('what comes late from before the ejection is not held against it after', () => {
    const lab = new Lab({ consecutiveFailures: 2, ejectionSeconds: 10 })
    lab.at(0, seen(0, 2)).at(1, seen(0, 50)).at(10)
    expect(lab.state.ejection).toBeUndefined()
    expect(lab.at(11, seen(0, 1)).state.ejection).toBeUndefined()
  })

  test('never are more out than may be, those that are down included, and never all', () => {
    const accused = fc.record({ failed: fc.boolean(), isDown: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(accused, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 100 }),
        (all, percent) => {
          const policy = policyOf({ consecutiveFailures: 1, maxEjectedPercent: percent })
          const state = (failed: boolean) => observe(unseen(0), seen(0, failed ? 1 : 0), policy, 0)
          const backends = all.map(({ failed, isDown }, i): Accused => ({ key: `${i}`, state: state(failed), isDown }))
          const states = judge(backends, policy, 0)
          const ejected = backends.filter(({ key }) => states.get(key)!.ejection)
          const out = backends.filter((one) => one.isDown || ejected.includes(one)).length
          const down = backends.filter(({ isDown }) => isDown).length
          if (out > down) expect(out * 100).toBeLessThanOrEqual(percent * backends.length)
          if (ejected.length > 0) expect(out).toBeLessThan(backends.length)
          for (const { key, state } of backends)
            if (groundsOf(state, policy) !== undefined)
              expect([states.get(key)!.ejection, states.get(key)!.spared].filter(Boolean)).toHaveLength(1)
        },
      ),
    )
  })

  test('the next return is the first of all', () => {
    expect(nextReturn([unseen(0)])).toBeUndefined()
    const ejection = (until: number) => ({ ...unseen(0), ejection: { at: 0, until, reason: '' } })
    expect(nextReturn([ejection(7), unseen(0), ejection(5)])).toBe(5)
  })
})

test('every state is told in words', () => {
  const clock = { now: () => 12_000, wall: () => 0 }
  const lab = new Lab({ consecutiveFailures: 2, ejectionSeconds: 30 })
  const text = (): string => explainPassive('10.1.0.11:8080', lab.state, lab.policy, clock)
  expect(text()).toBe('10.1.0.11:8080 is not ejected')
  expect((lab.at(1, seen(0, 1)), text())).toBe('10.1.0.11:8080 is not ejected; 1 of 2 connections in a row failed')
  expect((lab.at(2, seen(0, 1)), text())).toBe(
    '10.1.0.11:8080 is ejected for 20 s more, for the 1st time: 2 connections in a row failed (2 refused); gets no new connections',
  )
  const alone = new Lab({ consecutiveFailures: 2 }, 0).at(1, seen(0, 0, 2))
  expect(explainPassive('a', alone.state, alone.policy, clock)).toBe(
    'a is used, though 2 connections in a row failed (2 unanswered): more than maxEjectedPercent (50%) would be out',
  )
})

test('a policy that could never act is refused', () => {
  const issues = (written: object) =>
    passivePolicySchema.safeParse(written).error?.issues.map(({ path, message }) => [path.join('.'), message])
  expect(issues({ consecutiveFailures: 0 })?.[0]?.[1]).toMatch(/never ejects anybody/)
  expect(issues({ ejectionSeconds: 60, maxEjectionSeconds: 30 })).toEqual([
    ['maxEjectionSeconds', '30 is less than ejectionSeconds; write at least 60'],
  ])
  expect(issues({ consecutive: 3 })?.[0]?.[1]).toMatch(/consecutive is not a key of a passive health check/)
})
