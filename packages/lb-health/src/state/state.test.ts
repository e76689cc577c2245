import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { check } from '../../test/run.ts'
import type { DesiredService } from '../check/desired.ts'
import { advance, tells } from './advance.ts'
import { decide } from './decide.ts'
import { ramp, rampSteps } from './slow-start.ts'
import { type BackendState, type LastResult, unknownState } from './state.ts'

const results = fc.array(fc.constantFrom('pass' as const, 'fail' as const, 'none' as const), { maxLength: 60 })
const thresholds = fc.record({ rise: fc.integer({ min: 1, max: 5 }), fall: fc.integer({ min: 1, max: 5 }) })
const result = (what: LastResult['result'], at = 0): LastResult => ({ result: what, reason: what, at, tookMs: 1 })

/** The state after each result, one result a second. */
function after(sequence: readonly LastResult['result'][], policy: Parameters<typeof advance>[2], first: BackendState) {
  const states = [first]
  for (const [i, what] of sequence.entries()) states.push(advance(states.at(-1)!, result(what, (i + 1) * 1000), policy))
  return states
}

/** The rule in other words: what the last `fall` or `rise` results that count say, all of them together. */
function model(sequence: readonly LastResult['result'][], rise: number, fall: number): BackendState['status'] {
  const counted = sequence.filter((what) => what !== 'none')
  let status: BackendState['status'] = 'unknown'
  let since = 0
  for (const [i, what] of counted.entries()) {
    const run = (n: number, of: string): boolean => {
      const last = counted.slice(Math.max(since, i + 1 - n), i + 1)
      return last.length === n && last.every((one) => one === of)
    }
    const next: BackendState['status'] =
      status === 'unknown'
        ? what === 'pass'
          ? 'up'
          : 'down'
        : status === 'up' && run(fall, 'fail')
          ? 'down'
          : status === 'down' && run(rise, 'pass')
            ? 'up'
            : status
    if (next !== status) since = i + 1
    status = next
  }
  return status
}

describe('rise and fall', () => {
  test('any sequence of results gives what the model says', () => {
    fc.assert(
      fc.property(results, thresholds, (sequence, { rise, fall }) => {
        const states = after(sequence, { rise, fall, slowStartSeconds: 0 }, unknownState('up', 0))
        expect(states.at(-1)!.status).toBe(model(sequence, rise, fall))
      }),
    )
  })

  test('the status lasts since the result that changed it, and never more speaks against it than may', () => {
    fc.assert(
      fc.property(results, thresholds, (sequence, { rise, fall }) => {
        const states = after(sequence, { rise, fall, slowStartSeconds: 0 }, unknownState('up', 0))
        for (const [i, state] of states.entries()) {
          const before = states[i - 1]
          if (before && before.status !== state.status) expect(state.since).toBe(i * 1000)
          else if (before) expect(state.since).toBe(before.since)
          expect(state.against).toBeLessThan(Math.max(1, state.status === 'up' ? fall : rise))
        }
      }),
    )
  })

  test('the first result decides alone, whatever the thresholds', () => {
    const policy = { rise: 9, fall: 9, slowStartSeconds: 0 }
    expect(advance(unknownState('down', 0), result('pass'), policy).status).toBe('up')
    expect(advance(unknownState('up', 0), result('fail'), policy).status).toBe('down')
  })

  test('a check that could not be made changes nothing but what was last heard', () => {
    const before = advance(unknownState('up', 0), result('pass', 5), { rise: 1, fall: 1, slowStartSeconds: 0 })
    const none = advance(before, result('none', 9), { rise: 1, fall: 1, slowStartSeconds: 0 })
    expect({ ...none, last: before.last }).toEqual(before)
  })

  test('another time of the same result is nothing to tell, another reason is', () => {
    const policy = { rise: 2, fall: 3, slowStartSeconds: 0 }
    const up = advance(unknownState('up', 0), result('pass', 5), policy)
    expect(tells(up, advance(up, result('pass', 9), policy))).toBe(false)
    expect(tells(up, advance(up, { ...result('pass', 9), reason: 'other' }, policy))).toBe(true)
    expect(tells(up, advance(up, result('fail', 9), policy))).toBe(true)
  })
})

