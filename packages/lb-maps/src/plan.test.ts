import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { someServices } from '../test/contract.ts'
import { anyDesired } from '../test/desired.ts'
import { contents, copyMaps, sizes, testKey } from '../test/maps.ts'
import type { Actual } from './actual.ts'
import { apply } from './apply.ts'
import { LbMapsError } from './error.ts'
import { explainFlow } from './explain-flow.ts'
import { shares } from './shares.ts'
import { ringSlots } from './lookup.ts'
import { type LbMaps, memoryMaps, type TableSizes } from './maps.ts'
import { plan } from './plan.ts'
import { readActual } from './read-actual.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Backend, Desired, Frontend } from './service.ts'

const frontend: Frontend = { address: '10.0.0.1', port: 80, protocol: 'TCP' }
const own = '192.168.0.1'

function backend(host: number, weight = 1): Backend {
  return { address: `172.16.${host >> 8}.${host & 255}`, port: 8080, weight }
}

function desired(backends: readonly Backend[], more: Partial<Desired['services'][number]> = {}): Desired {
  const sources = new Map(backends.map(({ address }) => [address, own]))
  return { services: [{ name: 'web', frontends: [frontend], backends, ...more }], sources }
}

function hosts(count: number, from = 1): Backend[] {
  return Array.from({ length: count }, (_, i) => backend(from + i))
}

function adopted(extra: Partial<TableSizes> = {}): ServiceMaps {
  return ServiceMaps.adopt(memoryMaps({ ...sizes, ...extra }, testKey))
}

/** Number and id of each member, by address. */
function members(maps: LbMaps): Map<string, { number: number; id: number }> {
  return new Map(shares(maps, frontend).map(({ address, number, id }) => [address, { number, id }]))
}

describe('a plan', () => {
  test('writes nothing, and leaves what it is made from alone', () => {
    fc.assert(
      fc.property(anyDesired, anyDesired, (before, after) => {
        const services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
        services.reconcile(before)
        const content = contents(services.maps)
        const first = plan(after, services.actual)
        expect(contents(services.maps)).toEqual(content)
        expect(plan(after, services.actual).steps).toEqual(first.steps)
      }),
    )
  })

  test('gives the same rings on every node, whatever was there before', () => {
    fc.assert(
      fc.property(anyDesired, anyDesired, (before, after) => {
        const [one, other] = [adopted(), adopted()]
        one.reconcile(before)
        one.reconcile(after)
        other.reconcile(after)
        for (const { address, port, protocol } of after.services.flatMap((service) => service.frontends)) {
          for (let client = 1; client < 10; client++) {
            const from = address.includes(':') ? `2001:db8:c::${client}` : `198.51.100.${client}`
            const flow = { client: from, clientPort: 40000 + client, address, port, protocol }
            const [a, b] = [explainFlow(one.maps, flow), explainFlow(other.maps, flow)]
            expect([a.outcome, a.member?.address, a.member?.port, a.source]).toEqual([
              b.outcome,
              b.member?.address,
              b.member?.port,
              b.source,
            ])
          }
        }
      }),
    )
  })

  test('of what is there already has no steps', () => {
    fc.assert(
      fc.property(anyDesired, (state) => {
        const services = adopted()
        services.reconcile(state)
        expect(services.preview(state).steps).toEqual([])
        expect(plan(state, readActual(services.maps)).steps).toEqual([])
      }),
    )
  })

  test('is refused as a whole, with every problem', () => {
    const services = adopted()
    const input = desired([{ address: 'x', port: 0 }, backend(1)])
    const refusal = (): unknown => plan(input, services.actual)
    expect(refusal).toThrow(LbMapsError)
    expect(refusal).toThrow(
      /^plan services: services\[0\]\.backends\[0\]\.address: "x" is not an IP address: .* \(and 1 more\)$/,
    )
  })
})

