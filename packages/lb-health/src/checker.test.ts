import { expect, test } from '@jest/globals'
import { check } from '../test/run.ts'
import type { DesiredService } from './check/desired.ts'
import { HealthChecker } from './checker.ts'
import type { Clock } from './clock.ts'
import { decide } from './state/decide.ts'
import { explainHealth } from './explain.ts'
import type { Target } from './probe/probe.ts'
import type { Outcome } from './state/state.ts'

const address = '10.0.0.1'

function service(name: string, written: object, ports: readonly number[] = [80]): DesiredService {
  return { name, check: check(written), backends: ports.map((port) => ({ address, port, weight: 1 })) }
}

/** A checker whose probes answer when the test says so. */
function fake() {
  let now = 1_000_000
  const clock: Clock = { now: () => now, wall: () => Date.UTC(2030, 0, 1) + now - 1_000_000 }
  const open: { target: Target; done: (outcome: Outcome) => void; cancelled: boolean }[] = []
  const checker = new HealthChecker({
    clock,
    start: (_, target, done) => {
      const probe = { target, done, cancelled: false }
      open.push(probe)
      const gone = (): Outcome => ({ result: 'fail', reason: 'time is up' })
      return { cancel: () => (probe.cancelled = true), expire: gone }
    },
  })
  const run = (name: string, port: number, result: Outcome['result'], reason: string = result): void => {
    checker.checkNow(name, { address, port })
    open.pop()!.done({ result, reason })
  }
  return { checker, clock, open, run, pass: (ms: number) => (now += ms) }
}

test('identical checks of one target are made once, and each service judges by its own policy', () => {
  const { checker, run } = fake()
  using _ = checker
  checker.apply([
    service('a', { tcp: {}, fall: 1 }),
    service('b', { tcp: {}, fall: 2 }),
    service('c', { tcp: { port: 81 } }),
  ])
  expect(checker.stats().targets).toBe(2)
  run('a', 80, 'pass')
  run('b', 80, 'fail')
  expect(checker.records().map(({ state }) => state.status)).toEqual(['down', 'up', 'unknown'])
})

test('the check’s port is asked instead of the backend’s', () => {
  const { checker, open } = fake()
  using _ = checker
  checker.apply([service('a', { tcp: { port: 8081 } })])
  checker.checkNow('a', { address, port: 80 })
  expect(open[0]!.target).toMatchObject({ address, port: 8081 })
})

test('what is wanted anew keeps what is known, whatever else changes', () => {
  const { checker, run } = fake()
  using _ = checker
  checker.apply([service('a', { tcp: {} }, [80, 81])])
  run('a', 80, 'pass')
  const fresh = checker.apply([service('a', { http: {}, rise: 5 }, [80, 82])])
  expect(fresh.map(({ port, state }) => [port, state.initial])).toEqual([[82, 'down']])
  expect(checker.records().map(({ port, state }) => [port, state.status])).toEqual([
    [80, 'up'],
    [82, 'unknown'],
  ])
})

test('checks that are no longer wanted are cancelled, and their results come to nothing', () => {
  const { checker, open } = fake()
  using _ = checker
  checker.apply([service('a', { tcp: {} })])
  checker.checkNow('a', { address, port: 80 })
  checker.apply([service('b', { tcp: { port: 9 } })])
  expect(open[0]!.cancelled).toBe(true)
  open[0]!.done({ result: 'fail', reason: 'late' })
  expect(checker.records().map(({ service, state }) => [service, state.status])).toEqual([['b', 'unknown']])
})

test('another checker goes on with what this one knew', () => {
  const first = fake()
  using one = first.checker
  const wanted = [service('a', { tcp: {} })]
  one.apply(wanted)
  first.run('a', 80, 'pass')
  const second = fake()
  using two = second.checker
  two.apply(wanted, one.records())
  expect(two.records()).toEqual(one.records())
})

test('explains every turn of a backend in words', () => {
  const { checker, clock, run, pass } = fake()
  using _ = checker
  const web = service(
    'web',
    { tcp: {}, rise: 2, fall: 2, slowStartSeconds: 10, panicThreshold: 30, onFailure: 'reset' },
    [80, 81],
  )
  checker.apply([web])
  const told = (line: number): string => {
    const states = new Map(checker.records().map(({ port, state }) => [`${address}:${port}`, state]))
    return explainHealth(web, (key) => states.get(key), clock)[line]!
  }
  pass(1000)
  expect(told(1)).toBe(
    '10.0.0.1:80 has no result since 2030-01-01T00:00:00.000Z (1.0 s) and counts as up: it may be serving already; used',
  )
  run('web', 80, 'pass', 'connected')
  run('web', 81, 'pass', 'connected')
  pass(2000)
  run('web', 80, 'fail', 'connection refused')
  expect(told(1)).toBe(
    '10.0.0.1:80 is up since 2030-01-01T00:00:01.000Z (2.0 s); last check 0.0 s ago: connection refused; 1 of 2 failures in a row that take it down; used',
  )
  run('web', 80, 'fail', 'connection refused')
  expect(told(0)).toBe('web: 1 of 2 up; the check is believed (panicThreshold 30%)')
  expect(told(1)).toBe(
    '10.0.0.1:80 is down since 2030-01-01T00:00:03.000Z (0.0 s); last check 0.0 s ago: connection refused; 0 of 2 passes in a row that bring it up; gets no new connections, its connections are reset',
  )
  run('web', 81, 'fail')
  run('web', 81, 'fail')
  expect(told(0)).toBe('web: 0 of 2 up; below panicThreshold 30%, so the check is not believed: all are used')
  expect(told(2)).toContain('used, because too few are up')
  run('web', 81, 'pass', 'connected')
  run('web', 81, 'pass', 'connected')
  expect(told(2)).toContain('used with 10% of its weight (slow start)')
  run('web', 81, 'none', 'too many open files')
  expect(told(2)).toContain('too many open files; which says nothing about the backend and does not count')
  expect(decide(web, () => undefined, clock.now()).panic).toBe(false)
})
