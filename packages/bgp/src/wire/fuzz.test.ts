import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { open, update } from '../../test/arbitrary.ts'
import { bytesInUse } from '../../test/in-use.ts'
import { chance, mutate } from '../../test/mutate.ts'
import { Machine } from '../../test/session.ts'
import { step } from '../session/machine.ts'
import type { SessionAction, SessionEvent } from '../session/state.ts'
import { RouteReceiver } from '../speaker/receiver.ts'
import { decodeMessage } from './decode.ts'
import { WireError } from './error.ts'
import { Framer } from './framer.ts'
import { encodeNotification, shutdownNotification } from './notification.ts'
import { encodeOpen } from './open/open.ts'
import { encodeRouteRefresh } from './route-refresh.ts'
import { encodeUpdate } from './update.ts'

/** Malformed inputs made of each message: with `make soak` ten million in all. */
const MUTATIONS = 1000
/** Of memory that is in use, from a fifth of the inputs to the last. What grew with them would be above that in `make soak` at a byte each. */
const MOST_GROWTH = 4 * 1024 * 1024
const MOST_PREFIXES = 1000

const context = { as4: true, external: false }
const message = fc.oneof(
  open.map(encodeOpen),
  { arbitrary: update.map((one) => encodeUpdate(one, context)), weight: 4 },
  fc.string({ maxLength: 40 }).map((text) => encodeNotification(shutdownNotification(text))),
  fc.constant(encodeRouteRefresh({ afi: 1, safi: 1, kind: 'request' })),
)

const { state, config } = new Machine().up()
const { negotiated } = state.out!

/** A session that is up hears this; what it makes of it. */
function hear(bytes: Uint8Array, routes: RouteReceiver): string {
  const on = (event: SessionEvent): readonly SessionAction[] => step(state, event, { config, random: () => 1 }).actions
  let outcome = 'nothing'
  try {
    const as = { as4: (bytes[18]! & 1) === 0, external: bytes.length % 2 === 0 }
    for (const raw of new Framer().push(bytes)) {
      const heard = decodeMessage(raw, as)
      outcome = 'read'
      for (const action of on({ event: 'message', way: 'out', message: heard })) {
        if (action.do === 'refresh') routes.refresh(action.refresh)
        if (action.do !== 'update') continue
        outcome = action.update.errors[0]?.handling ?? outcome
        if (routes.update(action.update, negotiated!, MOST_PREFIXES)) routes.down([])
      }
    }
    return outcome
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const ends = on({ event: 'broken', way: 'out', error })
    const said = ends.find((action) => action.do === 'notify')
    if (said === undefined || said.notification.code < 1 || said.notification.code > 7)
      throw new Error(`nothing was said: ${error.message}`, { cause: error })
    return error.handling
  }
}

test('whatever a session hears is read, or handled as RFC 7606 has it, and nothing of it stays', () => {
  const outcomes = new Map<string, number>()
  const routes = new RouteReceiver()
  const warm = Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 5)
  let cases = 0
  let before = 0
  fc.assert(
    fc.property(message, fc.integer(), (bytes, seed) => {
      const random = chance(seed)
      for (let i = 0; i < MUTATIONS; i++) {
        const outcome = hear(mutate(bytes, random), routes)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      if (++cases === warm) before = bytesInUse()
    }),
  )
  // What is neither read nor refused would have been thrown; and each must happen, or nothing was tried.
  expect([...outcomes.keys()].toSorted()).toEqual([
    'attribute-discard',
    'nothing',
    'read',
    'session-reset',
    'treat-as-withdraw',
  ])
  routes.down([])
  expect(bytesInUse() - before).toBeLessThan(MOST_GROWTH)
})

test('noise is refused', () => {
  const routes = new RouteReceiver()
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 19, maxLength: 5000 }), (bytes) =>
      expect(hear(bytes, routes)).toBe('session-reset'),
    ),
  )
})
