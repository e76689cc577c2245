import { expect, test } from '@jest/globals'
import { orderFor } from '@skep/lb-maps'
import * as fc from 'fast-check'
import type { SockDesired, SockFrontend } from './desired.ts'
import { type Plan, plan } from './plan.ts'
import { Rounds } from './rounds.ts'
import { lengthOf } from './slots.ts'
import { type Capacities, defaultCapacities, emptyState, type State } from './state.ts'

const capacities: Capacities = { ...defaultCapacities, slots: 128, services: 16, frontends: 20, backends: 13 }
const ids = Array.from({ length: 14 }, (_, i) => i + 1)
const backends = new Map(
  ids.map((id) => [id, { id, address: `10.1.0.${id}`, port: 8080, protocol: 'TCP' as const }] as const),
)

const anyFrontend: fc.Arbitrary<SockFrontend> = fc.record({
  // So few that services want the same at times.
  address: fc.integer({ min: 1, max: 9 }).map((i) => `10.96.0.${i}`),
  port: fc.constantFrom(80, 81),
  protocol: fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const),
  scope: fc.constantFrom('internal' as const, 'internal' as const, 'external' as const),
  kind: fc.constantFrom('ClusterIP' as const, 'NodePort' as const),
  service: fc.constantFrom('default/a', 'default/b', 'default/c'),
  portName: fc.constant(''),
  members: fc
    .uniqueArray(fc.constantFrom(...ids), { maxLength: 4 })
    .map((some) => some.map((backend) => ({ backend, weight: backend % 3 }))),
  whenEmpty: fc.constantFrom('reject' as const, 'drop' as const),
})

/** What a step does to the list: one goes, one comes, one becomes another. */
const anyStep = fc.record({
  at: fc.nat(),
  verb: fc.constantFrom('add', 'add', 'remove', 'replace'),
  frontend: anyFrontend,
})

function stepped(list: readonly SockFrontend[], { at, verb, frontend }: Step): SockFrontend[] {
  const place = list.length === 0 ? 0 : at % list.length
  return list.toSpliced(place, verb === 'add' ? 0 : 1, ...(verb === 'remove' ? [] : [frontend]))
}

interface Step {
  readonly at: number
  readonly verb: string
  readonly frontend: SockFrontend
}

/** The maps, as plans write them. */
class Maps {
  readonly frontends = new Map<string, unknown>()
  readonly services = new Map<number, unknown>()
  readonly backends = new Map<number, unknown>()

  apply({ frontends, services, backends: some, gone }: Plan): void {
    for (const [id, backend] of some) this.backends.set(id, backend)
    for (const [place, service] of services) this.services.set(place, service)
    for (const [text, frontend] of frontends) this.frontends.set(text, frontend)
    for (const text of gone.frontends) this.frontends.delete(text)
    for (const place of gone.services) this.services.delete(place)
    for (const id of gone.backends) this.backends.delete(id)
  }
}

/** What sockets meet: places and blocks are nobody's business. */
function met({ frontends, services }: State): object {
  return Object.fromEntries(
    [...frontends].map(([text, { service, protected: isProtected }]) => {
      const { block: _block, ...rest } = services.get(service)!
      return [text, { ...rest, isProtected }]
    }),
  )
}

test('round after round like everything at once: what sockets meet, what is in the maps, what is free', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(anyStep, { minLength: 1, maxLength: 3 }), { maxLength: 40, size: 'max' }),
      (steps) => {
        const rounds = new Rounds(emptyState(capacities))
        const maps = new Maps()
        let list: SockFrontend[] = []
        for (const some of steps) {
          list = some.reduce(stepped, list)
          const desired: SockDesired = { frontends: list, backends, nodeAddresses: [] }
          const made = rounds.plan(desired, capacities)
          maps.apply(made)
          rounds.done(made)
          const { state } = rounds
          expect([maps.frontends, maps.services, maps.backends]).toEqual([
            state.frontends,
            state.services,
            state.backends,
          ])
          const again = plan(desired, state, capacities)
          expect(again.problems.length > 0).toBe(made.problems.length > 0)
          if (made.problems.length > 0) continue
          expect(met(state)).toEqual(met(plan(desired, emptyState(capacities), capacities).next))
          expect(again).toMatchObject({ newBlocks: new Set(), gone: { frontends: [], services: [], backends: [] } })
          expect([...again.frontends, ...again.services, ...again.backends]).toEqual([])
          const used = [...state.services.values()].map(({ slots }) => 1 << orderFor(lengthOf(slots)))
          expect(state.pool.used).toBe(1 + used.reduce((sum, lines) => sum + lines, 0))
        }
      },
    ),
  )
})

test('a change looks at the services that it is about, and at no others', () => {
  const service = (i: number, some: Partial<SockFrontend> = {}): SockFrontend => ({
    address: `10.96.${i >> 8}.${i & 255}`,
    port: 80,
    protocol: 'TCP',
    scope: 'internal',
    kind: 'ClusterIP',
    service: `default/web-${i}`,
    portName: '',
    members: [{ backend: 1, weight: 1 }],
    whenEmpty: 'reject',
    ...some,
  })
  const rounds = new Rounds(emptyState(defaultCapacities))
  const list = Array.from({ length: 1000 }, (_, i) => service(i))
  const desired = (frontends: readonly SockFrontend[]): SockDesired => ({ frontends, backends, nodeAddresses: [] })
  rounds.done(rounds.plan(desired(list), defaultCapacities))
  const other = service(7, { members: [{ backend: 2, weight: 1 }] })
  const made = rounds.plan(desired(list.with(7, other)), defaultCapacities)
  // Written where they are, not copied.
  expect(made.next.frontends).toBe(rounds.state.frontends)
  expect([made.services.size, made.newBlocks.size, made.frontends.size]).toEqual([1, 1, 0])
  expect(made.endsSockets).toBe(true)
})
