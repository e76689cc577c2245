import { Duplex, duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { Pair } from '../../test/pair.ts'
import { Connection } from './connection.ts'
import { hostTimers } from './timers.ts'

const ignored = { message: () => undefined, broken: () => undefined, closed: () => undefined }

test('a connection with last words is closed when the peer has read them and closes', async () => {
  const [here, there] = duplexPair()
  const connection = new Connection({ stream: here, local: '10.0.0.1', remote: '10.0.0.254' }, hostTimers, ignored)
  connection.sayLast(Buffer.from('good-bye'))
  connection.close(true)
  await setImmediate()
  expect(here.destroyed).toBe(false)
  expect(await text(there)).toBe('good-bye')
  there.end()
  await connection.closed
})

test('who waits for a speaker to be closed waits for all its peers', async () => {
  using pair = new Pair()
  await pair.state('established')
  pair.skep.setPeers([])
  pair.skep.stop()
  await pair.skep.closed()
  expect(pair.router.peer('skep').lastError?.what).toBe('the peer says: cease: peer de-configured')
})

/** A stream whose peer neither reads nor closes. */
function silent(): Duplex {
  return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
}

test('a peer that does not close is not waited for without end', async () => {
  const due: { readonly ms: number; readonly call: () => void }[] = []
  const timers = {
    now: () => 0,
    elapsed: () => 0,
    set: (ms: number, call: () => void) => {
      due.push({ ms, call })
      return () => undefined
    },
  }
  const stream = silent()
  const connection = new Connection({ stream, local: '10.0.0.1', remote: '10.0.0.254' }, timers, ignored)
  connection.sayLast(Buffer.alloc(21))
  connection.close(true)
  expect([stream.destroyed, due.map(({ ms }) => ms)]).toEqual([false, [2000]])
  due[0]!.call()
  await connection.closed
  expect(stream.destroyed).toBe(true)
})

test('one that leaves without a word does not wait for its peer', async () => {
  const timers = { now: () => 0, elapsed: () => 0, set: () => () => undefined }
  const stream = silent()
  const connection = new Connection({ stream, local: '10.0.0.1', remote: '10.0.0.254' }, timers, ignored)
  connection.close(true)
  await connection.closed
  expect(stream.destroyed).toBe(true)
})
