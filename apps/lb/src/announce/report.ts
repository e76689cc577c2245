import { existsSync } from 'node:fs'
import type { InstancePaths } from '../instance/paths.ts'
import { Connection } from './ask.ts'
import type { RouterReport } from './process/messages.ts'

/** Who owns the announced addresses, as this host knows it. */
export interface AnnounceStatus {
  /** Of the announcer; `null`: none runs, and nothing is announced. */
  readonly pid: number | null
  readonly routers: readonly RouterReport[]
}

/** What the announcer says; `null` where nothing is announced. No `run` is needed. */
export async function readAnnounce(paths: InstancePaths): Promise<AnnounceStatus | null> {
  using connection = await Connection.open(paths.announcer)
  if (connection !== undefined) return { pid: connection.hello.pid, routers: connection.hello.routers }
  return existsSync(paths.announcing) ? { pid: null, routers: [] } : null
}

/** The same for people, a line each. */
export function describeAnnounce(status: AnnounceStatus | null): string[] {
  if (status === null) return []
  if (status.pid === null)
    return ['NO PROCESS ANNOUNCES: it was killed, and others own the addresses; skep-lb run starts it again']
  return status.routers.flatMap(({ device, text, owned, addresses }) => {
    const others = addresses.filter((address) => !owned.includes(address))
    return [
      `${device}: ${text}`,
      ...(owned.length > 0 ? [`  answers for ${owned.join(', ')}`] : []),
      ...(others.length > 0 ? [`  leaves to others ${others.join(', ')}`] : []),
    ]
  })
}
