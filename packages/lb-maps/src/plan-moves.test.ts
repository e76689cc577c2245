import { describe, expect, test } from '@jest/globals'
import { choose, type Intent, lastValue } from '../test/datapath.ts'
import { copyMaps, sizes, testKey } from '../test/maps.ts'
import type { Now } from './clock.ts'
import { capacity } from './capacity.ts'
import { explainFlow } from './explain-flow.ts'
import { shares } from './shares.ts'
import { hashWords } from './hash.ts'
import { memoryMaps, type TableSizes } from './maps.ts'
import { readMembers, readService } from './reader.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Backend, Desired, Frontend, Service } from './service.ts'

const frontend: Frontend = { address: '10.0.0.1', port: 80, protocol: 'TCP' }
const idle = 60

function host(number: number, more: Partial<Backend> = {}): Backend {
  return { address: `172.16.0.${number}`, port: 80, ...more }
}

function desired(backends: readonly Backend[], more: Partial<Service> = {}): Desired {
  const service: Service = { name: 'web', frontends: [frontend], mode: 'dsr-l2', idleSeconds: idle, backends, ...more }
  return { services: [service], sources: new Map(backends.map(({ address }) => [address, '192.168.0.1'])) }
}

/** A load balancer whose time stands still until it is told. */
class Node {
  seconds: number
  readonly services: ServiceMaps

  constructor(seconds = 1000, extra: Partial<TableSizes> = {}, maps = memoryMaps({ ...sizes, ...extra }, testKey)) {
    this.seconds = seconds
    this.services = ServiceMaps.adopt(maps, () => this.now)
  }

  get now(): Now {
    return { seconds: this.seconds, epochSeconds: this.seconds + 1_700_000_000, recordTime: this.seconds & 0xffff }
  }

  pass(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.seconds++
      this.services.tick()
    }
  }

  get service() {
    return readService(this.services.maps, 1)!
  }

  get members() {
    return readMembers(this.services.maps, 1)
  }

  /** What each slot says, with backends in place of numbers. */
  slots(): string[] {
    const { maps } = this.services
    const names = new Map(this.members.map(({ number, address }) => [number, address]))
    return Array.from({ length: this.service.slots }, (_, slot) => {
      const word = maps.rings.shorts[(maps.services.words[16]! >>> 5) * 32 + slot]!
      const previous = maps.moves.shorts[((maps.services.words[16]! >>> 5) + (slot >>> 5)) * 64 + (slot & 31)]!
      const phase = word >>> 14
      const asked = phase === 1 || phase === 2 ? ` before ${names.get(previous)}` : ''
      return `${phase} ${names.get(word & 0x3fff)}${asked}`
    })
  }
}

test('slots go through their phases as the service says, over a restart too', () => {
  const node = new Node()
  node.services.reconcile(desired([host(1), host(2)]))
  expect(node.service.moving).toEqual({ move: 0, harvest: 0, settled: 0 })
  node.services.reconcile(desired([host(1), host(2), host(3)], { drainSeconds: 10 }))
  const { move } = node.service.moving
  expect(move).toBeGreaterThan(300)
  expect(node.service.records).toBeGreaterThan(0)
  node.pass(9)
  expect(node.service.moving.move).toBe(move)
  const again = new Node(node.seconds, {}, copyMaps(node.services.maps))
  again.services.reconcile(desired([host(1), host(2), host(3)], { drainSeconds: 10 }))
  again.pass(1)
  expect(again.service.moving).toEqual({ move: 0, harvest: move, settled: 0 })
  again.pass(idle - 1)
  expect(again.service.moving.harvest).toBe(move)
  again.pass(3)
  expect([again.service.moving, again.service.records]).toEqual([{ move: 0, harvest: 0, settled: 0 }, 0])
  expect(again.services.isSettled).toBe(true)
})

