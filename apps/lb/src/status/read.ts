import { existsSync, readFileSync } from 'node:fs'
import { verdictsByIndex } from '@skep/datapath'
import { formatFrontend } from '@skep/lb-maps'
import { Program } from 'libbpf-ts'
import { openNetlink } from 'netlink-ts'
import { parseConfig } from '../config/load.ts'
import { readProgram } from '../datapath/installed.ts'
import { programPin } from '../datapath/load.ts'
import { pinnedLinks } from '../devices/links.ts'
import { readAttachments } from '../devices/record.ts'
import { readHealth } from '../health/report.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { readOwner, type Owner } from '../instance/process.ts'
import { readConnections, type Connections, type ConnectionCounts } from './connections.ts'
import { readGauges } from './gauges.ts'
import { readServices, readSources, total } from './services.ts'
import type { DeviceStatus, ProgramStatus, Status, VerdictStatus } from './status.ts'
import { openTables, type Tables } from './tables.ts'

/** Reads an instance from the kernel: no process needs to run it. */
export async function readStatus(paths: InstancePaths): Promise<Status> {
  const health = await readHealth(paths)
  const owner = readOwner(paths)
  using tables = openTables(paths)
  const config = readProgram(programPin(paths))
  return {
    instance: paths.instance,
    process: owner ?? null,
    program: describeProgram(paths),
    devices: readDevices(paths),
    services: tables ? readServices(tables, namesOf(owner)) : [],
    health,
    verdicts: tables ? readVerdicts(tables) : [],
    connections: tables && config ? connectionCounts(readConnections(tables, config)) : null,
    gauges: tables && config ? readGauges(tables, config) : [],
    sources: tables ? readSources(tables) : [],
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

function readDevices(paths: InstancePaths): DeviceStatus[] {
  using netlink = openNetlink()
  const attachments = readAttachments(paths)
  return pinnedLinks(paths, netlink).map(({ device, index, mode }) => {
    const reason = attachments[device]?.reason
    return { name: device, mode, ...(reason === undefined ? {} : { reason }), attached: index !== 0 }
  })
}

function readVerdicts(tables: Tables): VerdictStatus[] {
  return verdictsByIndex.flatMap((info, index) => {
    if (info === undefined) return []
    const { name, action, description } = info
    return [{ verdict: name, action, description, ...total(tables.verdictCounters.get(index)) }]
  })
}

/** The kernel knows no names; the configuration that was last used may. */
function namesOf(owner: Owner | undefined): ReadonlyMap<string, string> {
  try {
    const { services } = parseConfig('', readFileSync(owner?.config ?? '', 'utf8'))
    return new Map(services.flatMap(({ name, frontends }) => frontends.map((each) => [formatFrontend(each), name])))
  } catch {
    return new Map()
  }
}
