import { expect, test } from '@jest/globals'
import { TrafficRecorder } from './recorder.ts'
import { RequestFailure } from './report.ts'

/** A recorder whose clock stands at `now`. */
function recorder(): { readonly at: (ms: number) => void; readonly recorder: TrafficRecorder } {
  let now = 5000
  return { at: (ms) => void (now = 5000 + ms), recorder: new TrafficRecorder(() => now) }
}

test('latencies are those of the requests that succeeded, to 0.1 %', () => {
  const { at, recorder: record } = recorder()
  for (let ms = 1; ms <= 1000; ms++) {
    at(ms)
    record.succeeded({ server: ms % 2 ? 'odd' : 'even' }, 5000)
  }
  record.failed(new RequestFailure('response', 'timeout'), -95_000)
  const { latency, perServer } = record.report()
  expect(perServer).toEqual({ odd: 500, even: 500 })
  const exact = { min: 1, mean: 500.5, p50: 500, p90: 900, p99: 990, p999: 999, max: 1000 }
  for (const [name, value] of Object.entries(exact))
    expect(Math.abs(latency[name as keyof typeof exact] / value - 1)).toBeLessThanOrEqual(0.001)
})

test('connections, failures and rate', () => {
  const { at, recorder: record } = recorder()
  record.connected()
  record.connected()
  at(300)
  record.failed(new RequestFailure('connect', 'ECONNREFUSED', 40_001), 5100)
  at(500)
  record.succeeded({ server: 'b1', sourcePort: 40_002 }, 5400)
  expect(record.report()).toMatchObject({
    requests: 2,
    succeeded: 1,
    failed: 1,
    connections: 2,
    elapsedMs: 500,
    perSecond: 4,
    failures: [{ atMs: 300, afterMs: 200, phase: 'connect', reason: 'ECONNREFUSED', sourcePort: 40_001 }],
    failuresByReason: { 'connect: ECONNREFUSED': 1 },
    flows: { 40_002: 'b1' },
  })
})

test('where nothing succeeded there is no latency', () => {
  const none = { min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }
  expect(recorder().recorder.report()).toMatchObject({ latency: none, perSecond: 0 })
})
