import { existsSync } from 'node:fs'
import { readAnnounce } from '../announce/report.ts'
import { verdictsByIndex } from '@skep/datapath'
import { readSources } from '@skep/lb-maps'
import { Program } from 'libbpf-ts'
import { openNetlink } from 'netlink-ts'
import { programPin } from '../datapath/pin.ts'
import { pinnedLinks } from '../devices/links.ts'
import { readAbsent, readAttachments } from '../devices/record.ts'
import { readProbeRoom } from '../health/probe-path/room.ts'
import { readEjections, readHealth } from '../health/report.ts'
import { kernelStatus } from '../host/kernel.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { readOwner } from '../instance/process.ts'
import { readConnections, type Connections, type ConnectionCounts } from './connections.ts'
import { readFragments } from './fragments.ts'
import { probeGauges, readGauges } from './gauges.ts'
import { Declared, lastConfig } from './last-config.ts'
import { readNextHops } from './next-hops.ts'
import { openInstance, type OpenInstance } from './open.ts'
import { serviceStatuses, total } from './services.ts'
import type { DeviceStatus, ProgramStatus, Status, VerdictStatus } from './status.ts'
import type { Tables } from './tables.ts'

/** Reads an instance from the kernel: no process needs to run it. */
export async function readStatus(paths: InstancePaths): Promise<Status> {
  const health = await readHealth(paths)
  const owner = readOwner(paths)
  using open = openInstance(paths)
  const tables = readTables(open, () => new Declared(lastConfig(paths)).names())
  return {
    instance: paths.instance,
    process: owner ?? null,
    program: describeProgram(paths),
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

function describeProgram(paths: InstancePaths): ProgramStatus | null {
  if (!existsSync(programPin(paths))) return null
  using program = Program.open(programPin(paths))
  const { id, tag, runCount, runTimeNs } = program.info()
  const runs = Number(runCount)
  return { id, tag, runs, runTimeNs: Number(runTimeNs), nsPerPacket: runs === 0 ? null : Number(runTimeNs) / runs }
}

function connectionCounts({ opening, established, closing, closed }: Connections): ConnectionCounts {
  return { opening, established, closing, closed }
}

/** The devices that the program is on, was, or should be. */
export function readDevices(paths: InstancePaths): DeviceStatus[] {
  using netlink = openNetlink()
  const attachments = readAttachments(paths)
  const pinned = pinnedLinks(paths, netlink).map(({ device, index, mode }) => {
    const reason = attachments[device]?.reason
    return { name: device, mode, ...(reason === undefined ? {} : { reason }), attached: index !== 0 }
  })
  const absent = readAbsent(paths).filter(({ device }) => pinned.every(({ name }) => name !== device))
  return [...pinned, ...absent.map(({ device, ...rest }) => ({ name: device, ...rest, attached: false }))]
}

/** Every outcome with its counters. */
export function readVerdicts(tables: Tables): VerdictStatus[] {
  return verdictsByIndex.flatMap((info, index) => {
    if (info === undefined) return []
    const { name, action, description } = info
    return [{ verdict: name, action, description, ...total(tables.verdictCounters.get(index)) }]
  })
}
