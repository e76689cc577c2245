import { expect, test } from '@jest/globals'
import { SocketError } from 'sockets-ts'
import { type Host, runFirst } from './first.ts'

function deny(what: string): () => never {
  return () => {
    throw new SocketError('NOT_PERMITTED', what, 'EPERM')
  }
}

const able: Host = { realtime: () => {}, nice: () => {}, leads: true, niceGroup: () => {} }
const refused = ', not in real time: scheduleRealtime: EPERM'

test.each<[string, Partial<Host>, string]>([
  ['may', {}, 'in real time (SCHED_RR)'],
  ['may not', { realtime: deny('scheduleRealtime') }, `with nice -20${refused}`],
  [
    'shares its session',
    { realtime: deny('scheduleRealtime'), leads: false, niceGroup: deny('not asked') },
    `with nice -20${refused}`,
  ],
  [
    'has a host without groups',
    { realtime: deny('scheduleRealtime'), niceGroup: deny('autogroup') },
    `with nice -20 within its session${refused}`,
  ],
  [
    'may nothing',
    { realtime: deny('scheduleRealtime'), nice: deny('setpriority') },
    `like everybody (setpriority: EPERM)${refused}`,
  ],
])('a process that %s says how it runs', (_, host, said) => {
  expect(runFirst({ ...able, ...host })).toBe(said)
})
