import { expect, test } from '@jest/globals'
import type { Answer } from '../test/fake-door.ts'
import { done, ending, fakeDoor, message } from '../test/fake-door.ts'
import { NetlinkError } from './error.ts'
import { Netlink } from './netlink.ts'
import { openHandles } from './open-handles.ts'
import { RouteSocket } from './socket.ts'
import { Encoder } from './wire/encoder.ts'
import { NLM_F_DUMP_INTR, NLM_F_MULTI } from './wire/message.ts'

const RTM_NEWNEXTHOP = 104

test('a dump that changed under the reader is read again, whole', () => {
  const door = fakeDoor(({ sequence }) => {
    if (sequence === 1) return [nexthop(sequence, 1, NLM_F_DUMP_INTR), done(sequence)]
    return [nexthop(sequence, 2), nexthop(sequence, 3), done(sequence)]
  })
  using nl = open(door)
  expect([...nl.nexthop.list()].map(({ id }) => id)).toEqual([2, 3])
  expect(door.sent).toHaveLength(2)
})

test('the end of a dump may say so as well', () => {
  const door = fakeDoor(({ sequence }) => [
    nexthop(sequence, sequence),
    done(sequence, sequence === 1 ? NLM_F_DUMP_INTR : 0),
  ])
  using nl = open(door)
  expect([...nl.nexthop.list()].map(({ id }) => id)).toEqual([2])
})

test('a table that never stands still is INTERRUPTED', () => {
  const door = fakeDoor(({ sequence }) => [nexthop(sequence, 1, NLM_F_DUMP_INTR), done(sequence)])
  using nl = open(door)
  expect(() => nl.nexthop.list()).toThrow(expect.objectContaining({ code: 'INTERRUPTED', operation: 'nexthop.list' }))
  expect(door.sent.length).toBeGreaterThan(1)
})

test('the late answer to another question is passed over', () => {
  const answer: Answer = ({ sequence }) => [nexthop(sequence - 1, 66), nexthop(sequence, 7)]
  using nl = open(fakeDoor(answer))
  expect(nl.nexthop.get({ id: 7 })?.id).toBe(7)
})

test('several messages in one datagram', () => {
  const answer: Answer = ({ sequence }) => [joined([nexthop(sequence, 1), nexthop(sequence, 2), done(sequence)])]
  using nl = open(fakeDoor(answer))
  expect([...nl.nexthop.list()].map(({ id }) => id)).toEqual([1, 2])
})

test('an answer that does not fit the buffer is asked for again', () => {
  const door = fakeDoor(({ sequence }) => [nexthop(sequence, 1), nexthop(sequence, 2), done(sequence)])
  using nl = open(door, new Uint8Array(20))
  expect([...nl.nexthop.list()].map(({ id }) => id)).toEqual([1, 2])
  expect(door.sent).toHaveLength(2)
  using other = open(door, new Uint8Array(20))
  expect(other.nexthop.get({ id: 1 })?.id).toBe(1)
})

test('silence is TIMEOUT, and names what was asked', () => {
  using nl = open(fakeDoor(() => []))
  expect(() => nl.nexthop.delete({ id: 3 })).toThrow(
    expect.objectContaining({ code: 'TIMEOUT', operation: 'nexthop.delete' }),
  )
})

test('bytes that are no message are MALFORMED', () => {
  using nl = open(fakeDoor(() => [Uint8Array.of(1, 2, 3)]))
  expect(() => nl.nexthop.delete({ id: 3 })).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
})

test('an answer without data is MALFORMED', () => {
  using nl = open(fakeDoor(({ sequence }) => [ending(sequence)]))
  expect(() => nl.nexthop.get({ id: 3 })).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
})

test('a closed socket says so, and is in no list', () => {
  const nl = open(fakeDoor(() => []))
  expect(openHandles()).toHaveLength(1)
  nl[Symbol.dispose]()
  nl[Symbol.dispose]()
  expect(openHandles()).toEqual([])
  expect(() => nl.link.list()).toThrow(NetlinkError)
  expect(() => nl.link.list()).toThrow('the socket is closed')
})

test('a time-out that is none is refused before a socket is opened', () => {
  expect(() => new RouteSocket({ timeoutMs: -1 })).toThrow('timeoutMs: -1 is not right; write a whole number from 0')
  expect(openHandles()).toEqual([])
})

function open(door: ReturnType<typeof fakeDoor>, buffer?: Uint8Array): Netlink {
  return new Netlink(new RouteSocket({ door, buffer }))
}

function nexthop(sequence: number, id: number, flags = 0): Uint8Array {
  const to = new Encoder()
  to.zeros(8)
  const at = to.begin(1)
  to.u32(id)
  to.end(at)
  return message(RTM_NEWNEXTHOP, NLM_F_MULTI | flags, sequence, to.bytes)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
