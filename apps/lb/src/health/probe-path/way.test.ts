import { expect, test } from '@jest/globals'
import { assignWays, type ProbedBackend, probePorts } from './way.ts'

function backend(i: number, more: Partial<ProbedBackend> = {}): ProbedBackend {
  const own = {
    service: 'web/ipv4',
    vip: '192.0.2.10',
    port: 80,
    protocol: 'TCP',
    dispatch: 'ipip',
    device: 2,
  } as const
  const backend = `10.1.${i >> 8}.${i & 255}`
  return { ...own, backend, nextHop: backend, source: '10.0.0.1', outerSource: '10.1.255.1', ...more }
}

const ports = (wanted: readonly ProbedBackend[], before?: ReturnType<typeof assignWays>) =>
  assignWays(wanted, before).map(({ backend, via }) => `${backend} ${via.localPort}`)

test('each backend of a service address has a port of its own, and keeps it', () => {
  const first = assignWays([backend(1), backend(2), backend(3)])
  expect(first.map(({ via }) => via)).toEqual(
    [61_000, 61_001, 61_002].map((localPort) => ({
      address: '192.0.2.10',
      port: 80,
      localAddress: '10.0.0.1',
      localPort,
    })),
  )
  expect(ports([backend(4), backend(3), backend(1)], first)).toEqual([
    '10.1.0.4 61001',
    '10.1.0.3 61002',
    '10.1.0.1 61000',
  ])
})

test('another port, address or protocol of a service has ports of its own', () => {
  const others = [
    backend(1),
    backend(1, { port: 81 }),
    backend(1, { vip: '192.0.2.11' }),
    backend(1, { protocol: 'UDP' }),
  ]
  expect(assignWays(others).map(({ via }) => via.localPort)).toEqual([61_000, 61_000, 61_000, 61_000])
})

test('where there are more backends than ports, the last ones get none', () => {
  const room = probePorts.last - probePorts.first + 1
  const ways = assignWays(Array.from({ length: room + 5 }, (_, i) => backend(i)))
  expect(new Set(ways.map(({ via }) => via.localPort)).size).toBe(room)
  expect(ways).toHaveLength(room)
})

test('nor do those that the table of ways has no room for', () => {
  const many = Array.from({ length: 70_000 }, (_, i) =>
    backend(1, { vip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` }),
  )
  expect(assignWays(many)).toHaveLength(65_536)
})
