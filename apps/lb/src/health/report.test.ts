import { expect, test } from '@jest/globals'
import { type HealthRecord, healthCheckSchema } from '@skep/lb-health'
import { healthStatus } from './report.ts'

const clock = { now: () => 9000, wall: () => Date.UTC(2030, 0, 1) }
const check = {
  name: 'web/ipv4',
  frontends: ['192.0.2.10:80/TCP'],
  check: healthCheckSchema.parse({ tcp: {}, fall: 1, panicThreshold: 0 }),
  backends: [
    { address: '10.1.0.11', port: 8080, weight: 1 },
    { address: '10.1.0.12', port: 8080, weight: 1 },
  ],
}
const down: HealthRecord = {
  service: 'web/ipv4',
  address: '10.1.0.11',
  port: 8080,
  state: {
    status: 'down',
    since: 4000,
    initial: 'up',
    against: 0,
    last: { result: 'fail', reason: 'connection refused', at: 8000, tookMs: 1 },
  },
}

test('a backend that is down: since when, why, and what follows', () => {
  const status = healthStatus([check], { pid: 7, records: [down] }, clock)
  expect(status).toMatchObject({ pid: 7, services: [{ name: 'web/ipv4', panic: false, up: 0, counted: 2 }] })
  const [first, second] = status.services[0]!.backends
  expect(first).toMatchObject({
    backend: '10.1.0.11:8080',
    status: 'down',
    usable: false,
    since: '2029-12-31T23:59:55.000Z',
    last: { result: 'fail', reason: 'connection refused', at: '2029-12-31T23:59:59.000Z' },
  })
  expect(first?.text).toContain('is down since 2029-12-31T23:59:55.000Z (5.0 s)')
  expect(second).toMatchObject({ status: 'unknown', since: null, last: null })
})

test('without the process nothing is claimed', () => {
  expect(healthStatus([check], undefined, clock)).toEqual({ pid: null, services: [] })
})
