import { expect, test } from '@jest/globals'
import { IpProtocol } from '@skep/packet'
import { gauge } from './flows.ts'

const timeouts = { tcp: 1000, closing: 60, reset: 10, udp: 300 } as const
const flow = (protocol: number, seen: number, age: number) => [{ protocol }, { seen, lastSeen: 5000 - age }] as const

test.each([
  ['open', IpProtocol.tcp, 0, 1000],
  ['half closed', IpProtocol.tcp, 1, 1000],
  ['closed', IpProtocol.tcp, 3, 60],
  ['reset', IpProtocol.tcp, 4, 10],
  ['UDP', IpProtocol.udp, 0, 300],
])('a flow that is %s counts for its own time', (_, protocol, seen, seconds) => {
  const flows = [flow(protocol, seen, seconds), flow(protocol, seen, seconds + 1)]
  expect(gauge(flows, 100, timeouts, 5000)).toEqual({ used: 1, size: 100, percent: 1, warning: false })
  expect(gauge(flows, 100, undefined, 5000).used).toBe(2)
})

test('a warning comes before flows in use give way', () => {
  const flows = Array.from({ length: 80 }, () => flow(IpProtocol.udp, 0, 1))
  expect(gauge(flows, 100, timeouts, 5000)).toMatchObject({ percent: 80, warning: true })
  expect(gauge(flows.slice(1), 100, timeouts, 5000).warning).toBe(false)
})
