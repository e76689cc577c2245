import type { Netlink } from 'netlink-ts'
import type { Logger } from '@skep/daemon'
import type { Announcer } from '../announce/announcer.ts'
import type { BgpAnnouncer } from '../bgp/announcer.ts'
import type { Drainer } from '../drain/drainer.ts'
import type { Engine } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import type { Health } from '../health/health.ts'
import type { Source } from '../source/source.ts'

/** What a controller works with. */
export interface ControllerParts {
  readonly engine: Engine
  readonly source: Source
  readonly log: Logger
  readonly netlink: Netlink
  readonly paths: InstancePaths
  readonly health: Health
  readonly drainer: Drainer
  readonly announcer: Announcer
  readonly bgp: BgpAnnouncer
}
