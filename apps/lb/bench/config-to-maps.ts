import { readFileSync } from 'node:fs'
import { loadLbXdp } from '@skep/datapath/lb-xdp'
import { openMaps, ServiceMaps, tableNames } from '@skep/lb-maps'
import { anonymousNamespace, openNetlink } from 'netlink-ts'
import { parseConfig } from '../src/config/load.ts'
import {
  backendAddresses,
  backendNeeds,
  hashKeyOf,
  KnownCells,
  KnownRoutes,
  mapSizes,
  programConfig,
  resolveBackends,
  routeLookup,
} from '@skep/lb-engine'
import { engineModel } from '../src/config/model.ts'

/** Brings a configuration file into new maps of the kernel, in a process of its own, and prints what that took. */
const [file = ''] = process.argv.slice(2)
await using ns = anonymousNamespace()
using netlink = openNetlink({ ns })
for (const name of ['eth0', 'lan0']) netlink.link.add({ kind: 'veth', name, peer: { name: `${name}-peer` }, up: true })
for (const name of ['eth0', 'lan0']) netlink.link.set({ name: `${name}-peer`, up: true })
netlink.address.add({ device: 'lan0', address: '192.168.0.1/24' })
netlink.route.add({ destination: '172.16.0.0/12', via: '192.168.0.254' })

const start = performance.now()
const before = process.cpuUsage()
const config = parseConfig(file, readFileSync(file, 'utf8'))
const parsed = performance.now()
const maps = Object.fromEntries(Object.entries(mapSizes(config)).map(([name, maxEntries]) => [name, { maxEntries }]))
using lb = loadLbXdp({ config: programConfig(config, 250), maps })
using mapped = openMaps(lb.maps, hashKeyOf(config))
const loaded = performance.now()
const cells = new KnownCells(netlink).of([...netlink.route.list({ table: 'all' })])
const model = engineModel(config)
const { sources, unreachable } = resolveBackends({
  backends: backendAddresses(model),
  lookup: new KnownRoutes().over(routeLookup(netlink, String), cells),
  sources: [],
  devices: ['eth0', 'lan0'],
  before: new Map(),
  needs: backendNeeds(model),
})
const resolved = performance.now()
const { changes, problems } = ServiceMaps.adopt(mapped).reconcile({ services: model.services, sources })
const end = performance.now()
const { user, system } = process.cpuUsage(before)
if (changes.length !== config.services.length || problems.length + unreachable.size > 0)
  throw new Error(`${changes.length} services, ${unreachable.size} backends without a route`)
console.log(
  JSON.stringify({
    seconds: (end - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    parseSeconds: (parsed - start) / 1000,
    loadSeconds: (loaded - parsed) / 1000,
    routesSeconds: (resolved - loaded) / 1000,
    mapsSeconds: (end - resolved) / 1000,
    megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
    ofThemTables: tableNames.reduce((sum, name) => sum + (mapped[name].mappedBytes ?? 0), 0) / 1e6,
  }),
)
