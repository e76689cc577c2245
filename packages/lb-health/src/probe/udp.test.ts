import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { closedPort, udpServer } from '../../test/servers.ts'
import { probe, probing } from '../../test/run.ts'

describe('udp', () => {
  test('a reply passes, one that lacks the text does not', async () => {
    await using server = await udpServer((message) => `re: ${message.toString()}`)
    expect(await probe({ udp: { send: 'ping' } }, server.port)).toEqual({ result: 'pass', reason: 'replied' })
    expect(await probe({ udp: { send: 'ping', expect: 're: ping' } }, server.port)).toMatchObject({ result: 'pass' })
    expect(await probe({ udp: { send: 'ping', expect: 'pong' } }, server.port)).toEqual({
      result: 'fail',
      reason: 'reply lacks "pong": "re: ping"',
    })
  })

  test('a closed port answers by ICMP', async () => {
    expect(await probe({ udp: { send: 'x', reply: 'optional' } }, await closedPort())).toEqual({
      result: 'fail',
      reason: 'port unreachable (ICMP)',
    })
  })

  test('silence fails where a reply is required', async () => {
    const heard = new EventEmitter()
    await using server = await udpServer(() => void heard.emit('datagram'))
    const arrived = once(heard, 'datagram')
    const running = probing({ udp: { send: 'x' } }, server.port)
    await arrived
    expect(running.expire()).toEqual({ result: 'fail', reason: 'time is up: no reply' })
    expect(probing({ udp: { send: 'x', reply: 'optional' } }, server.port).expire()).toMatchObject({ result: 'pass' })
  })
})
