import { expect, test } from '@jest/globals'
import type { TrafficOptions } from './options.ts'
import { checkTraffic } from './options.ts'

const http = { protocol: 'http', url: 'http://10.0.0.1/' }
const tcp = { protocol: 'tcp', address: '10.0.0.1', port: 7 }

test.each([
  [{ ...http, requets: 5 }, 'traffic option http: unknown option "requets"; there are protocol, requests,'],
  [{ ...tcp, url: 'http://10.0.0.1/' }, 'traffic option tcp: unknown option "url"; there are'],
  [{ ...http, protocol: 'htp' }, 'traffic option protocol: "htp" must be one of http, tcp, udp'],
  [{ ...http, url: '10.0.0.1' }, 'traffic option url: 10.0.0.1 must be like http://10.0.0.1/'],
  [{ ...tcp, requests: 0 }, 'traffic option requests: 0 must be above 0'],
  [{ ...tcp, sourcePorts: [9, 5] }, 'traffic option sourcePorts: [9, 5] must be [first, last]'],
])('%j is refused', (options, message) => {
  expect(() => checkTraffic(options as TrafficOptions)).toThrow(message)
})

test('what can be run passes', () => {
  expect(() => checkTraffic({ ...tcp, protocol: 'udp', requests: 5, sourcePorts: [5, 9] })).not.toThrow()
  expect(() => checkTraffic({ ...http, protocol: 'http', durationMs: 5, keepAlive: true })).not.toThrow()
})
