import { expect, test } from '@jest/globals'
import { sessionConfig, sessionKey, type SessionOptions } from './session-config.ts'

test('what is not given is as usual; addresses are spelled one way', () => {
  expect(sessionConfig({ peer: 'FD00:0::2', source: 'fd00::0001' })).toEqual({
    peer: 'fd00::2',
    source: 'fd00::1',
    multihop: false,
    minHops: 1,
    transmitMs: 300,
    receiveMs: 300,
    multiplier: 3,
    passive: false,
    adminDown: false,
  })
})

test('peer, source, device and kind tell sessions apart', () => {
  const key = (options: SessionOptions) => sessionKey(sessionConfig(options))
  expect(key({ peer: '10.0.0.2' })).toBe('10.0.0.2')
  expect(key({ peer: '10.0.0.2', transmitMs: 50 })).toBe('10.0.0.2')
  expect(key({ peer: '10.0.0.2', source: '10.0.0.1', multihop: true })).toBe('10.0.0.2 from 10.0.0.1 multihop')
  expect(key({ peer: 'fe80::1', device: 'eth0' })).toBe('fe80::1 by eth0')
})

test.each([
  [{ peer: 'router' }, 'BFD session with router: peer: "router" is not right; write an address like "10.0.0.1"'],
  [{ peer: '10.0.0.2', source: 'fd00::1' }, 'source: "fd00::1" is not right; write an address of the family'],
  [{ peer: 'fe80::2' }, 'device: undefined is not right; write the device by which the link-local peer is reached'],
  [{ peer: '10.0.0.2', device: 'no such device' }, 'device: "no such device" is not right; write a device name'],
  [{ peer: '10.0.0.2', transmitMs: 0 }, 'transmitMs: 0 is not right; write a time of 1 to 60000 ms'],
  [{ peer: '10.0.0.2', receiveMs: Number.NaN }, 'receiveMs: null is not right; write a time'],
  [{ peer: '10.0.0.2', multiplier: 256 }, 'multiplier: 256 is not right; write a whole number from 1 to 255'],
  [{ peer: '10.0.0.2', minHops: 0 }, 'minHops: 0 is not right; write a whole number from 1 to 255'],
  [{ peer: '10.0.0.2', adminDown: 'yes' }, 'adminDown: "yes" is not right; write true or false'],
  [{ peer: '10.0.0.2', password: 'x' }, 'password: "an unknown field" is not right; write one of peer, source'],
])('%j is refused: %s', (options, message) => {
  expect(() => sessionConfig(options as SessionOptions)).toThrow(message)
})