describe('a change costs what it changes', () => {
  test('a weight: slots, and nothing else', () => {
    const services = adopted()
    services.reconcile(desired(hosts(5)))
    const before = members(services.maps)
    const { steps, changes } = services.preview(desired([...hosts(4), backend(5, 2)]))
    expect(steps.map((step) => step.do)).toEqual(['set-slots'])
    const [slots] = steps
    if (slots?.do !== 'set-slots') throw new Error('no slots')
    expect(slots.at.length).toBeLessThan(1024 / 4)
    expect(changes[0]?.moved).toBeCloseTo(slots.at.length / 1024)
    services.reconcile(desired([...hosts(4), backend(5, 2)]))
    expect(members(services.maps)).toEqual(before)
  })

  test('maintenance and back: the member keeps number and id, and the ring is what it was', () => {
    const services = adopted()
    services.reconcile(desired(hosts(5)))
    const before = contents(services.maps)
    services.reconcile(desired([...hosts(4), backend(5, 0)]))
    expect(members(services.maps).has('172.16.0.5')).toBe(false)
    services.reconcile(desired(hosts(5)))
    expect(contents(services.maps)).toEqual(before)
  })

  test('a backend more or less: the others keep number and id', () => {
    const services = adopted()
    services.reconcile(desired(hosts(5)))
    const before = members(services.maps)
    services.reconcile(desired([...hosts(2), ...hosts(30, 4)]))
    const after = members(services.maps)
    for (const host of [1, 2, 4, 5]) {
      expect(after.get(`172.16.0.${host}`)).toEqual(before.get(`172.16.0.${host}`))
    }
    expect(after.size).toBe(32)
  })

  test('an own address: one word a member', () => {
    const services = adopted()
    services.reconcile(desired(hosts(3)))
    const next = desired(hosts(3))
    const sources = new Map(next.sources).set('172.16.0.2', '192.168.0.2')
    const { steps } = services.preview({ ...next, sources })
    expect(steps.map((step) => step.do)).toEqual(['write-source', 'insert-key', 'set-member-source'])
  })

  test('a service’s name: nothing', () => {
    const services = adopted()
    services.reconcile(desired(hosts(3)))
    expect(services.preview(desired(hosts(3), { name: 'other' })).steps).toEqual([])
  })

  test('one service of many leaves the others’ memory alone', () => {
    const services = adopted()
    services.reconcile(someServices(5))
    const next = someServices(5)
    const [first, ...rest] = next.services
    const { steps } = services.preview({
      ...next,
      services: [{ ...first!, backends: first!.backends.slice(1) }, ...rest],
    })
    const kinds = new Set(steps.map((step) => step.do))
    expect(kinds).toEqual(new Set(['set-slots', 'grace', 'set-member-ids', 'zero-members']))
  })
})

