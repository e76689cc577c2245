import type { Logger } from 'pino'
import type { Settings } from '../options/catalogue/index.ts'
import { Sockets } from './sockets.ts'

export interface OpenOptions {
  readonly settings: Settings
  /** The cookie of the host's network namespace. */
  readonly hostNetns: bigint
  readonly log: Logger
}

/** Services at the socket, where they are asked for; `undefined`: they are not. */
export function openSockets({ settings, hostNetns, log }: OpenOptions): Sockets | undefined {
  if (!settings['enable-host-reachable-services']) return undefined
  const cgroup = settings['cgroup-root'] || '/sys/fs/cgroup'
  log.info({ cgroup }, `services are balanced at the sockets of ${cgroup}`)
  return new Sockets({ settings, cgroup, hostNetns })
}
