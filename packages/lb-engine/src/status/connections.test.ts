import { expect, test } from '@jest/globals'
import { natEntryCodec, type NatEntry, NatState, SourceIndex } from '@skep/datapath/lb-xdp'
import { defaultSettings } from '../model/defaults.ts'
import { programConfig } from '../datapath/settings.ts'
import { connectionsByBackend } from './by-backend.ts'
import { readConnections } from './connections.ts'
import type { NatMaps } from './nat-table.ts'

const HZ = 100
const config = programConfig(defaultSettings, HZ)
const now = 2n ** 32n + 50n

/** Two lines of eight words, with an entry `age` seconds old in each place that is named. */
function tables(entries: Record<number, Partial<NatEntry> & { age?: number; busy?: boolean }>): NatMaps {
  const flows = new ArrayBuffer(128)
  const bytes = new ArrayBuffer(16 * 64)
  for (const [index, { age = 0, busy = false, ...entry }] of Object.entries(entries)) {
    const words = new BigUint64Array(flows)
    words[Number(index)] = (BigInt(index) << 32n) | 0xabcn | (busy ? 1n << 63n : 0n)
    natEntryCodec.write(new DataView(bytes), Number(index) * 64, { ...blank, lastSeen: secondsAgo(age), ...entry })
  }
  return { natFlows: mapped(flows), natEntries: mapped(bytes) }
}

function mapped(buffer: ArrayBuffer): NatMaps['natFlows'] {
  return { mmap: () => ({ buffer, elementSize: 64, close: () => {}, [Symbol.dispose]: () => {} }) as never }
}

function secondsAgo(seconds: number): number {
  return Number(BigInt.asUintN(32, now - BigInt(seconds * HZ)))
}

const codec = natEntryCodec.read(new DataView(new ArrayBuffer(64)), 0)
const blank: NatEntry = { ...codec, protocol: 6, state: NatState.NAT_ESTABLISHED, backendPort: 8080, source: 1, era: 2 }

test('only what is within its time counts, by what its packets made of it', () => {
  const found = readConnections(
    tables({
      0: {},
      1: { age: 7000 },
      2: { age: 7500 },
      3: { state: NatState.NAT_OPENING, age: 59 },
      4: { state: NatState.NAT_OPENING, age: 61 },
      5: { state: NatState.NAT_CLOSING, age: 100 },
      8: { state: NatState.NAT_CLOSED, age: 5 },
      9: { state: NatState.NAT_CLOSED, age: 11 },
      10: { protocol: 17, age: 299 },
      11: { protocol: 17, age: 301 },
      12: { busy: true },
      13: { state: NatState.NAT_CLAIMED },
      14: { lastSeen: secondsAgo(-1) },
      15: { era: 255 },
    }),
    config,
    now,
  )
  expect(found).toEqual({
    opening: 1,
    established: 4,
    closing: 1,
    closed: 1,
    live: 7,
    size: 16,
    fullestLine: 4,
    mostPorts: 6,
  })
})

test('ports are counted for each own address and backend by itself', () => {
  const backend = [0x0a010002, 0, 0, 0]
  const entries = { 0: {}, 1: { backend }, 2: { backend }, 3: { backend, source: 2 }, 4: { backend, backendPort: 81 } }
  expect(readConnections(tables(entries), config, now).mostPorts).toBe(2)
})

test('a backend that is this host takes none of the ports', () => {
  const entries = { 0: { source: SourceIndex.SOURCE_CLIENT }, 1: { source: SourceIndex.SOURCE_CLIENT }, 2: {} }
  expect(readConnections(tables(entries), config, now).mostPorts).toBe(1)
})

test('connections by backend: those that have not ended on both sides', () => {
  const backend = [0x0a010002, 0, 0, 0]
  const v6 = { backend: [0xfd000000, 0, 0, 2], family: 10, protocol: 17, backendPort: 53 }
  const rows = connectionsByBackend(
    tables({
      0: { backend, family: 2 },
      1: { backend, family: 2, state: NatState.NAT_CLOSING },
      2: { backend, family: 2, state: NatState.NAT_TIME_WAIT },
      3: { backend, family: 2, age: 8000 },
      4: { backend, family: 2, backendPort: 81 },
      5: v6,
    }),
    config,
    now,
  )
  expect(rows).toEqual([
    { protocol: 'TCP', address: '10.1.0.2', port: 8080, connections: 2 },
    { protocol: 'TCP', address: '10.1.0.2', port: 81, connections: 1 },
    { protocol: 'UDP', address: 'fd00::2', port: 53, connections: 1 },
  ])
})

test('an empty table', () => {
  expect(readConnections(tables({}), config, now)).toMatchObject({ live: 0, fullestLine: 0, mostPorts: 0 })
})
