import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { NetlinkError } from '../error.ts'
import { featuresAttributes } from '../generic/ethtool-attributes.ts'
import { GENLMSGHDR } from '../generic/family.ts'
import { decodeAddress } from '../route/address.ts'
import { readMessage } from '../route/attributes-of.ts'
import { decodeFilter } from '../route/filter.ts'
import { decodeLink } from '../route/link-decode.ts'
import { decodeNeighbor } from '../route/neighbor.ts'
import { decodeNextHop } from '../route/nexthop.ts'
import { decodeQdisc } from '../route/qdisc.ts'
import { decodeRoute } from '../route/route-decode.ts'
import { decodeRule } from '../route/rule.ts'
import { linkAttributes } from '../route/link-attributes.ts'
import { nexthopAttributes } from '../route/nexthop-attributes.ts'
import { routeAttributes } from '../route/route-attributes.ts'
import { AttributeDecoder } from './decoder.ts'
import { Encoder } from './encoder.ts'
import { decodeExtendedAck, describePolicy } from './extended-ack.ts'
import type { Message } from './message.ts'
import { MessageReader } from './message.ts'
import { attributeAt } from './path.ts'

const decoders: Readonly<Record<string, readonly [header: number, decode: (message: Message) => unknown]>> = {
  link: [16, decodeLink],
  address: [8, decodeAddress],
  route: [12, decodeRoute],
  rule: [12, decodeRule],
  neighbor: [12, decodeNeighbor],
  nexthop: [8, decodeNextHop],
  qdisc: [20, decodeQdisc],
  filter: [20, decodeFilter],
  'device feature': [GENLMSGHDR, (message) => readMessage('features', message, GENLMSGHDR, featuresAttributes).values],
}

const tree: fc.Arbitrary<Uint8Array> = fc.letrec<{ attributes: Uint8Array; attribute: Uint8Array }>((tie) => ({
  attributes: fc.array(tie('attribute'), { maxLength: 6 }).map(joined),
  attribute: fc
    .tuple(
      fc.integer({ min: 0, max: 64 }),
      fc.oneof({ maxDepth: 3 }, fc.uint8Array({ maxLength: 40 }), tie('attributes')),
      // Now and then a length that lies.
      fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -8, max: 8 }) }),
    )
    .map(([type, payload, lie]) => attribute(type, payload, lie)),
})).attributes

/** Text that makes a kind's own table read what follows. */
const kinds = fc.constantFrom(
  'veth',
  'bridge',
  'bond',
  'vlan',
  'vxlan',
  'macvlan',
  'vrf',
  'fq',
  'netem',
  'tbf',
  'bpf',
  'pfifo',
)
const kindly = fc.tuple(kinds, tree).map(([kind, data]) => {
  const name = attribute(1, new TextEncoder().encode(kind), 0)
  const both = joined([name, attribute(2, data, 0)])
  return joined([both, attribute(18, both, 0)])
})

describe.each(Object.entries(decoders))('no bytes crash or loop the reader of a %s', (_name, [header, decode]) => {
  const head = fc.uint8Array({ minLength: header, maxLength: header })
  test.each([
    ['noise', fc.uint8Array({ maxLength: 200 })],
    ['attributes', fc.tuple(head, tree).map(joined)],
    ['attributes of a kind', fc.tuple(head, kindly).map(joined)],
    ['attributes cut off', fc.tuple(head, kindly, fc.nat(100)).map(([a, b, cut]) => joined([a, b]).subarray(0, cut))],
  ])('%s', (_what, bytes) => {
    fc.assert(fc.property(bytes, (input) => reads(() => decode(whole(input)))))
  })
})

test('no bytes crash or loop the reader of messages', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), tree), (input) => {
      const reader = new MessageReader(input)
      let count = 0
      for (let message = reader.next(); message !== undefined; message = reader.next()) {
        expect(message.end).toBeLessThanOrEqual(input.length)
        count++
      }
      expect(count).toBeLessThanOrEqual(input.length / 16)
    }),
  )
})

test('no bytes crash or loop the reader of extended acks', () => {
  fc.assert(
    fc.property(tree, (input) => {
      describePolicy(decodeExtendedAck(new AttributeDecoder(input)).policy)
    }),
  )
})

test('no bytes crash or loop the search for an attribute’s name', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), tree, kindly), fc.nat(300), (input, offset) => {
      const tables = [routeAttributes, linkAttributes, nexthopAttributes]
      for (const table of tables) expect(typeof attributeAt(input, 0, table, offset)).toMatch(/object|undefined/)
    }),
  )
})

/** A value, or the one error that says so. */
function reads(decode: () => unknown): void {
  try {
    expect(decode()).toBeDefined()
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error
    expect(error.code).toBe('MALFORMED')
  }
}

function whole(bytes: Uint8Array): Message {
  return { type: 16, flags: 0, sequence: 0, port: 0, bytes, start: 0, end: bytes.length }
}

function attribute(type: number, payload: Uint8Array, lie: number): Uint8Array {
  const to = new Encoder()
  const at = to.begin(type)
  to.write(payload)
  to.end(at)
  to.patch16(at, Math.max(0, payload.length + 4 + lie))
  return to.bytes.slice()
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
