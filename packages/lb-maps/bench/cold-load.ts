import { ServiceMaps, sizeMaps } from '../src/index.ts'
import { freshMaps } from './kernel-maps.ts'
import { world } from './world.ts'

/** Loads services into empty maps in a process of its own, with nothing compiled yet, and prints how long that took. */
const [services = 0, each = 0] = process.argv.slice(2).map(Number)
const desired = world(services, each)
using maps = freshMaps(sizeMaps({ services, backends: services * each, connections: 1024 }))
const before = process.memoryUsage().rss
const start = performance.now()
const { changes, problems } = ServiceMaps.adopt(maps).reconcile(desired)
const seconds = (performance.now() - start) / 1000
if (changes.length !== services || problems.length > 0) throw new Error(`${changes.length} of ${services} services`)
const megabytes = (process.resourceUsage().maxRSS * 1024 - before) / 1e6
console.log(JSON.stringify({ seconds, megabytes }))
