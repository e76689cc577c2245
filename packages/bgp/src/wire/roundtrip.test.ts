import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { attributes, open, uint16, uint32, update } from '../../test/arbitrary.ts'
import { decodeAttributes } from './attributes/decode.ts'
import { encodeAttributes } from './attributes/encode.ts'
import { formatExtendedCommunity, parseCommunity, parseExtendedCommunity, formatCommunity } from './community-text.ts'
import { decodeMessage } from './decode.ts'
import { Framer } from './framer.ts'
import { encodeOpen } from './open/open.ts'
import { encodeRouteRefresh } from './route-refresh.ts'
import { decodeUpdate, encodeUpdate } from './update.ts'

const internal = { as4: true, external: false }

function only(bytes: Uint8Array) {
  const [message, ...others] = new Framer().push(bytes)
  expect(others).toEqual([])
  return decodeMessage(message!, internal)
}

test('an OPEN is read as it was written, with long capabilities too', () => {
  fc.assert(fc.property(open, (one) => expect(only(encodeOpen(one))).toEqual({ type: 'open', open: one })))
})

test('an UPDATE is read as it was written, whichever fields its prefixes stand in', () => {
  fc.assert(
    fc.property(update, (one) => {
      const message = only(encodeUpdate(one, internal))
      if (message.type !== 'update') throw new Error(message.type)
      const { withdrawn, reach, attributes: found, errors } = message.update
      expect(errors).toEqual([])
      expect(found).toEqual(one.attributes)
      expect(reach.map((each) => ({ ...each, prefixes: each.prefixes.texts() }))).toEqual(
        one.reach.map((each) => ({ ...each, prefixes: each.prefixes.texts() })),
      )
      expect(withdrawn.map((list) => list.texts())).toEqual(one.withdrawn.map((list) => list.texts()))
    }),
  )
})

test('attributes come through a session of two octets with their four-octet AS numbers', () => {
  const old = { as4: false, external: false }
  fc.assert(
    fc.property(attributes, (one) => {
      const found = decodeAttributes(encodeAttributes(one, old), old)
      expect(found.errors).toEqual([])
      expect(found.attributes.aggregator).toEqual(one.aggregator)
      expect(flat(found.attributes.asPath)).toEqual(flat(one.asPath))
    }),
  )
})

/** Segments of a kind that follow each other may be joined. */
function flat(path: readonly { kind: string; asns: readonly number[] }[] | undefined): unknown {
  return path?.flatMap<unknown>(({ kind, asns }) => (kind === 'set' ? [asns] : asns))
}

test('LOCAL_PREF and what route reflectors add stay within the AS', () => {
  const all = {
    origin: 'igp',
    asPath: [],
    localPref: 200,
    originatorId: '10.0.0.1',
    clusterList: ['10.0.0.2'],
  } as const
  const bytes = encodeAttributes(all, { as4: true, external: true })
  expect(decodeAttributes(bytes, internal).attributes).toEqual({ origin: 'igp', asPath: [] })
  const within = encodeAttributes(all, internal)
  const { attributes: kept, errors } = decodeAttributes(within, { as4: true, external: true })
  expect(kept).toEqual({ origin: 'igp', asPath: [] })
  expect(errors.map(({ handling }) => handling)).toEqual([
    'attribute-discard',
    'attribute-discard',
    'attribute-discard',
  ])
})

test('a stream is cut into messages wherever its chunks end', () => {
  fc.assert(
    fc.property(fc.array(update, { maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 200 })), (all, cuts) => {
      const messages = all.map((one) => encodeUpdate(one, internal))
      const stream = Buffer.concat(messages)
      const framer = new Framer()
      const found: number[] = []
      let at = 0
      for (const size of [...cuts, stream.length]) {
        for (const { body } of framer.push(stream.subarray(at, at + size))) {
          found.push(body.length + 19)
          decodeUpdate(body, internal)
        }
        at += size
      }
      expect([found, framer.pending]).toEqual([messages.map(({ length }) => length), 0])
    }),
  )
})

test('ROUTE-REFRESH says what it is about', () => {
  for (const kind of ['request', 'begin', 'end'] as const) {
    const refresh = { afi: 2, safi: 1, kind }
    expect(only(encodeRouteRefresh(refresh))).toEqual({ type: 'route-refresh', refresh })
  }
})

test('communities are read as they are printed', () => {
  fc.assert(fc.property(uint32, (value) => expect(parseCommunity(formatCommunity(value))).toBe(value)))
  fc.assert(
    fc.property(uint16, uint32, fc.constantFrom(0n, 2n, 0x4004n), (kind, low, type) => {
      const value = (type << 56n) | (BigInt(kind) << 40n) | BigInt(low)
      const some = BigInt.asUintN(64, value)
      expect(parseExtendedCommunity(formatExtendedCommunity(some))).toBe(some)
    }),
  )
})
