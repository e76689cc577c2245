import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { FakeObjects } from '../../test/fake-objects.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { until } from '../../test/until.ts'
import { ApiClient, Election, type ElectionOptions } from '../index.ts'
import { held, isFree, observe, released } from './decide.ts'

const path = '/apis/coordination.k8s.io/v1/namespaces/skep/leases/operator'

/** Some candidates at one API server, each with a clock of its own. */
async function election(...names: readonly string[]) {
  await using resources = new AsyncDisposableStack()
  const api = resources.use(await FakeObjects.start())
  const candidates = names.map((identity, i) => {
    const clock = new ManualClock(i * 3600_000)
    const client = resources.use(new ApiClient({ server: api.url, from: 'the test' }, { clock }))
    const terms: AbortSignal[] = []
    const options: ElectionOptions = { namespace: 'skep', name: 'operator', identity, clock, random: () => 0.5 }
    const own = new Election(client, options, async (lost) => {
      terms.push(lost)
      await new Promise((resolve) => lost.addEventListener('abort', resolve))
    })
    resources.use(own)
    return { election: own, clock, terms, leading: () => own.status().leading }
  })
  const held = resources.move()
  return { api, candidates, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

/** Time goes on for all of them, until something is so. */
async function goesOn(clocks: readonly { clock: ManualClock }[], ms: number, holds: () => boolean): Promise<number> {
  let passed = 0
  await until(() => {
    if (holds()) return true
    for (const { clock } of clocks) clock.advance(ms)
    passed += ms
    return false
  })
  return passed
}

test('one leads, the other takes over when it ends, at once', async () => {
  await using test = await election('a', 'b')
  const [a, b] = test.candidates as [(typeof test.candidates)[0], (typeof test.candidates)[0]]
  await until(() => a.leading() || b.leading())
  const [first, second] = a.leading() ? [a, b] : [b, a]
  await goesOn(test.candidates, 1000, () => test.api.requests.length > 20)
  expect([first.leading(), second.leading()]).toEqual([true, false])
  expect(second.election.status().leader).toBe(first === a ? 'a' : 'b')
  await first.election[Symbol.asyncDispose]()
  expect(first.terms.map(({ aborted }) => aborted)).toEqual([true])
  expect(test.api.objects.get(path)?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
  const passed = await goesOn([second], 100, second.leading)
  expect(passed).toBeLessThan(6000)
  expect(test.api.objects.get(path)?.spec).toMatchObject({ leaseTransitions: 1 })
})

test('a renewal that is under way when it ends does not keep the lease', async () => {
  await using test = await election('a')
  const [a] = test.candidates as [(typeof test.candidates)[0]]
  await until(a.leading)
  let ending: Promise<void> | undefined
  test.api.before = ({ method }) => {
    if (method === 'PUT') ending ??= Promise.resolve(a.election[Symbol.asyncDispose]())
  }
  await goesOn([a], 500, () => ending !== undefined)
  await ending
  expect(test.api.objects.get(path)?.spec).toMatchObject({ holderIdentity: '' })
})

test('a leader that cannot renew says so before another one may take over', async () => {
  await using test = await election('a')
  const [a] = test.candidates as [(typeof test.candidates)[0]]
  await until(a.leading)
  await until(() => a.clock.waiting > 0)
  test.api.state = 'hanging'
  const passed = await goesOn([a], 500, () => a.terms[0]!.aborted)
  expect(passed).toBeGreaterThanOrEqual(9000)
  expect(passed).toBeLessThan(15_000)
  expect(a.leading()).toBe(false)
  test.api.state = 'up'
  await goesOn([a], 500, a.leading)
  expect(a.terms).toHaveLength(2)
})

test('a short failure loses nothing', async () => {
  await using test = await election('a')
  const [a] = test.candidates as [(typeof test.candidates)[0]]
  await until(a.leading)
  test.api.state = 'down'
  await goesOn([a], 500, () => a.election.status().error !== undefined)
  test.api.state = 'up'
  await goesOn([a], 500, () => a.election.status().error === undefined)
  expect(a.terms.map(({ aborted }) => aborted)).toEqual([false])
})

test('a leader that died is waited for, by our own clock; then its lease is taken', async () => {
  await using test = await election('b')
  const [b] = test.candidates as [(typeof test.candidates)[0]]
  await until(b.leading)
  await b.election[Symbol.asyncDispose]()
  // It renewed an hour from now, by its own clock.
  test.api.put(path, {
    spec: {
      holderIdentity: 'dead',
      leaseDurationSeconds: 15,
      renewTime: '2100-01-01T00:00:00.000000Z',
      leaseTransitions: 4,
    },
  })
  const clock = new ManualClock()
  using client = new ApiClient({ server: test.api.url, from: 'the test' }, { clock })
  let leads = false
  await using next = new Election(
    client,
    { namespace: 'skep', name: 'operator', identity: 'c', clock },
    async (lost) => {
      leads = true
      await new Promise((resolve) => lost.addEventListener('abort', resolve))
    },
  )
  await until(() => next.status().leader === 'dead')
  const passed = await goesOn([{ clock }], 500, () => leads)
  expect(passed).toBeGreaterThan(15_000)
  expect(test.api.objects.get(path)?.spec).toMatchObject({ holderIdentity: 'c', leaseTransitions: 5 })
})

test('a lease that another one took, by force, is lost at once', async () => {
  await using test = await election('a')
  const [a] = test.candidates as [(typeof test.candidates)[0]]
  await until(a.leading)
  test.api.put(path, { spec: { holderIdentity: 'thief', leaseDurationSeconds: 15 } })
  await goesOn([a], 500, () => a.terms[0]!.aborted)
  expect(a.election.status()).toEqual({ leading: false, leader: 'thief' })
  expect(test.api.objects.get(path)?.spec).toMatchObject({ holderIdentity: 'thief' })
})

test('times that leave no room are refused', () => {
  using client = new ApiClient({ server: 'http://127.0.0.1:1', from: 'the test' })
  const make = () =>
    new Election(client, { namespace: 'x', name: 'y', identity: 'z', leaseMs: 5000 }, async () => undefined)
  expect(make).toThrow('retryMs 2000, renewDeadlineMs 10000 and leaseMs 5000 have to grow in this order')
})

test('of any history of a lease there is one holder, whatever the clocks of the machines say', () => {
  const step = fc.record({ who: fc.constantFrom('a', 'b', 'c'), ms: fc.nat(20_000), releases: fc.boolean() })
  const skews = fc.record({ a: fc.integer(), b: fc.integer(), c: fc.integer() })
  fc.assert(
    fc.property(fc.array(step), skews, (steps, skew) => {
      let lease = {
        metadata: { name: 'x', resourceVersion: '0' },
        spec: held(undefined, { identity: 'a', leaseMs: 15_000 }, 0),
      }
      const seen = new Map(['a', 'b', 'c'].map((who) => [who, observe(undefined, lease, 0)]))
      let [now, version, renewedAt] = [0, 0, 0]
      for (const { who, ms, releases } of steps) {
        now += ms
        const candidate = { identity: who, leaseMs: 15_000 }
        const observed = observe(seen.get(who), lease, now)
        seen.set(who, observed)
        if (!isFree(observed, candidate, now)) continue
        const before = lease.spec.holderIdentity
        if (before !== who && before !== '') expect(now - renewedAt).toBeGreaterThan(15_000)
        const spec =
          releases && before === who
            ? released(lease.spec, now + skew[who])
            : held(lease.spec, candidate, now + skew[who])
        lease = { metadata: { name: 'x', resourceVersion: String(++version) }, spec }
        renewedAt = now
      }
    }),
  )
})
