import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { anyDesired } from '../test/desired.ts'
import { formatWords } from './address.ts'
import type { Desired } from './service.ts'
import { desired, one, table, web } from '../test/wanted.ts'

test('backends stand by address and port, each with its weight', () => {
  const backends = [
    { address: '172.16.0.10', port: 2, weight: 7 },
    { address: '172.16.0.9', port: 3 },
    { address: '172.16.0.10', port: 1, weight: 0 },
  ]
  const sources = { '172.16.0.9': '192.168.0.1', '172.16.0.10': '192.168.0.2' }
  const read = table(desired({ backends }, sources))
  const rows = [0, 1, 2].map((row) => [
    formatWords(read.words, 4 * row, 2),
    read.ports[row],
    read.weights[row],
    formatWords(read.sources, 4 * row, 2),
  ])
  expect(rows).toEqual([
    ['172.16.0.9', 3, 1, '192.168.0.1'],
    ['172.16.0.10', 1, 0, '192.168.0.2'],
    ['172.16.0.10', 2, 7, '192.168.0.2'],
  ])
})

test('a backend without an own address stays out of the ring, and that is said', () => {
  const read = table({ ...desired({}), sources: new Map() })
  expect(read.weights[0]).toBe(0)
  expect(read.withoutSource).toEqual([
    {
      path: 'services[0].backends[0].address',
      message: '172.16.0.1 takes no connections: there is no own address towards it',
    },
  ])
  const other = table({ ...desired({}), sources: new Map([['172.16.0.1', 'fd00::1']]) })
  expect(other.withoutSource[0]?.message).toContain('the own address towards it, fd00::1, is of another family')
})

test('an own address is found by the canonical text of its backend too', () => {
  const read = table({
    services: [
      {
        name: 'six',
        frontends: [{ ...web, address: '2001:db8::1' }],
        backends: [{ address: 'FD00:0:0::1', port: 1 }],
      },
    ],
    sources: new Map([['fd00::1', 'fd00::2']]),
  })
  expect(formatWords(read.sources, 0, 10)).toBe('fd00::2')
})

test('the order of services and backends makes no difference to any ring', () => {
  fc.assert(
    fc.property(anyDesired, (input) => {
      const turned = {
        ...input,
        services: input.services
          .map((service) => ({ ...service, backends: service.backends.toReversed() }))
          .toReversed(),
        sources: input.sources,
      }
      const digests = (of: Desired): string[] =>
        table(of)
          .services.map(({ digest }) => digest.join())
          .toSorted()
      expect(digests(turned)).toEqual(digests(input))
    }),
  )
})

test('a digest tells apart whatever makes another ring or another member', () => {
  const variants: Desired[] = [
    desired({}),
    desired({ backends: [{ ...one, port: 8081 }] }),
    desired({ backends: [{ ...one, weight: 2 }] }),
    desired({ backends: [{ ...one, address: '172.16.0.2' }] }, { '172.16.0.2': '192.168.0.1' }),
    desired({ backends: [] }),
    desired({ ringSize: 128 }),
    desired({}, { '172.16.0.1': '192.168.0.2' }),
    desired({ mode: 'dsr-option' }),
    desired({ algorithm: 'random' }),
    desired({ idleSeconds: 7 }),
    desired({ onFailure: 'reset' }),
    desired({ backends: [{ ...one, weight: 0 }] }),
    desired({ backends: [{ ...one, state: 'failed' }] }),
    desired({ backends: [{ ...one, state: 'gone' }] }),
    desired({
      backends: [
        { ...one, state: 'gone' },
        { ...one, port: 1 },
      ],
    }),
    { ...desired({}), sources: new Map() },
  ]
  const digests = variants.map((input) => table(input).services[0]!.digest.join())
  expect(new Set(digests).size).toBe(variants.length)
})
