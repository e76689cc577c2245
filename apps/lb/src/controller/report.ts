import type { Transition } from '@skep/neighbor'
import type { Logger } from '@skep/daemon'
import type { Config } from '../config/config.ts'
import { ConfigError, count, formatProblem } from '@skep/config-file'
import { formatKey, pinnedLinks, type Round } from '@skep/lb-engine'
import type { Change } from './change.ts'
import type { ControllerParts } from './parts.ts'

/** Logs what a round did; a round that did nothing says nothing. */
export function logRound(log: Logger, round: Round, withWarnings: boolean): void {
  for (const change of round.services) log.info(change, `service ${change.kind}`)
  for (const { key, from, to } of round.settings) log.info({ from, to }, `kernel setting ${formatKey(key)}`)
  if (round.sources.length > 0) log.info({ sources: round.sources }, 'own addresses towards backends')
  const { added, converted, removed, mode } = round.neighbors
  if (added.length > 0) log.info({ mode, ...some(added) }, 'next hops kept')
  if (converted.length > 0) log.info(some(converted), 'permanent entries of next hops made dynamic')
  if (removed.length > 0) log.info(some(removed), 'next hops let go')
  for (const { device, mode, reason, why } of round.attached)
    log.info({ device, mode, reason, because: why }, 'device attached')
  for (const renamed of round.renamed) log.info(renamed, 'device renamed')
  for (const { device, why } of round.detached) log.info({ device, because: why }, 'device detached')
  if (withWarnings) for (const warning of round.warnings) log.warn(warning)
}

/** Logs what has become of next hops. */
export function logTransitions(log: Logger, transitions: readonly Transition[]): void {
  const lost = transitions.filter(({ to }) => to.phase === 'failed')
  const back = transitions.filter(({ from, to }) => from.phase === 'failed' && to.phase === 'usable')
  const moved = transitions.filter(({ from, to }) => to.moves > from.moves)
  if (lost.length > 0) log.warn(some(lost.map(({ hop }) => hop)), 'next hops do not answer')
  if (back.length > 0) log.info(some(back.map(({ hop }) => hop)), 'next hops answer again')
  if (moved.length > 0)
    log.info(some(moved.map(({ hop, to }) => ({ ...hop, mac: to.mac }))), 'next hops have other MAC addresses')
}

/** A few of many: a log line has its limits. */
function some<T>(all: readonly T[]): { count: number; first: readonly T[] } {
  return { count: all.length, first: all.slice(0, 8) }
}

/** The line that says that traffic is served. */
export function readyLine(config: Config, { paths, netlink }: Pick<ControllerParts, 'paths' | 'netlink'>): string {
  const backends = config.services.reduce((sum, service) => sum + service.backends.length, 0)
  const devices = pinnedLinks(paths, netlink).map(({ device, mode }) => `${device} (${mode})`)
  return `ready: ${config.services.length} services, ${backends} backends, on ${devices.join(', ') || 'no device'}; instance ${paths.instance}, process ${process.pid}`
}

/** Says on the output what has changed; the log only notes that something has. */
export function tellChange(what: string, { diff, done }: Change, log: Logger): void {
  for (const line of [...diff, ...done]) console.log(line)
  console.log(`${what}: ${diff.length === 0 ? 'nothing has changed' : count(diff.length, 'difference')}`)
  log.debug({ differences: diff.length }, what)
}

/** Says what stands against a change, each problem once. */
export function tellRefusal(error: unknown, log: Logger): void {
  const problems = error instanceof ConfigError ? error.problems.map(formatProblem) : [(error as Error).message]
  for (const problem of problems) console.error(problem)
  console.error(`refused: ${count(problems.length, 'problem')}; what was running goes on unchanged`)
  log.debug({ problems: problems.length }, 'refused')
}
