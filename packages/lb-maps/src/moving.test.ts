import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { Mixer } from './hash.ts'
import { checkFreeIsZero, checkHolds, checkOwnership } from '../test/invariants.ts'
import { DRAIN, IDLE, MovingWorld, type Shape } from '../test/moving-world.ts'

const anyHost = fc.integer({ min: 1, max: 9 })
const anyKill = fc.option(fc.nat({ max: 60 }), { nil: undefined, freq: 3 })

/** What may happen to a service. `killAt`: the load balancer dies after so many stores of what follows. */
const anyEvent = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('add' as const), host: anyHost }), weight: 4 },
  {
    arbitrary: fc.record({ do: fc.constant('weight' as const), host: anyHost, weight: fc.constantFrom(0, 1, 3) }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant('remove' as const), host: anyHost }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('fail' as const), host: anyHost }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('recover' as const), host: anyHost }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('gone' as const), host: anyHost }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('ring' as const), size: fc.constantFrom(128, 256, 512) }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('open' as const), count: fc.integer({ min: 1, max: 20 }) }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('close' as const), share: fc.constantFrom(10, 50, 100) }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 12 }) }), weight: 6 },
  { arbitrary: fc.record({ do: fc.constantFrom('retransmit' as const, 'spoof' as const) }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('restart' as const) }), weight: 1 },
)
type Event = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never

const anyHistory = fc.array(fc.tuple(anyEvent, anyKill), { minLength: 3, maxLength: 30 })

const shapes: Record<string, Shape> = {
  'TCP, in a tunnel': { protocol: 'TCP', mode: 'dsr-ipip' },
  'TCP, by the MAC, moves without a pause': { protocol: 'TCP', mode: 'dsr-l2', drainSeconds: 0 },
  'TCP, connections of failed backends are reset': { protocol: 'TCP', mode: 'dsr-option', onFailure: 'reset' },
  UDP: { protocol: 'UDP', mode: 'dsr-ipip' },
  QUIC: { protocol: 'UDP', mode: 'dsr-ipip', quic: true },
  'affinity, translated': { protocol: 'TCP', sessionAffinity: { timeoutSeconds: IDLE } },
  'random choice': { protocol: 'TCP', mode: 'dsr-ipip', algorithm: 'random' },
}

describe.each(Object.entries(shapes))('%s', (_, shape) => {
  test('no connection leaves its backend, whatever happens, and nothing is left when all is over', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer(), (history, seed) => {
        const world = new MovingWorld(shape, diceOf(seed))
        world.set(1)
        world.set(2)
        world.set(3)
        world.reconcile()
        for (const [event, killAt] of history) happen(world, shape, event, killAt)
        settle(world, shape)
        if (history.every(([, killAt]) => killAt === undefined)) checkFreeIsZero(world.actual)
      }),
      { numRuns: Math.ceil(0.6 * (fc.readConfigureGlobal().numRuns ?? 100)) },
    )
  })
})

/** The same throws for the same seed. */
function diceOf(seed: number): (bound: number) => number {
  const mixer = new Mixer().start(seed, 1)
  return (bound) => (mixer.word(1, 0).lo >>> 0) % bound
}

function happen(world: MovingWorld, shape: Shape, event: Event, killAt: number | undefined): void {
  const backend = 'host' in event ? world.backends.get(event.host) : undefined
  switch (event.do) {
    case 'add':
      world.set(event.host)
      break
    case 'weight':
      if (backend) world.set(event.host, { ...backend, weight: event.weight })
      break
    case 'remove':
      world.backends.delete(event.host)
      break
    case 'fail':
      if (!backend) return
      world.set(event.host, { ...backend, state: 'failed' })
      if (abandons(shape)) world.forgive(event.host)
      break
    case 'recover':
      if (backend) world.set(event.host, { ...backend, state: 'active' })
      break
    case 'gone':
      world.set(event.host, { state: 'gone' })
      world.forgive(event.host)
      break
    case 'ring':
      world.ringSize = event.size
      break
    case 'open':
      return world.open(event.count)
    case 'close':
      return world.close(event.share)
    case 'wait':
      return world.wait(event.seconds, () => world.tick(killAt))
    case 'retransmit':
      return world.retransmit()
    case 'spoof':
      return world.spoof()
    case 'restart':
      return world.restart()
  }
  world.reconcile(killAt)
}

function abandons({ protocol, quic, onFailure }: Shape): boolean {
  return onFailure === 'reset' || (protocol === 'UDP' && quic !== true)
}

/** All clients go away, and time does the rest. */
function settle(world: MovingWorld, shape: Shape): void {
  world.reconcile()
  world.endTraffic()
  for (let round = 0; round < 6; round++) {
    world.wait(Math.max(IDLE, DRAIN) + 1, () => world.tick())
    world.reconcile()
  }
  world.wait(2 * IDLE, () => world.tick())
  if (shape.algorithm !== 'random') expect([...world.actual.unsettled]).toEqual([])
  checkOwnership(world.actual)
  const { services, sources } = world.desired
  const there = services.map((one) => ({
    ...one,
    backends: one.backends
      .filter(({ state }) => state !== 'gone')
      .map((backend) => (backend.state === 'failed' ? { ...backend, weight: 0 } : backend)),
  }))
  checkHolds(world.actual, { services: there, sources })
}
