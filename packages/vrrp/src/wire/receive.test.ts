import { expect, test } from '@jest/globals'
import { defaultRouter, type RouterConfig } from '../machine/config.ts'
import { type Advertisement, encodeAdvertisement } from './advertisement.ts'
import { type Incoming, receive } from './receive.ts'

const config: RouterConfig = {
  ...defaultRouter,
  id: 51,
  family: 'ipv4',
  addresses: ['192.0.2.10', '192.0.2.11'],
  source: '10.0.0.1',
}
const ends = { from: '10.0.0.2', to: '224.0.0.18' }
const said: Advertisement = { id: 51, priority: 100, interval: 100, addresses: ['192.0.2.11', '192.0.2.10'] }

function message(part: Partial<Advertisement> = {}, more: Partial<Incoming> = {}): Incoming {
  return { bytes: encodeAdvertisement({ ...said, ...part }, ends), ...ends, hops: 255, ...more }
}

test('a good message is taken, in whatever order its addresses are', () => {
  expect(receive(config, message())).toEqual({ advertisement: said })
})

test('other groups and our own voice are passed over in silence', () => {
  expect(receive(config, message({ id: 52 }))).toBeUndefined()
  expect(receive({ ...config, source: '10.0.0.2' }, message())).toBeUndefined()
})

test('what has passed a router is ignored, with the reason', () => {
  expect(receive(config, message({}, { hops: 254 }))).toEqual({
    ignored: 'from 10.0.0.2: its time to live is 254, not 255; it has passed a router',
  })
})

test('with peers, strangers are ignored', () => {
  expect(receive({ ...config, peers: ['10.0.0.3'] }, message())).toEqual({
    ignored: 'from 10.0.0.2: it is not among the peers 10.0.0.3',
  })
  expect(receive({ ...config, peers: ['10.0.0.2'] }, message())).toEqual({ advertisement: said })
})

test('a broken message is ignored, with the reason', () => {
  const { bytes, ...rest } = message()
  bytes[2] = 99
  expect(receive(config, { ...rest, bytes })).toEqual({ ignored: 'from 10.0.0.2: its checksum is wrong' })
})

test('other addresses are a warning, not a reason to ignore it', () => {
  expect(receive(config, message({ addresses: ['192.0.2.10', '192.0.2.12'] }))).toMatchObject({
    advertisement: { priority: 100 },
    warning:
      '10.0.0.2 has other addresses: it lacks 192.0.2.11; only it has 192.0.2.12; all routers of a group need the same',
  })
})

test('two owners are a warning', () => {
  expect(receive({ ...config, priority: 255 }, message({ priority: 255 }))).toMatchObject({
    warning: expect.stringContaining('give one of them less'),
  })
})