describe('ids', () => {
  test('stay over changes and restarts, and freed ones come back last', () => {
    const services = adopted({ members: 9 })
    services.reconcile(desired(hosts(5)))
    services.reconcile(desired(hosts(4, 2)))
    services.reconcile(desired([...hosts(4, 2), backend(9)]))
    expect(members(services.maps).get('172.16.0.9')?.id).toBe(6)
    const again = ServiceMaps.adopt(services.maps)
    again.reconcile(desired([...hosts(4, 2), ...hosts(3, 9)]))
    expect([9, 10, 11].map((host) => members(again.maps).get(`172.16.0.${host}`)?.id)).toEqual([6, 7, 8])
    again.reconcile(desired([...hosts(4, 2), ...hosts(4, 9)]))
    expect(members(again.maps).get('172.16.0.12')?.id).toBe(1)
  })

  test('an id that another frontend gets has another generation', () => {
    const services = adopted({ services: 2 })
    const generation = (): number => services.maps.services.words[1 * 16 + 7]! >>> 16
    services.reconcile(desired(hosts(1)))
    expect(generation()).toBe(1)
    services.reconcile(desired(hosts(2)))
    expect(generation()).toBe(1)
    services.reconcile({ services: [], sources: new Map() })
    expect(generation()).toBe(1)
    services.reconcile(desired(hosts(1), { frontends: [{ ...frontend, port: 81 }] }))
    expect(generation()).toBe(2)
  })

  test('of more than 64K members over many services', () => {
    const count = 70_000
    const services = adopted({ services4: 256, members: count + 1, memberIds: 8192, rings: 32_768, moves: 32_768 })
    const all = Array.from({ length: count }, (_, i): Backend => ({
      ...backend(1 + (i % 60_000)),
      port: 1 + Math.floor(i / 60_000),
    }))
    const each = Array.from({ length: 70 }, (_, i) => all.slice(i * 1000, (i + 1) * 1000))
    const state: Desired = {
      services: each.map((backends, i) => ({
        name: `s${i}`,
        frontends: [{ ...frontend, port: 1 + i }],
        backends,
        ringSize: 1024,
      })),
      sources: new Map(all.map(({ address }) => [address, own])),
    }
    const roomy = adopted({
      services4: 256,
      services: 128,
      members: count + 1,
      memberIds: 8192,
      rings: 4096,
      moves: 4096,
    })
    expect(roomy.reconcile(state).problems).toEqual([])
    expect(roomy.actual.memberIds.used).toBe(count)
    const last = shares(roomy.maps, { ...frontend, port: 70 })
    expect(Math.max(...last.map(({ id }) => id))).toBeGreaterThan(65_536)
    expect(services.actual.memberIds.used).toBe(0)
  })
})

describe('a service of as many members as there are numbers', () => {
  const count = 16_383
  const all = Array.from({ length: count }, (_, i): Backend => ({
    ...backend(1 + (i % 60_000)),
    port: 1 + Math.floor(i / 60_000),
  }))
  const big = { members: 2 * count, memberIds: 8192, rings: 8192, moves: 8192 }

  test('fits, and its last number is not mistaken for nobody', () => {
    const services = adopted(big)
    expect(services.reconcile(desired(all, { ringSize: 1 << 17 })).problems).toEqual([])
    const slots = ringSlots(services.maps, { base: 0, log2: 17 })
    expect(slots.includes(0x3fff)).toBe(false)
    expect(slots.includes(0x3ffe)).toBe(true)
    expect(readActual(services.maps).memberIds.used).toBe(count)
  })

  test('cannot replace one in one go, says so, and does it in two', () => {
    const services = adopted(big)
    services.reconcile(desired(all, { ringSize: 1 << 17 }))
    const next = [...all.slice(1), { address: '172.31.0.1', port: 1 }]
    const { problems } = services.reconcile(desired(next, { ringSize: 1 << 17 }))
    expect(problems.map(({ code }) => code)).toEqual(['FULL'])
    expect(problems[0]?.message).toContain('all its 16383 member numbers are taken')
    services.reconcile(desired(next.slice(0, -1), { ringSize: 1 << 17 }))
    expect(services.reconcile(desired(next, { ringSize: 1 << 17 })).problems).toEqual([])
  })
})

