import { expect, test } from '@jest/globals'
import type { BackendHealthStatus } from '../status/status.ts'
import { type ShareFacts, whyShare } from './share.ts'

const facts: ShareFacts = {
  weight: 2,
  state: 'active',
  isConfigKnown: true,
  health: undefined,
  panic: false,
  needsSource: true,
  source: '10.1.0.1',
  draining: false,
  slots: 512,
  ringSlots: 1024,
  totalWeight: 4,
}
const up: BackendHealthStatus = {
  backend: '10.1.0.11:8080',
  status: 'up',
  usable: true,
  share: 1,
  since: null,
  last: null,
  text: '10.1.0.11:8080 is down: refused',
}
const none = { slots: 0 }

test.each<[string, Partial<ShareFacts>, string]>([
  ['its weight', {}, 'weight 2 of 4: 50.0 % of the slots'],
  [
    'a slow start',
    { health: { ...up, share: 0.4 } },
    'weight 2 (40 % of it, in a slow start) of 4: 50.0 % of the slots',
  ],
  [
    'a check that is not believed',
    { health: { ...up, status: 'down' }, panic: true },
    'weight 2 of 4: 50.0 % of the slots; it is down, but too few are up to believe the check',
  ],
  [
    'packets that carry no own address',
    { needsSource: false, source: undefined },
    'weight 2 of 4: 50.0 % of the slots',
  ],
  [
    'a backend that leaves',
    { ...none, draining: true, weight: undefined },
    'no longer a backend: it stays until the connections it has are over',
  ],
  ['weight 0', { ...none, weight: 0 }, 'weight 0: no new connections, those it has live on'],
  ['down', { ...none, health: { ...up, usable: false } }, 'no new connections: 10.1.0.11:8080 is down: refused'],
  [
    'a drain',
    { ...none, state: 'maintenance' },
    'in maintenance, or drained: no new connections, those it has live on',
  ],
  ['quarantine', { ...none, state: 'quarantined' }, 'quarantined: no new connections, those it has live on'],
  ['terminating', { ...none, state: 'terminating' }, 'terminating: it is used only if no active backend is left'],
  ['one that left', { ...none, weight: undefined }, 'no longer in the configuration: it keeps the connections it has'],
  ['no own address', { ...none, source: undefined }, 'no own address towards it: see its route'],
  [
    'no own address, but slots',
    { source: undefined },
    '50.0 % of the slots, but there is no own address towards it: its packets are dropped',
  ],
  ['no configuration', { weight: undefined, isConfigKnown: false }, '50.0 % of the slots'],
])('%s', (_what, more, why) => {
  expect(whyShare({ ...facts, ...more })).toBe(why)
})