describe('slow start', () => {
  test('the share never shrinks, begins above nothing, and is whole at the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.array(fc.nat(700_000)), (seconds, times) => {
        const state: BackendState = { ...unknownState('up', 0), status: 'up', rampFrom: 0 }
        const shares = times.sort((a, b) => a - b).map((now) => ramp(state, seconds, now).share)
        expect(shares).toEqual(shares.toSorted((a, b) => a - b))
        expect(ramp(state, seconds, 0).share).toBe(1 / rampSteps)
        expect(ramp(state, seconds, seconds * 1000)).toEqual({ share: 1 })
      }),
    )
  })

  test('whoever looks at each announced time sees every step, and ends', () => {
    const state: BackendState = { ...unknownState('up', 0), status: 'up', rampFrom: 500 }
    const shares: number[] = []
    for (let now: number | undefined = 500; now !== undefined;) {
      const step = ramp(state, 3, now)
      shares.push(step.share)
      now = step.nextChangeAt
    }
    expect(shares).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
  })

  test('only who was down, or joined later, warms up', () => {
    const policy = { rise: 1, fall: 1, slowStartSeconds: 10 }
    const began = advance(unknownState('up', 0), result('pass', 7), policy)
    expect(began.rampFrom).toBeUndefined()
    expect(advance(unknownState('down', 0), result('pass', 7), policy).rampFrom).toBe(7)
    const failed = advance(began, result('fail', 8), policy)
    expect(advance(failed, result('pass', 9), policy).rampFrom).toBe(9)
  })
})

function service(policy: object, weights: readonly number[]): DesiredService {
  const backends = weights.map((weight, i) => ({ address: `10.0.0.${i + 1}`, port: 80, weight }))
  return { name: 'web', check: check({ tcp: {}, ...policy }), backends }
}

const inState = (status: BackendState['status']): BackendState => ({ ...unknownState('up', 0), status })

describe('decisions', () => {
  test('below the threshold nobody is believed, at it everybody is', () => {
    const all = service({ panicThreshold: 50, onFailure: 'reset' }, [1, 1, 1, 1])
    const up = (n: number) => (key: string) => inState(Number(key.split(/[.:]/)[3]) <= n ? 'up' : 'down')
    const believed = decide(all, up(2), 0)
    expect(believed).toMatchObject({ panic: false, up: 2, counted: 4 })
    expect(believed.backends.map(({ usable }) => usable)).toEqual([true, true, false, false])
    expect(believed.backends.map(({ connections }) => connections)).toEqual(['keep', 'keep', 'reset', 'reset'])
    const panic = decide(all, up(1), 0)
    expect(panic.panic).toBe(true)
    expect(
      panic.backends.every(({ usable, share, connections }) => usable && share === 1 && connections === 'keep'),
    ).toBe(true)
  })

  test('threshold 0: the check is believed even when it leaves nobody', () => {
    const none = decide(service({ panicThreshold: 0 }, [1, 1]), () => inState('down'), 0)
    expect(none.backends.map(({ usable, share }) => [usable, share])).toEqual([
      [false, 0],
      [false, 0],
    ])
  })

  test('who is in maintenance is not counted', () => {
    const states = (key: string): BackendState => inState(key === '10.0.0.1:80' ? 'up' : 'down')
    expect(decide(service({}, [1, 0, 0]), states, 0)).toMatchObject({ panic: false, up: 1, counted: 1 })
  })

  test('those a service starts with are used until a result says no; who joins later is not until one says yes', () => {
    const two = service({ panicThreshold: 0 }, [1, 1])
    expect(decide(two, () => undefined, 0).backends.map(({ usable }) => usable)).toEqual([true, true])
    const oneKnown = (key: string) => (key === '10.0.0.1:80' ? inState('up') : undefined)
    expect(decide(two, oneKnown, 0).backends.map(({ usable }) => usable)).toEqual([true, false])
  })

  test('a slow start shows in the share, and says when to look again', () => {
    const ramping: BackendState = { ...inState('up'), rampFrom: 1000 }
    const states = (key: string): BackendState => (key === '10.0.0.1:80' ? inState('up') : ramping)
    const health = decide(service({ slowStartSeconds: 10 }, [1, 1]), states, 3500)
    expect(health.backends.map(({ share }) => share)).toEqual([1, 0.3])
    expect(health.nextChangeAt).toBe(4000)
  })

  test('for any states: panic exactly below the threshold, no share without use, no reset of who is not down', () => {
    const backends = fc.array(fc.tuple(fc.constantFrom('up', 'down', 'unknown'), fc.integer({ min: 0, max: 2 })), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(backends, fc.integer({ min: 0, max: 100 }), (all, panicThreshold) => {
        const wanted = service(
          { panicThreshold, onFailure: 'reset' },
          all.map(([, weight]) => weight),
        )
        const states = new Map(wanted.backends.map((b, i) => [`${b.address}:80`, inState(all[i]![0] as 'up')]))
        const health = decide(wanted, (key) => states.get(key), 0)
        expect(health.panic).toBe(health.counted > 0 && (health.up / health.counted) * 100 < panicThreshold)
        for (const backend of health.backends) {
          expect(backend.share > 0).toBe(backend.usable)
          expect(backend.usable).toBe(health.panic || backend.status !== 'down')
          expect(backend.connections === 'reset').toBe(backend.status === 'down' && !health.panic)
        }
      }),
    )
  })
})
