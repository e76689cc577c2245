import { describe, expect, test } from '@jest/globals'
import { orderFor } from '@skep/lb-maps'
import * as fc from 'fast-check'
import type { SockDesired, SockFrontend } from './desired.ts'
import { isEmpty, plan } from './plan.ts'
import { lengthOf } from './slots.ts'
import { type Capacities, defaultCapacities, emptyState, type State } from './state.ts'

const capacities: Capacities = { ...defaultCapacities, slots: 64, services: 8, frontends: 8, backends: 16 }

function frontend(
  address: string,
  members: readonly (readonly [number, number])[],
  some: Partial<SockFrontend> = {},
): SockFrontend {
  return {
    address,
    port: 80,
    protocol: 'TCP',
    scope: 'internal',
    kind: 'ClusterIP',
    service: 'default/web',
    portName: 'http',
    members: members.map(([backend, weight]) => ({ backend, weight })),
    whenEmpty: 'reject',
    ...some,
  }
}

function desired(frontends: readonly SockFrontend[], some: Partial<SockDesired> = {}): SockDesired {
  const ids = Array.from({ length: 20 }, (_, i) => i + 1)
  const backends = new Map(ids.map((id) => [id, { id, address: `10.1.0.${id}`, port: 8080, protocol: 'TCP' as const }]))
  return { frontends, backends, nodeAddresses: [], ...some }
}

const empty = (): State => emptyState(capacities)

