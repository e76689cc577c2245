import type { Flow } from '@skep/lb-maps'
import { openNetlink } from 'netlink-ts'
import { procSettings, readDevices, readNextHops } from '@skep/lb-engine'
import { readSpoken } from '../../bgp/record.ts'
import { reportFlow } from '../../explain/flow.ts'
import { formatFlow } from '../../explain/format-flow.ts'
import { formatServices } from '../../explain/format-service.ts'
import { formatNeighbor, reportNeighbor } from '../../explain/neighbor.ts'
import { reportServices } from '../../explain/service.ts'
import { readHealth } from '../../health/report.ts'
import { Declared, lastConfig } from '../../status/last-config.ts'
import { countOpenConnections } from '../../status/open-connections.ts'
import type { ExplainFlags } from '../explain.ts'
import { onInstance } from './instance.ts'

/** `skep-lb explain flow` */
export async function explainFlow(flow: Flow, flags: ExplainFlags): Promise<void> {
  await onInstance(flags, ({ tables, maps, config }, paths) => {
    if (config === undefined) return
    using netlink = openNetlink()
    const devices = readDevices(paths).flatMap(({ name, attached }) => (attached ? [name] : []))
    const declared = new Declared(lastConfig(paths))
    const world = { tables, maps, config, declared, netlink, settings: procSettings(), devices }
    const { device, output } = flags
    const report = reportFlow({ ...world, ...(device !== undefined && { device }) }, flow)
    console.log(output === 'json' ? JSON.stringify(report, undefined, 2) : formatFlow(report))
  })
}

/** `skep-lb explain service` */
export async function explainService(wanted: string, flags: ExplainFlags): Promise<void> {
  await onInstance(flags, async ({ tables, maps, config }, paths) => {
    const last = lastConfig(paths)
    const reports = reportServices(
      {
        maps,
        counters: tables.memberCounters,
        declared: new Declared(last),
        isConfigKnown: last !== undefined,
        health: await readHealth(paths),
        connections: countOpenConnections(tables, maps, config),
        routes: readSpoken(paths)?.routes ?? [],
      },
      wanted,
    )
    console.log(flags.output === 'json' ? JSON.stringify(reports, undefined, 2) : formatServices(reports))
  })
}

/** `skep-lb explain neighbor` */
export async function explainNeighbor(address: string, flags: ExplainFlags): Promise<void> {
  await onInstance(flags, (_open, paths) => {
    using netlink = openNetlink()
    const report = reportNeighbor(netlink, readNextHops(paths), address)
    console.log(flags.output === 'json' ? JSON.stringify(report, undefined, 2) : formatNeighbor(report))
  })
}
