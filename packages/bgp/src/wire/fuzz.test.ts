import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { open, update } from '../../test/arbitrary.ts'
import { decodeMessage } from './decode.ts'
import { WireError } from './error.ts'
import { Framer } from './framer.ts'
import { encodeNotification, shutdownNotification } from './notification.ts'
import { encodeOpen } from './open/open.ts'
import { encodeRouteRefresh } from './route-refresh.ts'
import { encodeUpdate } from './update.ts'

/** Malformed inputs made of each message: with `make soak` ten million in all. */
const MUTATIONS = 1000

const context = { as4: true, external: false }
const message = fc.oneof(
  open.map(encodeOpen),
  { arbitrary: update.map((one) => encodeUpdate(one, context)), weight: 4 },
  fc.string({ maxLength: 40 }).map((text) => encodeNotification(shutdownNotification(text))),
  fc.constant(encodeRouteRefresh({ afi: 1, safi: 1, kind: 'request' })),
)

/** A sequence of numbers that looks like chance and is the same each time (xorshift). */
function chance(seed: number): (below: number) => number {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const interesting = [0, 1, 0x7f, 0x80, 0xff] as const

/** A few bytes changed, the end cut off or repeated; its length field right again, so that more than the header is read. */
function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = original.slice(0, random(4) === 0 ? 19 + random(original.length - 18) : original.length)
  for (let i = random(4); i >= 0; i--) {
    const at = 18 + random(Math.max(1, bytes.length - 18))
    if (at < bytes.length) bytes[at] = random(2) === 0 ? interesting[random(interesting.length)]! : random(256)
  }
  if (random(8) !== 0) {
    bytes[16] = bytes.length >>> 8
    bytes[17] = bytes.length
  }
  return bytes
}

function read(bytes: Uint8Array): string {
  try {
    for (const one of new Framer().push(bytes))
      decodeMessage(one, { as4: (bytes[18]! & 1) === 0, external: bytes.length % 2 === 0 })
    return 'read'
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    if (error.notification.code < 1 || error.notification.code > 7)
      throw new Error(`no code: ${error.message}`, { cause: error })
    return error.handling
  }
}

test('whatever comes in is read, or refused with what a NOTIFICATION says', () => {
  const outcomes = new Map<string, number>()
  fc.assert(
    fc.property(message, fc.integer(), (bytes, seed) => {
      const random = chance(seed)
      for (let i = 0; i < MUTATIONS; i++) {
        const outcome = read(mutate(bytes, random))
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
    }),
  )
  // What is neither read nor refused would have been thrown; and both must happen, or nothing was tried.
  expect([...outcomes.keys()].toSorted()).toEqual(['read', 'session-reset'])
})

test('noise is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 19, maxLength: 5000 }), (bytes) =>
      expect(read(bytes)).toBe('session-reset'),
    ),
  )
})
