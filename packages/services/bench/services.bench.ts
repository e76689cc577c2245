import type { Bench } from '../../../tools/bench/bench.ts'
import { forLoadBalancer, ServiceTable } from '../src/index.ts'
import { withoutFirst, world } from './world.ts'

const SERVICES = 10_000
const EACH = 10
const COLD_ROUNDS = 7
const ROUNDS = 2000

type World = ReturnType<typeof world>

/** From objects to frontends and backends, everything at once and one change at a time. */
export default {
  group: 'control',
  run(report) {
    const size = `${SERVICES * EACH}-endpoints/${SERVICES}-services`
    const made = world(SERVICES, EACH)
    const builds = Array.from({ length: COLD_ROUNDS }, () => build(made))
    const floors = Array.from({ length: COLD_ROUNDS }, () => buildFloor(made))
    report({ name: `services/build/${size}`, seconds: median(builds), timesFloor: median(builds) / median(floors) })
    report({ name: `services/build/${size}/floor-objects`, seconds: median(floors) })
    const table = filled(made)
    report({ name: `services/change/${size}/one-slice`, ...quantiles(changes(table, made)) })
    const alone = world(1, EACH)
    report({ name: `services/change/${EACH}-endpoints/1-service/floor`, ...quantiles(changes(filled(alone), alone)) })
    report({
      name: `services/to-load-balancer/${size}`,
      seconds: median(Array.from({ length: COLD_ROUNDS }, () => convert(table))),
    })
  },
} satisfies Bench

function filled({ services, slices }: World): ServiceTable {
  const table = new ServiceTable({ nodeName: 'node-1' })
  for (const one of services) table.set(one)
  for (const one of slices) table.set(one)
  table.update(0)
  return table
}

/** Slices are new objects each time: what is remembered of them must not help. */
function build({ services, slices }: World): number {
  const fresh = { services, slices: slices.map((one) => ({ ...one })) }
  return seconds(() => {
    if (filled(fresh).backendCount !== SERVICES * EACH) throw new Error('not all endpoints are backends')
  })
}

/** One object, one key and one entry of a map for each endpoint and frontend: nothing decided. */
function buildFloor({ services, slices }: World): number {
  return seconds(() => {
    const backends = new Map<string, object>()
    const frontends = new Map<string, object>()
    for (const { endpoints, ports } of slices)
      for (const { addresses, nodeName, zone } of endpoints) {
        const key = `${ports[0]!.protocol} ${addresses[0]}:${ports[0]!.port}`
        backends.set(key, { id: backends.size, address: addresses[0], port: ports[0]!.port, nodeName, zone })
      }
    for (const { spec, metadata } of services)
      for (const { port } of spec.ports)
        frontends.set(`${spec.clusterIPs[0]}:${port}`, {
          address: spec.clusterIPs[0],
          port,
          service: metadata.name,
          members: [],
        })
    if (backends.size !== SERVICES * EACH || frontends.size !== SERVICES) throw new Error('not all are there')
  })
}

/** Microseconds of rounds with one slice that has changed: an endpoint goes, and comes back. */
function changes(table: ServiceTable, { slices }: World): number[] {
  return Array.from({ length: ROUNDS }, (_, round) => {
    const slice = slices[(77 * (round >>> 1)) % slices.length]!
    const changed = round % 2 === 0 ? withoutFirst(slice) : { ...slice }
    const before = performance.now()
    table.set(changed)
    const { computed, backends } = table.update(round)
    const took = performance.now() - before
    if (computed !== 1 || backends.set.length + backends.removed.length !== 1) throw new Error('another change')
    return 1000 * took
  })
}

function convert(table: ServiceTable): number {
  const byId = new Map([...table.backends()].map((one) => [one.id, one]))
  const facts = { nodeAddresses: ['172.16.0.1'], sourceTowards: () => '172.16.0.100' }
  return seconds(() => {
    const { desired } = forLoadBalancer(table.frontends(), (id) => byId.get(id), facts)
    if (desired.services.length === 0) throw new Error('no services')
  })
}

function seconds(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}

function quantiles(micros: readonly number[]): { readonly medianUs: number; readonly p99Us: number } {
  const sorted = micros.toSorted((a, b) => a - b)
  return { medianUs: sorted[sorted.length >>> 1]!, p99Us: sorted[Math.floor(sorted.length * 0.99)]! }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >>> 1]!
}
