import { readFileSync } from 'node:fs'
import { loadLbXdp } from '@skep/datapath/lb-xdp'
import { openMaps, ServiceMaps, tableNames } from '@skep/lb-maps'
import { openNetlink } from 'netlink-ts'
import { parseConfig } from '../src/config/load.ts'
import { hashKeyOf, mapSizes, programConfig } from '../src/datapath/settings.ts'
import { backendAddresses, desiredState } from '../src/engine/desired.ts'
import { routeLookup } from '../src/nexthop/lookup.ts'

/** Brings a configuration file into new maps of the kernel, in a process of its own, and prints what that took. */
const [file = ''] = process.argv.slice(2)
const start = performance.now()
const before = process.cpuUsage()
const config = parseConfig(file, readFileSync(file, 'utf8'))
const parsed = performance.now()
const maps = Object.fromEntries(Object.entries(mapSizes(config)).map(([name, maxEntries]) => [name, { maxEntries }]))
using lb = loadLbXdp({ config: programConfig(config, 250), maps })
using mapped = openMaps(lb.maps, hashKeyOf(config))
const sources = new Map<string, string>()
for (const address of backendAddresses(config)) sources.set(address, '192.168.0.1')
const { changes, problems } = ServiceMaps.adopt(mapped).reconcile(desiredState(config, sources))
const end = performance.now()
const { user, system } = process.cpuUsage(before)
if (changes.length !== config.services.length || problems.length > 0) throw new Error(`${changes.length} services`)
console.log(
  JSON.stringify({
    seconds: (end - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    parseSeconds: (parsed - start) / 1000,
    megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
    ofThemTables: tableNames.reduce((sum, name) => sum + (mapped[name].mappedBytes ?? 0), 0) / 1e6,
    routesSeconds: askRoutes(sources.size),
  }),
)

/** As many routes as there are backends, of addresses that every machine has a route to. */
function askRoutes(count: number): number {
  using netlink = openNetlink()
  const lookup = routeLookup(netlink, String)
  const from = performance.now()
  for (let i = 0; i < count; i++) lookup(`127.${(i >>> 16) & 255}.${(i >>> 8) & 255}.1`)
  return (performance.now() - from) / 1000
}