describe('slots whose old connections are being recorded', () => {
  /** In HARVEST, with 64 places for records. */
  function harvesting(): Node {
    const node = new Node()
    const more = { drainSeconds: 0, records: 64 }
    node.services.reconcile(desired([host(1), host(2)], more))
    node.services.reconcile(desired([host(1), host(2), host(3)], more))
    node.pass(1)
    expect(node.service.moving.harvest).toBeGreaterThan(300)
    return node
  }

  /** Seconds go by in which so many flows of the first backend send packets. */
  function passWith(node: Node, seconds: number, flows: number): void {
    for (let i = 0; i < seconds; i++) {
      const { longs } = node.services.maps.records
      for (let at = 0; at < flows; at++) longs[at] = (BigInt(node.seconds & 0xffff) << 48n) | BigInt(at + 1)
      node.pass(1)
    }
  }

  test('do not settle while the records are full, nor before all have had time to be recorded after it', () => {
    const node = harvesting()
    const { harvest } = node.service.moving
    passWith(node, 3 * idle, 60)
    expect(node.service.moving).toEqual({ move: 0, harvest, settled: 0 })
    expect(node.services.waiting).toEqual([
      { code: 'CROWDED', path: '10.0.0.1:80/TCP', message: expect.stringContaining('60 of its 64 records are in use') },
    ])
    passWith(node, idle - 1, 8)
    expect(node.service.moving.harvest).toBe(harvest)
    node.services.maps.records.longs.fill(0n)
    node.pass(idle + 4)
    expect(node.service.moving.harvest).toBe(0)
    expect(node.services.waiting).toEqual([])
  })

  test('do not settle while some flows find both of their lines full', () => {
    const node = harvesting()
    const { harvest } = node.service.moving
    passWith(node, 2 * idle, 32)
    expect(node.service.moving.harvest).toBe(harvest)
  })

  test('settle beside records that have room', () => {
    const node = harvesting()
    passWith(node, idle, 12)
    expect(node.service.moving.harvest).toBe(0)
    expect(node.services.waiting).toEqual([])
  })
})

test('a backend that is taken out drains, which everybody can see, and is a backend again when it comes back', () => {
  const node = new Node()
  node.services.reconcile(desired([host(1), host(2)]))
  const { id } = node.members[1]!
  node.services.reconcile(desired([host(1)]))
  expect(node.members[1]).toMatchObject({ id, address: '172.16.0.2', draining: true, slots: 0 })
  const flow = { client: '198.51.100.7', ...frontend }
  const moving = Array.from({ length: 50 }, (_, i) =>
    explainFlow(node.services.maps, { ...flow, clientPort: 4000 + i }),
  )
  const moved = moving.find(({ move }) => move !== undefined)!
  expect(moved).toMatchObject({ member: { address: '172.16.0.1' }, move: { phase: 'move', previous: '172.16.0.2:80' } })
  expect(moved.why.slice(3, 5)).toEqual([
    'the slot changes hands: a flow that opens goes to member number 0, which is id 1: 172.16.0.1:80 and is recorded',
    'any other flow that is not recorded goes to member number 1, which is id 2: 172.16.0.2:80 (draining)',
  ])
  node.services.reconcile(desired([host(1), host(2)]))
  expect(node.members[1]).toMatchObject({ id, draining: false })
  node.services.reconcile(desired([host(1)]))
  node.pass(200)
  expect(node.members.map(({ address }) => address)).toEqual(['172.16.0.1'])
})

test('a flow that is on its way to a backend in the last moment of its drain stays there', () => {
  let finish = (): void => undefined
  const maps = memoryMaps(sizes, testKey, { gracePeriod: () => finish() })
  const node = new Node(1000, {}, maps)
  const more = { frontends: [{ ...frontend, protocol: 'UDP' as const }] }
  node.services.reconcile(desired([host(1), host(2)], more))
  node.services.reconcile(desired([host(1)], more))
  node.pass(idle - 1)
  const flow = Array.from({ length: 20 }, (_, i) => hashWords(1n, [BigInt(i)])).find(
    (one) => slotPhase(node, one) === 2,
  )!
  const machine = { maps, recordTime: () => node.seconds & 0xffff, random: () => 0 }
  const steps = choose(machine, 1, flow, 'unknown')
  for (let i = 0; i < 30; i++) steps.next()
  let first: number | undefined
  finish = () => {
    while (first === undefined) first = steps.next().value as number | undefined
  }
  node.pass(1)
  expect([slotPhase(node, flow), first]).toEqual([3, node.members[1]!.id])
  expect(lastValue(choose(machine, 1, flow, 'unknown'))).toBe(first)
})

