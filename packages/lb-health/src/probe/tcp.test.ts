import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { closedPort, tcpServer } from '../../test/servers.ts'
import { probe, probing } from '../../test/run.ts'

describe('tcp', () => {
  test('passes when a connection opens, and leaves none behind', async () => {
    const ended = new EventEmitter()
    await using server = await tcpServer((socket) => socket.once('close', () => ended.emit('closed')))
    const closed = once(ended, 'closed')
    expect(await probe({ tcp: {} }, server.port)).toEqual({ result: 'pass', reason: 'connected' })
    await closed
  })

  test.each([
    [false, 'end'],
    [true, 'error'],
  ])('with reset: %s the backend sees the event %s', async (reset, event) => {
    const seen = new EventEmitter()
    await using server = await tcpServer((socket) => {
      for (const one of ['end', 'error']) socket.once(one, () => seen.emit('over', one))
      socket.resume()
    })
    const over = once(seen, 'over')
    await probe({ tcp: { reset } }, server.port)
    expect(await over).toEqual([event])
  })

  test('a closed port is a failure in words', async () => {
    expect(await probe({ tcp: {} }, await closedPort())).toEqual({
      result: 'fail',
      reason: 'connection refused (ECONNREFUSED)',
    })
  })

  test('sends and looks for the answer, in whatever pieces it comes', async () => {
    await using server = await tcpServer((socket) =>
      socket.once('data', (sent) => {
        socket.write(`-${sent.toString().trim()}`)
        setImmediate(() => socket.write('+PO'))
        setImmediate(() => socket.write('NG\r\n'))
      }),
    )
    expect(await probe({ tcp: { send: 'PING\r\n', expect: { hex: '2b504f4e47' } } }, server.port)).toEqual({
      result: 'pass',
      reason: 'answered as expected',
    })
  })

  test('another answer and no answer are told apart', async () => {
    await using wrong = await tcpServer((socket) => socket.end('-ERR busy\r\n'))
    expect(await probe({ tcp: { expect: '+OK' } }, wrong.port)).toEqual({
      result: 'fail',
      reason: String.raw`answer lacks "+OK": "-ERR busy\r\n"`,
    })
    await using mute = await tcpServer((socket) => socket.end())
    expect(await probe({ tcp: { send: 'x' } }, mute.port)).toMatchObject({
      reason: 'connection closed without an answer',
    })
  })

  test('says what was missing when its time is up', async () => {
    const connected = new EventEmitter()
    await using server = await tcpServer((socket) => socket.once('data', () => connected.emit('asked')))
    const running = probing({ tcp: { send: 'x', expect: 'y' } }, server.port)
    await once(connected, 'asked')
    expect(running.expire()).toEqual({
      result: 'fail',
      reason: 'time is up: connected, but no answer with "y"',
    })
  })

  test('leaves from the source it is given', async () => {
    const peers = new EventEmitter()
    await using server = await tcpServer((socket) => peers.emit('peer', socket.remoteAddress))
    const peer = once(peers, 'peer')
    await probe({ tcp: {} }, server.port, { source: '127.0.0.9' })
    expect(await peer).toEqual(['127.0.0.9'])
  })

  test('a source that this host does not have says nothing about the backend', async () => {
    await using server = await tcpServer()
    expect(await probe({ tcp: {} }, server.port, { source: '192.0.2.77' })).toMatchObject({
      result: 'none',
      reason: 'the source address is not on this host, or its ports are used up (EADDRNOTAVAIL)',
    })
  })
})
