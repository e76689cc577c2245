import { expect, test } from '@jest/globals'
import { parseWrk } from './wrk.ts'

const printed = `Running 2s test @ http://192.0.2.10/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   812.52us  401.30us  12.11ms   93.28%
    Req/Sec    39.96k     3.11k   44.12k    75.00%
  Latency Distribution
     50%  741.00us
     75%    0.92ms
     90%    1.12ms
     99%    2.24ms
  79563 requests in 2.00s, 9.71MB read
Requests/sec:  39766.21
Transfer/sec:      4.85MB
`

test('rates and latencies, in milliseconds whatever the unit', () => {
  expect(parseWrk(printed)).toEqual({ requestsPerSecond: 39766.21, p50Ms: 0.741, p99Ms: 2.24, errors: 0 })
})

test('errors of sockets and of statuses are summed', () => {
  const failing = '  Socket errors: connect 1, read 20, write 0, timeout 3\n  Non-2xx or 3xx responses: 100\n'
  expect(parseWrk(printed + failing).errors).toBe(124)
})

test('anything else is refused', () => {
  expect(() => parseWrk('unable to connect to 192.0.2.10:http Connection refused')).toThrow('Connection refused')
})