function slotPhase({ services: { maps } }: Node, flow: bigint): number {
  const ring = maps.services.words[16]!
  return maps.rings.shorts[(ring >>> 5) * 32 + Number(flow >> BigInt(64 - (ring & 31)))]! >>> 14
}

test('one that is gone goes at once', () => {
  const node = new Node()
  node.services.reconcile(desired([host(1), host(2)]))
  node.services.reconcile(desired([host(1), host(2, { state: 'gone' })]))
  expect(node.members.map(({ address, slots }) => [address, slots])).toEqual([['172.16.0.1', 1024]])
  expect(node.service.moving).toEqual({ move: 0, harvest: 0, settled: 0 })
})

test.each<[string, Partial<Service>, number]>([
  ['TCP, keep', {}, 1],
  ['TCP, reset', { onFailure: 'reset' }, 0],
  ['UDP', { frontends: [{ ...frontend, protocol: 'UDP' }] }, 0],
  ['QUIC', { frontends: [{ ...frontend, protocol: 'UDP' }], quic: true }, 1],
])('a failed backend’s connections stay or go: %s', (_, more, moves) => {
  const node = new Node()
  node.services.reconcile(desired([host(1), host(2)], more))
  node.services.reconcile(desired([host(1), host(2, { state: 'failed' })], more))
  expect(Math.sign(node.service.moving.move)).toBe(moves)
  expect(node.members[1]).toMatchObject({ slots: 0, draining: false })
})

test.each<['keep' | 'reset', boolean]>([
  ['keep', true],
  ['reset', false],
])('a recorded connection of a backend that fails: %s', (onFailure, stays) => {
  const node = new Node()
  node.services.reconcile(desired([host(1), host(2)], { onFailure }))
  node.services.reconcile(desired([host(1), host(2), host(3)], { onFailure }))
  const machine = { maps: node.services.maps, recordTime: () => node.seconds & 0xffff, random: () => 0 }
  const send = (flow: bigint, intent: Intent): number => lastValue(choose(machine, 1, flow, intent))
  const flows = Array.from({ length: 200 }, (_, i) => hashWords(1n, [BigInt(i)]))
  const [, second, third] = node.members.map(({ id }) => id)
  const old = flows.slice(100).filter((flow) => send(flow, 'watches') === second)
  const its = flows.slice(0, 100).filter((flow) => send(flow, 'opens') === third)
  expect(its.length).toBeGreaterThan(10)
  node.services.reconcile(desired([host(1), host(2), host(3, { state: 'failed' })], { onFailure }))
  expect(its.map((flow) => send(flow, 'goes-on') === third)).toEqual(its.map(() => stays))
  const others = [host(1), host(2, { state: 'failed' }), host(3, { state: 'failed' })]
  node.services.reconcile(desired(others, { onFailure }))
  expect(old.length).toBeGreaterThan(20)
  expect(old.map((flow) => send(flow, 'watches') === second)).toEqual(old.map(() => stays))
})

test('a translated service without affinity needs no moves, and one by which nothing is remembered no records', () => {
  const node = new Node()
  node.services.reconcile(desired([host(1), host(2)], { mode: 'snat' }))
  node.services.reconcile(desired([host(1), host(3)], { mode: 'snat' }))
  expect([node.service.moving.move, node.service.records, node.services.isSettled]).toEqual([0, 0, true])
  expect(node.members.map(({ address }) => address)).toEqual(['172.16.0.1', '172.16.0.3'])
})

