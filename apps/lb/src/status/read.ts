import { readAnnounce } from '../announce/report.ts'
import { readSources } from '@skep/lb-maps'
import {
  type ConnectionCounts,
  type Connections,
  kernelStatus,
  openInstance,
  type OpenInstance,
  readConnections,
  readDevices,
  readFragments,
  readGauges,
  readNextHops,
  readOwner,
  readProgramStatus,
  readVerdicts,
} from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { probeGauges } from '../health/probe-path/gauges.ts'
import { readProbeRoom } from '../health/probe-path/room.ts'
import { readEjections, readHealth } from '../health/report.ts'
import { Declared, lastConfig } from './last-config.ts'
import { serviceStatuses } from './services.ts'
import type { Status } from './status.ts'

/** Reads an instance from the kernel: no process needs to run it. */
export async function readStatus(paths: InstancePaths): Promise<Status> {
  const health = await readHealth(paths)
  const owner = readOwner(paths)
  using open = openInstance(paths)
  const tables = readTables(open, () => new Declared(lastConfig(paths)).names())
  return {
    instance: paths.instance,
    process: owner ?? null,
    program: readProgramStatus(paths),
    devices: readDevices(paths),
    health,
    announce: await readAnnounce(paths),
    ejections: readEjections(paths),
    nextHops: readNextHops(paths),
    kernel: kernelStatus(),
    ...tables,
    gauges: [...tables.gauges, ...probeGauges(readProbeRoom(paths))],
  }
}

type TablesStatus = Pick<Status, 'services' | 'verdicts' | 'connections' | 'gauges' | 'sources'>

function readTables(open: OpenInstance | undefined, names: () => Map<string, string>): TablesStatus {
  if (open === undefined) return { services: [], verdicts: [], connections: null, gauges: [], sources: [] }
  const { tables, maps, config } = open
  const connections = config && readConnections(tables, config)
  return {
    services: serviceStatuses(maps, tables.memberCounters, names()),
    verdicts: readVerdicts(tables),
    connections: connections ? connectionCounts(connections) : null,
    gauges: connections ? readGauges({ maps, connections, fragments: readFragments(tables, config), config }) : [],
    sources: readSources(maps),
  }
}

function connectionCounts({ opening, established, closing, closed }: Connections): ConnectionCounts {
  return { opening, established, closing, closed }
}
