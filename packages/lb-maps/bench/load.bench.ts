import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Bench } from '../../../tools/bench/bench.ts'
import { type Desired, type LbMaps, ServiceMaps, sizeMaps, tableNames } from '../src/index.ts'
import { freshMaps } from './kernel-maps.ts'
import { median, seconds } from './measure.ts'
import { world, withOneChange } from './world.ts'

const SERVICES = 10_000
const EACH = 10
const COLD_STARTS = 5
const ROUNDS = 7
const sizing = sizeMaps({ services: SERVICES, backends: SERVICES * EACH, connections: 1024 })

/** Seconds of one round, by what was done. */
type Times = Record<'load' | 'again' | 'change' | 'adopt' | 'compare' | 'remove' | 'floor', number>

/** From services as plain values to maps of the kernel that hold them, everything computed on the way. */
export default {
  group: 'control',
  run(report) {
    const size = `load/${SERVICES * EACH}-backends/${SERVICES}-services`
    const cold = Array.from({ length: COLD_STARTS }, coldStart)
    const desired = world(SERVICES, EACH)
    const rounds = Array.from({ length: ROUNDS }, (_, round) => measure(desired, round))
    const of = (what: keyof Times): number => median(rounds.map((times) => times[what]))
    const megabytes = median(cold.map((one) => one.megabytes))
    report({ name: size, seconds: median(cold.map((one) => one.seconds)), megabytes })
    report({ name: `${size}/floor-same-memory`, seconds: of('floor') })
    report({ name: `${size}/warm`, seconds: of('load') })
    report({ name: `${size}/nothing-changed`, seconds: of('again') })
    report({ name: `${size}/one-service-changed`, seconds: of('change') })
    report({ name: `${size}/adopted-after-restart`, seconds: of('adopt') })
    report({ name: `${size}/compared-after-restart`, seconds: of('compare') })
    report({ name: `${size}/removed`, seconds: of('remove') })
  },
} satisfies Bench

/** In a process of its own, where nothing is compiled yet. The start of the process does not count. */
function coldStart(): { readonly seconds: number; readonly megabytes: number } {
  const script = fileURLToPath(new URL('cold-load.ts', import.meta.url))
  const args = ['--conditions=@skep/source', script, String(SERVICES), String(EACH)]
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8' })
  return JSON.parse(printed) as { seconds: number; megabytes: number }
}

function measure(desired: Desired, round: number): Times {
  using maps = freshMaps(sizing)
  fill(maps, 1)
  const floor = seconds(() => fill(maps, 2))
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
  const compare = seconds(() => expectChanges(services, changed, 0))
  const remove = seconds(() => expectChanges(services, { services: [], sources: new Map() }, SERVICES))
  return { load, again, change, adopt, compare, remove, floor }
}

function expectChanges(services: ServiceMaps, desired: Desired, count: number): void {
  const { changes, problems } = services.reconcile(desired)
  if (problems.length > 0) throw new Error(`${problems[0]!.path}: ${problems[0]!.message}`)
  if (changes.length !== count) throw new Error(`${changes.length} services changed, not ${count}`)
}

/** All memory of the maps, by the fastest way there is. */
function fill(maps: LbMaps, value: number): void {
  for (const name of tableNames) maps[name].words.fill(value)
}