describe('what does not fit', () => {
  test.each<[string, Partial<TableSizes>, string]>([
    [
      'services',
      { services: 2 },
      'no room for the service: 1 of 1 services in services are taken; raise capacities.services',
    ],
    [
      'members',
      { members: 4 },
      'no room for 3 more members: 3 of 3 members in members are taken; raise capacities.backends',
    ],
    [
      'rings',
      { rings: 32, moves: 32 },
      'no room for a ring of 1024 slots in one piece: 1024 of 1024 slots in rings are taken; raise capacities.ringSlots',
    ],
    [
      'member_ids',
      { memberIds: 1 },
      'no room for a block of 16: 16 of 16 numbers in member_ids are taken; raise capacities.backends',
    ],
    [
      'services4',
      { services4: 1 },
      'no room for its key: 4 of 4 keys in services4 are taken; raise capacities.services',
    ],
  ])('%s: the message says what to raise, the rest goes in, and nothing leaks', (_, extra, message) => {
    const services = adopted(extra)
    const more: Frontend[] = [{ ...frontend, port: 81 }]
    const state: Desired = {
      services: [...desired(hosts(3)).services, { name: 'more', frontends: more, backends: hosts(3) }],
      sources: desired(hosts(3)).sources,
    }
    const input = extra.services4 ? withPorts(state, 4) : state
    const { problems } = services.reconcile(input)
    expect(problems.at(-1)).toMatchObject({ code: 'FULL', message })
    expect(shares(services.maps, frontend)).toHaveLength(3)
    expect(readActual(services.maps).leftovers).toEqual(services.actual.leftovers)
    services.reconcile({ services: [], sources: new Map() })
    expect([services.actual.memberIds.used, services.actual.rings.used, services.actual.memberLines.used]).toEqual([
      0, 0, 0,
    ])
  })

  function withPorts({ services, sources }: Desired, count: number): Desired {
    const [first] = services
    const all = Array.from({ length: count }, (_, i) => ({ ...first!, frontends: [{ ...frontend, port: 80 + i }] }))
    return { services: all, sources }
  }

  test('own addresses: unused ones make room, used ones do not', () => {
    const services = adopted({ sources: 3 })
    const to = (sources: Record<string, string>): Desired => {
      return { ...desired(hosts(3)), sources: new Map(Object.entries(sources)) }
    }
    services.reconcile(to({ '172.16.0.1': '192.168.0.1', '172.16.0.2': '192.168.0.2', '172.16.0.3': '192.168.0.2' }))
    services.reconcile(to({ '172.16.0.1': '192.168.0.1', '172.16.0.2': '192.168.0.1', '172.16.0.3': '192.168.0.1' }))
    expect([...services.actual.sources.keys()]).toEqual(['192.168.0.1', '192.168.0.2'])
    const next = to({ '172.16.0.1': '192.168.0.1', '172.16.0.2': '192.168.0.3', '172.16.0.3': '192.168.0.3' })
    expect(services.reconcile(next).problems).toEqual([])
    expect([...services.actual.sources.keys()]).toEqual(['192.168.0.1', '192.168.0.3'])
    const third = to({ '172.16.0.1': '192.168.0.1', '172.16.0.2': '192.168.0.3', '172.16.0.3': '192.168.0.4' })
    expect(services.reconcile(third).problems.map(({ path }) => path)).toEqual([
      'sources: 192.168.0.4',
      '10.0.0.1:80/TCP',
    ])
  })

  test('room that the same plan frees is used in the next round', () => {
    const services = adopted({ members: 11 })
    services.reconcile(desired(hosts(10)))
    const other: Desired = {
      ...desired(hosts(10, 20)),
      services: desired(hosts(10, 20), { frontends: [{ ...frontend, port: 81 }] }).services,
    }
    const { problems, changes } = services.reconcile(other)
    expect(problems).toEqual([])
    expect(changes.map(({ kind }) => kind)).toEqual(['remove', 'add'])
  })
})

describe('maps that this package did not write so', () => {
  test('another hash key is an error, not a rebuild', () => {
    const services = adopted()
    services.reconcile(someServices(5))
    const other = { ...copyMaps(services.maps), hashKey: { ...testKey, key0: 1n } }
    expect(() => readActual(other)).toThrow(/keys of services4 stand where the given hash key does not look for them/)
  })

  test('a service whose ring is another’s is built anew, and the other one keeps it', () => {
    const services = adopted()
    services.reconcile(someServices(5))
    const words = services.maps.services.words
    words[2 * 16] = words[1 * 16]!
    const actual: Actual = readActual(services.maps)
    expect(actual.leftovers.impostors).toEqual([2])
    const next = plan(someServices(5), actual)
    apply(next, services.maps)
    expect(readActual(services.maps).leftovers).toEqual(next.after.leftovers)
    expect(plan(someServices(5), readActual(services.maps)).steps).toEqual([])
  })
})
