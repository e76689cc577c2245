import { expect, test } from '@jest/globals'
import type { BackendConnections } from '@skep/lb-engine'
import { KnownConnections } from './connections.ts'

test('connections of a backend are counted anew after five seconds, not in every round', () => {
  const backend = { protocol: 'TCP', address: '10.0.1.2', port: 80 } as const
  let [now, rows]: [number, BackendConnections[]] = [0, [{ ...backend, connections: 3 }]]
  const known = new KnownConnections(
    () => rows,
    () => now,
  )
  expect([known.of(backend), known.of({ ...backend, port: 81 }), known.of({ ...backend, protocol: 'UDP' })]).toEqual([
    3, 0, 0,
  ])
  rows = []
  expect(known.of(backend)).toBe(3)
  now = 5000
  expect(known.of(backend)).toBe(0)
})
