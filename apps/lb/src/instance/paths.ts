import { join } from 'node:path'
import {
  type InstanceOptions,
  instancePaths as enginePaths,
  type InstancePaths as EnginePaths,
} from '@skep/lb-engine/instance'

/** Where an instance keeps what. */
export interface InstancePaths extends EnginePaths {
  /** The socket of the health process. */
  readonly health: string
  /** What the health process is to check. */
  readonly checks: string
  /** Who is judged by connections, and who is ejected. */
  readonly ejections: string
  /** The socket that commands and other programs talk to `run` by. */
  readonly api: string
  /** The configuration that was carried out last. */
  readonly applied: string
  /** Who is drained, and who leaves. */
  readonly drains: string
  /** The services that were put by Cilium's API. */
  readonly cilium: string
  /** The socket of the announcer. */
  readonly announcer: string
  /** The announcer's own folder, which it locks. */
  readonly announcing: string
  /** What routers were told by BGP. */
  readonly spoken: string
  /** The addresses that are about to leave, and until when. */
  readonly leaving: string
  /** The socket of the BFD process. */
  readonly bfd: string
}

/** The paths of an instance. Throws `LbError` for a name that could leave its folder. */
export function instancePaths(options: InstanceOptions): InstancePaths {
  const paths = enginePaths(options)
  const { run } = paths
  return {
    ...paths,
    health: join(run, 'health.sock'),
    checks: join(run, 'checks.json'),
    ejections: join(run, 'ejections.json'),
    api: join(run, 'api.sock'),
    applied: join(run, 'applied.json'),
    drains: join(run, 'drains.json'),
    cilium: join(run, 'cilium-services.json'),
    announcer: join(run, 'announcer.sock'),
    announcing: join(run, 'announcing'),
    spoken: join(run, 'bgp.json'),
    leaving: join(run, 'bgp-leaving.json'),
    bfd: join(run, 'bfd.sock'),
  }
}
