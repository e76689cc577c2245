import { explainPlan, type ServiceChange } from '@skep/lb-maps'
import type { KeepReport } from '@skep/neighbor'
import type { Attachment } from '../devices/attach.ts'
import type { Resolution } from '../nexthop/resolve.ts'
import type { Change } from '../sysctl/keep.ts'
import type { Detached, Renamed } from './links.ts'
import type { AppliedServices } from './services.ts'

/** What one round did and found. All lists are empty when nothing was to do. */
export interface Round {
  readonly services: readonly ServiceChange[]
  /** The same as sentences. */
  readonly explained: readonly string[]
  readonly settings: readonly Change[]
  /** The own addresses towards backends, where they are others than in the round before. */
  readonly sources: readonly string[]
  readonly neighbors: KeepReport
  /** The devices that are chosen, by name, and why. */
  readonly devices: ReadonlyMap<string, string>
  readonly attached: readonly (Attachment & { readonly why: string })[]
  readonly renamed: readonly Renamed[]
  readonly detached: readonly Detached[]
  /** By address of a backend: why nothing can be sent there. */
  readonly unreachable: ReadonlyMap<string, string>
  /** By frontend, `192.0.2.10:80/TCP`: why the tables do not serve it. */
  readonly unserved: ReadonlyMap<string, string>
  /** Backends out of reach, and what else an operator should know. */
  readonly warnings: readonly string[]
}

/** What the parts of a round tell. */
export interface RoundParts extends Pick<
  Round,
  'settings' | 'neighbors' | 'devices' | 'attached' | 'renamed' | 'detached' | 'unreachable'
> {
  readonly services: AppliedServices
  readonly resolution: Resolution
  /** About the devices. */
  readonly notes: readonly string[]
  /** The sources of the round before. */
  readonly before: ReadonlyMap<string, string>
}

/** A device that goes takes all of its next hops along. */
const MOST_REFUSED = 8

/** One account of it all. */
export function madeRound({ services, resolution, before, notes, ...rest }: RoundParts): Round {
  const { changes, problems, unserved } = services
  const told = problems.filter(({ code }) => code !== 'NO_SOURCE').map(({ path, message }) => `${path}: ${message}`)
  return {
    ...rest,
    services: changes,
    unserved,
    explained: explainPlan({ changes, problems: [] }),
    sources: newSources(before, resolution.sources),
    warnings: [
      ...notes,
      ...resolution.unreachable.values(),
      ...resolution.warnings,
      ...neighborWarnings(rest.neighbors),
      ...told,
    ],
  }
}

function neighborWarnings({ own, failed }: KeepReport): string[] {
  return [
    ...own.map(({ address }) => `next hop ${address} is an address of this host: never a neighbour`),
    ...failed.slice(0, MOST_REFUSED).map(({ action, reason }) => `next hop ${action.hop.address}: ${reason}`),
  ]
}

function newSources(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const own = (sources: ReadonlyMap<string, string>) => [...new Set(sources.values())].toSorted()
  return own(before).join() === own(after).join() ? [] : own(after)
}
