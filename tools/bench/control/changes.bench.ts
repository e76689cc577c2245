import { ServiceMaps, sizeMaps } from '@skep/lb-maps'
import { backend, type Lab, lab } from '../../../packages/datapath/test/lab.ts'
import { freshMaps, type FreshMaps } from '../../../packages/lb-maps/bench/kernel-maps.ts'
import type { Bench, BenchCase } from '../bench.ts'
import { flowsTo } from './probe.ts'
import { quantile } from './quantile.ts'
import { LOOKS, type Seen, WatchedMaps } from './watched-maps.ts'
import { World } from './world.ts'

const CHANGES = 60
const SUSTAINED_MS = 2000
/** As the command does. */
const TICK_MS = 1000

/** How soon a change is what packets see, and how many a second there may be. Desired state in, packets through the program. */
export default {
  group: 'control',
  run(report) {
    using net = lab()
    net.nl.route.add({ destination: '172.16.0.0/12', via: backend.v4, index: net.back })
    report(visible(net))
    for (const [services, each, atOnce] of [
      [1, 1000, 1],
      [1, 1000, 50],
      [100, 10, 1],
      [10_000, 10, 500],
    ] as const)
      report(sustained(services, each, atOnce))
  },
} satisfies Bench

/** From the call that brings the change to a packet of a new connection that goes where it says. */
function visible(net: Lab): BenchCase {
  const world = new World(1, 1000)
  using maps = filled(1, 1000)
  const watched = new WatchedMaps(maps, net.ns)
  const services = ServiceMaps.adopt(watched.maps)
  reconcile(services, world)
  const times = Array.from({ length: CHANGES / 2 }, (_, round) => {
    const member = (7 * round) % 1000
    const address = world.addressOf(0, member)
    const flows = flowsTo(maps, address, 2 * LOOKS, 1000 * round)
    return [false, true].map((back) => {
      world.toggle(0, member)
      const ours = flows.splice(0, LOOKS)
      return watched.change(
        ours,
        (reached) => (reached === address) === back,
        () => reconcile(services, world),
      )
    })
  }).flat()
  const of = (figure: keyof Seen, share: number): number =>
    quantile(
      times.map((time) => time[figure]),
      share,
    )
  return {
    name: 'control/change-visible/1000-backends',
    ms: of('visibleMs', 0.5),
    p99Ms: of('visibleMs', 0.99),
    worstMs: of('visibleMs', 1),
    returnedMs: of('returnedMs', 0.5),
    cpuMs: of('cpuMs', 0.5),
    changes: CHANGES,
  }
}

/** Changes that come one after the other for some seconds, so many in each call. */
function sustained(services: number, each: number, atOnce: number): BenchCase {
  const world = new World(services, each)
  using maps = filled(services, services * each)
  const owner = ServiceMaps.adopt(maps)
  reconcile(owner, world)
  let changes = 0
  const cpu = process.cpuUsage()
  const start = performance.now()
  let ticked = start
  while (performance.now() - start < SUSTAINED_MS) {
    for (let i = 0; i < atOnce; i++, changes++) world.toggle(changes % services, Math.floor(changes / services) % each)
    reconcile(owner, world)
    if (performance.now() - ticked < TICK_MS) continue
    ticked = performance.now()
    owner.tick()
  }
  owner.tick()
  const perSecond = (1000 * changes) / (performance.now() - start)
  const { user, system } = process.cpuUsage(cpu)
  if (owner.preview(world.desired).steps.length > 0) throw new Error('the maps are not what was asked for last')
  const what = `${services * each}-backends/${services}-services/${atOnce}-at-once`
  return {
    name: `control/changes-per-second/${what}`,
    perSecond: Math.round(perSecond),
    cpuMs: (user + system) / 1000 / changes,
    changes,
  }
}

function reconcile(owner: ServiceMaps, { desired }: World): void {
  const [problem] = owner.reconcile(desired, { release: 'later' }).problems
  if (problem) throw new Error(`${problem.path}: ${problem.message}`)
}

function filled(services: number, backends: number): FreshMaps {
  const ringSlots = 2 ** 24
  return freshMaps(sizeMaps({ services, backends, ringSlots, connections: 4096 }))
}
