import { mostBurst } from '@skep/lb-maps'
import type { Config, Service } from './config.ts'
import { family } from './family.ts'
import { formatPath, show, type Finding, type Path } from '@skep/config-file'

/** What no field can say alone about whom services admit, and how often. Needs a document that is otherwise valid. */
export function checkAdmission(config: Config): Finding[] {
  return [
    ...config.services.flatMap((service, i) => {
      const path: Path = ['spec', 'services', i]
      return [...checkRanges(service, [...path, 'sourceRanges']), ...checkLimit(service, [...path, 'rateLimit'])]
    }),
    ...checkRoom(config),
  ]
}

/** Prefixes that the frontends of a service have to hold, each those of its own family. */
export function countPrefixes({ sourceRanges, frontends }: Pick<Service, 'sourceRanges' | 'frontends'>): number {
  if (!sourceRanges) return 0
  const prefixes = [...(sourceRanges.allow ?? []), ...(sourceRanges.deny ?? [])]
  const own = { 4: 0, 6: 0 }
  for (const prefix of prefixes) own[family(prefix)]++
  return frontends.reduce((sum, { address }) => sum + Math.max(1, own[family(address)]), 0)
}

function checkRanges({ sourceRanges }: Service, path: Path): Finding[] {
  if (sourceRanges === undefined) return []
  const { allow, deny = [] } = sourceRanges
  if (allow === undefined && sourceRanges.deny === undefined)
    return [{ path, message: '{} names nobody; write allow: […], deny: […], or take it out' }]
  if (allow?.length === 0)
    return [{ path: [...path, 'allow'], message: '[] lets nobody in; write prefixes, or take it out' }]
  const first = new Map<string, Path>()
  const twice = (list: 'allow' | 'deny', prefixes: readonly string[]): Finding[] =>
    prefixes.flatMap((prefix, i): Finding[] => {
      const place = [...path, list, i]
      const before = first.get(prefix)
      if (before === undefined) first.set(prefix, place)
      return before === undefined
        ? []
        : [{ path: place, message: `${show(prefix)} stands at ${formatPath(before)} already; take one of them out` }]
    })
  return [...twice('allow', allow ?? []), ...twice('deny', deny)]
}

function checkLimit({ rateLimit }: Service, path: Path): Finding[] {
  if (rateLimit === undefined) return []
  const { newConnectionsPerSecond: rate, burst } = rateLimit
  const most = mostBurst(rate)
  if (burst === undefined || burst <= most) return []
  const message = `${burst} would take more than four minutes to earn at ${rate} a second; write ${most} or less`
  return [{ path: [...path, 'burst'], message }]
}

function checkRoom({ capacity, services }: Config): Finding[] {
  const used = services.reduce((sum, service) => sum + countPrefixes(service), 0)
  if (used <= capacity.sourceRanges) return []
  const message = `${capacity.sourceRanges} is too small for the ${used} prefixes of source ranges here (counted once for each frontend of their family)`
  return [{ path: ['spec', 'capacity', 'sourceRanges'], message }]
}
