import { expect, test } from '@jest/globals'
import { probeGauges } from './gauges.ts'
import { roomOf } from './room.ts'

const key = (service: number, sourcePort: number, protocol = 6) => ({
  service: [service, 0, 0, 0],
  servicePort: 80,
  sourcePort,
  protocol,
})

test('ports are counted by service address, port and protocol', () => {
  const keys = [key(1, 61000), key(1, 61001), key(2, 61000), key(1, 61000, 17)]
  expect(roomOf(keys, 100)).toEqual({ ways: { used: 4, size: 100 }, ports: { used: 2, size: 4535 } })
  expect(roomOf([], 100).ports.used).toBe(0)
})

test('gauges are there where probes take the way of traffic, and warn early', () => {
  expect(probeGauges(undefined)).toEqual([])
  const keys = Array.from({ length: 80 }, (_, i) => key(1, 61_000 + i))
  expect(probeGauges(roomOf(keys, 100)).map(({ warning }) => warning)).toEqual([true, false])
})