describe('a ring', () => {
  const four = [host(1), host(2), host(3), host(4)]

  test('that grows moves only what the larger ring has elsewhere, and none settles before its time', () => {
    const node = new Node()
    node.services.reconcile(desired(four, { ringSize: 256 }))
    const before = node.slots()
    node.services.reconcile(desired(four, { ringSize: 1024 }))
    node.slots().forEach((slot, i) => {
      const owner = before[i >> 2]!.slice(2)
      expect(slot === `0 ${owner}` || slot.endsWith(` before ${owner}`)).toBe(true)
    })
  })

  test('that shall be smaller keeps its size until nothing moves', () => {
    const node = new Node()
    node.services.reconcile(desired(four, { ringSize: 1024 }))
    node.services.reconcile(desired(four, { ringSize: 256 }))
    expect(node.service.slots).toBe(1024)
    node.pass(200)
    node.services.reconcile(desired(four, { ringSize: 256 }))
    expect(node.service.slots).toBe(256)
    const fresh = new Node()
    fresh.services.reconcile(desired(four, { ringSize: 256 }))
    expect(node.slots()).toEqual(fresh.slots())
    expect(node.services.preview(desired(four, { ringSize: 256 })).steps).toEqual([])
  })

  test('of a service whose backends are all in maintenance keeps their connections, and goes when they are over', () => {
    const node = new Node()
    node.services.reconcile(desired(four))
    const none = desired(four.map((one) => ({ ...one, weight: 0 })))
    node.services.reconcile(none)
    expect(node.service.moving.move).toBe(1024)
    expect(shares(node.services.maps, frontend)).toMatchObject([{ address: 'nobody', slots: 1024 }])
    node.pass(200)
    node.services.reconcile(none)
    expect([node.service.slots, node.members.length]).toEqual([0, 4])
  })
})

describe('records', () => {
  test('that find no room: only failed backends lose their slots, the rest waits, and the option is named', () => {
    const node = new Node(1000, { records: 2 })
    const declared = { records: 64 }
    node.services.reconcile(desired([host(1), host(2)], declared))
    const { problems } = node.services.reconcile(desired([host(1, { state: 'failed' }), host(2), host(3)], declared))
    expect(problems[0]?.message).toBe(
      'no room for 64 records in one piece: 0 of 16 records in records are taken; raise capacities.records; ' +
        'until then no slot changes hands but those of backends that failed',
    )
    const slots = Object.fromEntries(node.members.map(({ address, slots }) => [address, slots]))
    expect(slots['172.16.0.1']).toBe(0)
    expect(slots['172.16.0.2']).toBeGreaterThanOrEqual(512)
    expect(node.service.moving).toEqual({ move: 0, harvest: 0, settled: 0 })
  })

  test('are counted by a gauge while they are taken', () => {
    const node = new Node()
    node.services.reconcile(desired([host(1), host(2)], { records: 1000 }))
    const used = () => capacity(node.services.actual).find(({ map }) => map === 'records')
    expect(used()).toMatchObject({ used: 0, size: 8192, option: 'records' })
    node.services.reconcile(desired([host(1)], { records: 1000 }))
    expect(used()?.used).toBe(1024)
    node.pass(200)
    expect(used()?.used).toBe(0)
  })

  test('of a service that chooses at random are there from the start, or the service is not', () => {
    const node = new Node()
    node.services.reconcile(desired([host(1)], { algorithm: 'random', mode: 'dsr-ipip', records: 64 }))
    expect(node.service).toMatchObject({ algorithm: 'random', mode: 'dsr-ipip', records: 64 })
    const full = new Node(1000, { records: 2 })
    const { problems } = full.services.reconcile(desired([host(1)], { algorithm: 'random', records: 64 }))
    expect(problems[0]?.message).toContain('raise capacities.records')
    expect(full.services.actual.serviceIds.used).toBe(0)
  })
})

describe('load balancers side by side', () => {
  const epoch = 1_700_000_000
  const states = (t: number): Backend[] => [
    host(1),
    host(2, { drainingSince: epoch + 1030 }),
    host(3, { weight: 2 }),
    host(4, { addedAt: epoch + 1010 }),
    ...(t >= 1050 ? [host(5, { addedAt: epoch + 1050 })] : []),
  ]
  const at = (t: number): Desired => desired(states(t), { drainSeconds: 25, ringSize: 256 })

  test.each([1012, 1031, 1036, 1051, 1062, 1080, 1100, 1130, 1200])(
    'agree on who has and had each slot, also one that has just been started, at %d',
    (end) => {
      const old = new Node(1000)
      for (const moment of [1000, 1010, 1030, 1050, end].filter((time) => time <= end)) {
        old.pass(moment - old.seconds)
        old.services.reconcile(at(moment))
      }
      const fresh = new Node(end)
      fresh.services.reconcile(at(end))
      const settledIsStable = (slot: string): string => slot.replace(/^3/, '0')
      expect(fresh.slots()).toEqual(old.slots().map(settledIsStable))
    },
  )
})
