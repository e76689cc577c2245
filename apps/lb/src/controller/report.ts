import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { pinnedLinks } from '../devices/links.ts'
import type { Round } from '../engine/engine.ts'
import { formatKey } from '../sysctl/proc.ts'
import type { ControllerParts } from './controller.ts'

/** Logs what a round did; a round that did nothing says nothing. */
export function logRound(log: Logger, round: Round, withWarnings: boolean): void {
  for (const change of round.services) log.info(change, `service ${change.kind}`)
  for (const { key, from, to } of round.settings) log.info({ from, to }, `kernel setting ${formatKey(key)}`)
  if (round.sources.length > 0) log.info({ sources: round.sources }, 'own addresses towards backends')
  for (const neighbor of round.neighbors.added) log.info(neighbor, 'next hop kept')
  for (const neighbor of round.neighbors.removed) log.info(neighbor, 'next hop let go')
  for (const { device, mode, reason } of round.attached) log.info({ device, mode, reason }, 'device attached')
  for (const device of round.detached) log.info({ device }, 'device detached')
  if (withWarnings) for (const warning of round.warnings) log.warn(warning)
}

/** The line that says that traffic is served. */
export function readyLine(config: Config, { paths, netlink }: Pick<ControllerParts, 'paths' | 'netlink'>): string {
  const backends = config.services.reduce((sum, service) => sum + service.backends.length, 0)
  const devices = pinnedLinks(paths, netlink).map(({ device, mode }) => `${device} (${mode})`)
  return `ready: ${config.services.length} services, ${backends} backends, on ${devices.join(', ')}; instance ${paths.instance}, process ${process.pid}`
}
