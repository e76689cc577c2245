import { expect, test } from '@jest/globals'
import type { DeviceStatus } from '@skep/lb-engine'
import type { Destination, ServedState } from './served.ts'
import { whyNotServed } from './served.ts'

const at = (port: number, protocol: Destination['protocol'] = 'TCP'): Destination => {
  return { address: '192.0.2.10', port, protocol }
}
const service = {
  name: 'default/web',
  frontends: [80, 443].map((port) => ({ address: '192.0.2.10', port, protocol: 'TCP' as const })),
  backends: [],
}
const eth0: DeviceStatus = { name: 'eth0', mode: 'tc', attached: true }
const state: ServedState = {
  services: [service],
  deviations: [
    { frontend: 'external 192.0.2.10:80/SCTP', service: 'default/web', message: 'SCTP is not served at the devices' },
    { frontend: 'external 192.0.2.10:80/TCP', service: 'default/web', message: 'affinity lasts 32767 s, not 86400 s' },
  ],
  unserved: new Map([['192.0.2.10:443/TCP', 'the table is full']]),
  devices: [eth0],
}

test('what the maps have is served, also where it is not as asked for; all else has its reason', () => {
  const whyNot = whyNotServed(state)
  expect([at(80), at(443), at(80, 'SCTP'), at(81)].map(whyNot)).toEqual([
    undefined,
    'the table is full',
    'SCTP is not served at the devices',
    'no service has it from outside',
  ])
  const nodePort = { frontend: 'external 0.0.0.0:30080/SCTP', service: 'default/web', message: 'SCTP is not served' }
  expect(whyNotServed({ ...state, deviations: [nodePort] })(at(30_080, 'SCTP'))).toBe('SCTP is not served')
})

test('nothing is served where no device meets packets', () => {
  const gone = { ...eth0, attached: false }
  const devices = [gone, { ...gone, name: 'eth1', reason: 'the driver cannot' }]
  expect(whyNotServed({ ...state, devices })(at(80))).toBe(
    'no device meets its packets: eth0: it has gone; eth1: the driver cannot',
  )
  expect(whyNotServed({ ...state, devices: [gone, { ...eth0, name: 'eth1' }] })(at(80))).toBeUndefined()
})