describe('plan', () => {
  test('frontends of a service share their backends; nothing is left to do afterwards', () => {
    const all = [
      frontend('10.96.0.1', [
        [1, 1],
        [2, 1],
      ]),
      frontend(
        '0.0.0.0',
        [
          [1, 1],
          [2, 1],
        ],
        { kind: 'NodePort', port: 30080 },
      ),
    ]
    const made = plan(desired(all), empty(), capacities)
    expect(made.services.size).toBe(1)
    expect([...made.frontends]).toEqual([
      ['TCP 10.96.0.1 80', { service: 0, protected: false }],
      ['TCP 0.0.0.0 30080', { service: 0, protected: true }],
    ])
    expect([...made.backends.keys()]).toEqual([1, 2])
    expect(isEmpty(plan(desired(all), made.next, capacities))).toBe(true)
  })

  test('what is not for sockets of this node is left out', () => {
    const others = [
      frontend('10.96.0.1', [[1, 1]], { scope: 'external' }),
      frontend('10.96.0.2', [[1, 1]], { protocol: 'SCTP' }),
    ]
    expect(isEmpty(plan(desired(others), empty(), capacities))).toBe(true)
  })

  test('weights are shares of the slots; those without one drain', () => {
    const [service] = plan(
      desired([
        frontend('10.96.0.1', [
          [3, 2],
          [1, 4],
          [2, 0],
        ]),
      ]),
      empty(),
      capacities,
    ).services.values()
    expect(service?.slots).toEqual({ active: [1, 1, 3], draining: [2] })
    const [uneven] = plan(
      desired([
        frontend('10.96.0.1', [
          [1, 1000],
          [2, 1],
        ]),
      ]),
      empty(),
      capacities,
    ).services.values()
    expect(uneven?.slots.active).toEqual([...Array<number>(16).fill(1), 2])
  })

  test('a backend that topology leaves out keeps its sockets', () => {
    const before = plan(
      desired([
        frontend('10.96.0.1', [
          [1, 1],
          [2, 1],
        ]),
      ]),
      empty(),
      capacities,
    ).next
    const made = plan(desired([frontend('10.96.0.1', [[2, 1]], { leftOut: [1] })]), before, capacities)
    expect(made.services.get(0)?.slots).toEqual({ active: [2], draining: [1] })
    expect(made.endsSockets).toBe(false)
  })

  test('a changed service keeps its place, and its new block is beside the old one', () => {
    const before = plan(
      desired([
        frontend('10.96.0.1', [
          [1, 1],
          [2, 1],
        ]),
      ]),
      empty(),
      capacities,
    ).next
    const made = plan(
      desired([
        frontend('10.96.0.1', [
          [2, 1],
          [3, 1],
        ]),
      ]),
      before,
      capacities,
    )
    expect([...made.services.keys()]).toEqual([0])
    expect(made.services.get(0)?.block).not.toBe(before.services.get(0)?.block)
    expect(made.frontends.size).toBe(0)
    expect([...made.backends.keys()]).toEqual([3])
    expect(made.gone.backends).toEqual([1])
    expect(made.lost).toEqual({ TCP: new Set([1]), UDP: new Set() })
    expect(made.endsSockets).toBe(true)
  })

  test('a backend that drains is kept, and ends no socket', () => {
    const before = plan(
      desired([
        frontend('10.96.0.1', [
          [1, 1],
          [2, 1],
        ]),
      ]),
      empty(),
      capacities,
    ).next
    const made = plan(
      desired([
        frontend('10.96.0.1', [
          [1, 0],
          [2, 1],
        ]),
      ]),
      before,
      capacities,
    )
    expect(made.gone.backends).toEqual([])
    expect(made.endsSockets).toBe(false)
  })

  test.each<[string, SockFrontend[], RegExp]>([
    [
      'two that want one address',
      [frontend('10.96.0.1', [[1, 1]]), frontend('10.96.0.1', [[2, 1]], { service: 'default/other' })],
      /default\/other:http wants it, but default\/web:http has it/,
    ],
    ['a backend that nobody knows', [frontend('10.96.0.1', [[99, 1]])], /backend 99, which is not among the backends/],
    ['a backend of the other family', [frontend('fd00::1', [[1, 1]])], /10\.1\.0\.1, which is of another family/],
    [
      'too many slots',
      [
        frontend(
          '10.96.0.1',
          Array.from({ length: 16 }, (_, i) => [i + 1, 1000 - i * 62] as const),
        ),
      ],
      /no room for its \d+ slots/,
    ],
    [
      'too many frontends',
      Array.from({ length: 9 }, (_, i) => frontend(`10.96.1.${i}`, [[1, 1]])),
      /all 8 frontends are taken/,
    ],
    [
      'too many services',
      Array.from({ length: 9 }, (_, i) => frontend(`10.96.1.${i}`, [[1, 1]], { service: `default/${i}` })),
      /all 8 services are taken/,
    ],
    [
      'too many backends',
      [
        frontend(
          '10.96.0.1',
          Array.from({ length: 17 }, (_, i) => [i + 1, 1] as const),
        ),
      ],
      /no room for its backends among 16/,
    ],
  ])('%s: told, and the rest is carried out', (_, frontends, message) => {
    const made = plan(
      desired([frontend('10.96.0.200', [[5, 1]], { service: 'default/fine' }), ...frontends]),
      empty(),
      capacities,
    )
    expect(made.problems[0]?.message).toMatch(message)
    expect(made.frontends.has('TCP 10.96.0.200 80')).toBe(true)
  })

  const anyFrontend = fc.record({
    last: fc.integer({ min: 1, max: 12 }),
    members: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 3 })), {
      selector: ([id]) => id,
      maxLength: 5,
    }),
    service: fc.integer({ min: 0, max: 3 }),
    affinitySeconds: fc.constantFrom(0, 60),
  })

  test('over any churn no frontend leads to what is not there, and nothing leaks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(anyFrontend, { selector: ({ last }) => last, maxLength: 10 }), { maxLength: 12 }),
        (rounds) => {
          let state = empty()
          for (const round of rounds) {
            const frontends = round.map(({ last, members, service, affinitySeconds }) =>
              frontend(`10.96.0.${last}`, members, { service: `default/${service}`, affinitySeconds }),
            )
            const made = plan(desired(frontends), state, capacities)
            const kept = new Set(state.services.values().map(({ block }) => block))
            for (const place of made.newBlocks) expect(kept.has(made.services.get(place)!.block)).toBe(false)
            state = made.next
            checkWhole(state)
          }
        },
      ),
    )
  })

  function checkWhole({ frontends, services, backends, pool }: State): void {
    for (const { service } of frontends.values()) expect(services.has(service)).toBe(true)
    const used = new Set([...services.values()].flatMap(({ slots }) => [...slots.active, ...slots.draining]))
    expect(new Set(backends.keys())).toEqual(used)
    const taken = [...services.values()].reduce((sum, { slots }) => sum + (1 << orderFor(lengthOf(slots))), 1)
    expect(pool.used).toBe(taken)
    expect(new Set(services.values().map(({ block }) => block)).size).toBe(services.size)
  }
})
