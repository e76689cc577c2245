import { type Bench, type BenchCase } from '../../../tools/bench/bench.ts'
import { type Desired, type LbMaps, ServiceMaps, sizeMaps, tableNames } from '../src/index.ts'
import { freshMaps } from './kernel-maps.ts'
import { world, withOneChange } from './world.ts'

const SERVICES = 10_000
const EACH = 10
const ROUNDS = 7
const sizing = sizeMaps({ services: SERVICES, backends: SERVICES * EACH, connections: 1024 })

/** Seconds of one round, by what was done. */
type Times = Record<'load' | 'again' | 'change' | 'adopt' | 'settle' | 'remove' | 'floor', number>

export default {
  group: 'control',
  run(report) {
    const desired = world(SERVICES, EACH)
    const rounds = Array.from({ length: ROUNDS }, (_, round) => measure(desired, round))
    const of = (what: keyof Times): number => median(rounds.map((times) => times[what]))
    const size = `${SERVICES * EACH}-backends/${SERVICES}-services`
    report(caseOf(`load/${size}`, of('load'), of('floor')))
    report(caseOf(`load/${size}/floor-same-bytes`, of('floor'), of('floor')))
    report(caseOf(`load/${size}/nothing-changed`, of('again'), of('floor')))
    report(caseOf(`load/${size}/one-service-changed`, of('change'), of('floor')))
    report(caseOf(`load/${size}/adopted-after-restart`, of('adopt'), of('floor')))
    report(caseOf(`load/${size}/adopted-and-compared-whole`, of('settle'), of('floor')))
    report(caseOf(`load/${size}/removed`, of('remove'), of('floor')))
  },
} satisfies Bench

function caseOf(name: string, seconds: number, floor: number): BenchCase {
  return { name, seconds, timesFloor: seconds / floor, rssMegabytes: Math.round(process.memoryUsage().rss / 1e6) }
}

/** From services as plain values to maps that hold them, and what comes after. */
function measure(desired: Desired, round: number): Times {
  using maps = freshMaps(sizing)
  const floor = seconds(() => fill(maps))
  fill(maps, 0)
  let services!: ServiceMaps
  const load = seconds(() => {
    services = ServiceMaps.adopt(maps)
    expectChanges(services, desired, SERVICES)
  })
  const again = seconds(() => expectChanges(services, desired, 0))
  const changed = withOneChange(desired, 77 * (round + 1))
  const change = seconds(() => expectChanges(services, changed, 1))
  const adopt = seconds(() => void (services = ServiceMaps.adopt(maps)))
  const settle = adopt + seconds(() => expectChanges(services, changed, 0))
  const remove = seconds(() => expectChanges(services, { services: [], sources: new Map() }, SERVICES))
  return { load, again, change, adopt, settle, remove, floor }
}

function expectChanges(services: ServiceMaps, desired: Desired, count: number): void {
  const { changes, problems } = services.reconcile(desired)
  if (problems.length > 0) throw new Error(`${problems[0]!.path}: ${problems[0]!.message}`)
  if (changes.length !== count) throw new Error(`${changes.length} services changed, not ${count}`)
}

/** As many bytes as the load writes, by the fastest way there is. */
function fill(maps: LbMaps, value = 1): void {
  for (const name of tableNames) maps[name].words.fill(value)
}

function seconds(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
