import { expect, test } from '@jest/globals'
import type { Config } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import { type Drains, noDrains } from './drain.ts'
import { dueAt, withDrains } from './effective.ts'
import { drainsAfter } from './leave.ts'
import { drained, undrained } from './operate.ts'

const now = new Date('2030-01-01T00:00:00.000Z')
const later = (seconds: number) => new Date(now.getTime() + 1000 * seconds)
const place = { service: 'web', backend: '10.1.0.11:8080' }

function config(numbers: readonly number[], drain = 'drain: { timeoutSeconds: 30 }'): Config {
  return parseConfig(
    'lb.yaml',
    `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      ${drain}
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends: [${numbers.map((i) => `{ address: 10.1.0.1${i}, port: 8080 }`).join(', ')}]
`,
  )
}

function shown(effective: Config): string[] {
  return effective.services[0]!.backends.map(({ address, weight, state }) => `${address} ${weight} ${state}`)
}

test('who is taken out leaves, for the time of the configuration that has it no more', () => {
  const drains = drainsAfter(config([1, 2]), config([2]), noDrains, now)
  const leaving = { service: 'web', address: '10.1.0.11', port: 8080 }
  expect(drains.leaving).toEqual([{ ...leaving, since: now.toISOString(), until: later(30).toISOString() }])
  expect(shown(withDrains(config([2]), drains))).toEqual(['10.1.0.12 1 active', '10.1.0.11 0 maintenance'])
  expect(drainsAfter(config([1, 2]), config([2], ''), noDrains, now).leaving).toEqual([])
  expect(drainsAfter(undefined, config([2]), noDrains, now).leaving).toEqual([])
})

test('a second change begins no second time; who comes back stays', () => {
  const first = drainsAfter(config([1, 2, 3]), config([2, 3]), noDrains, now)
  const second = drainsAfter(config([2, 3]), config([3]), first, later(10))
  expect(second.leaving.map(({ address, until }) => [address, until])).toEqual([
    ['10.1.0.11', later(30).toISOString()],
    ['10.1.0.12', later(40).toISOString()],
  ])
  expect(drainsAfter(config([3]), config([1, 3]), second, later(20)).leaving.map(({ address }) => address)).toEqual([
    '10.1.0.12',
  ])
})

test('an operator drains, again with another time, and takes it back', () => {
  const one = drained(config([1, 2]), noDrains, place, null, now)
  expect(shown(withDrains(config([1, 2]), one))).toEqual(['10.1.0.11 1 maintenance', '10.1.0.12 1 active'])
  const two = drained(config([1, 2]), one, place, 5, now)
  expect(two.drained).toEqual([{ ...place, since: now.toISOString(), until: later(5).toISOString(), ended: false }])
  expect(undrained(config([1, 2]), two, place)).toEqual(noDrains)
  expect(() => undrained(config([1, 2]), noDrains, place)).toThrow('is not drained')
  expect(() => drained(config([1]), noDrains, { ...place, service: 'wep' }, null, now)).toThrow('did you mean "web"?')
  expect(() => drained(config([2]), noDrains, place, null, now)).toThrow(
    '"10.1.0.11:8080" is no backend of service web',
  )
})

test('a drain of a backend that is gone is forgotten, and it leaves in its own time', () => {
  const one = drained(config([1, 2]), noDrains, place, null, now)
  const after = drainsAfter(config([1, 2]), config([2]), one, now)
  expect([after.drained, after.leaving.length]).toEqual([[], 1])
})

test('what is due now, and when the next is', () => {
  const drains: Drains = {
    drained: [
      { ...place, since: '', until: later(5).toISOString(), ended: false },
      { ...place, since: '', until: later(-5).toISOString(), ended: true },
      { ...place, since: '', until: null, ended: false },
    ],
    leaving: [{ service: 'web', address: '10.1.0.12', port: 1, since: '', until: later(9).toISOString() }],
  }
  expect(dueAt(drains, now)).toEqual({ over: [], next: later(5).getTime() })
  expect(dueAt(drains, later(5))).toEqual({ over: [drains.drained[0]], next: later(9).getTime() })
  expect(dueAt(drains, later(10))).toEqual({ over: [drains.drained[0], drains.leaving[0]], next: undefined })
})
